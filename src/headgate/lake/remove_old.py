"""Remove folders in which nothing was written for a while."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path


def remove_old(folders: Iterable[Path], before: datetime) -> list[Path]:
    """Remove those of `folders` whose newest file is older than `before`; returns them."""
    old = [folder for folder in folders if _last_written(folder) < before]
    for folder in old:
        shutil.rmtree(folder)
    return old


def _last_written(folder: Path) -> datetime:
    times = [path.lstat().st_mtime for path in (folder, *folder.rglob("*"))]
    return datetime.fromtimestamp(max(times), UTC)
