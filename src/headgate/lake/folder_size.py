"""How many files a folder holds, and how many bytes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FolderSize:
    """Files and bytes below a folder."""

    files: int = 0
    bytes: int = 0


def folder_size(folder: Path) -> FolderSize:
    """The size of all files below `folder`; nothing where there is none."""
    sizes = [file.lstat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink()]
    return FolderSize(len(sizes), sum(sizes))
