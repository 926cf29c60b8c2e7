"""Write a file so that it is there whole or not at all, whenever the process dies."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, content: bytes | str) -> None:
    """Put `content` (a text: as UTF-8) in place of whatever `path` holds; its folder must be there."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_bytes(content.encode() if isinstance(content, str) else content)
    temporary.replace(path)
