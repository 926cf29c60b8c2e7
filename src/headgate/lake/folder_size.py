"""How many files a folder holds, and how many bytes."""

from __future__ import annotations

from dataclasses import dataclass

from headgate.lake.storage import files_below


@dataclass(frozen=True)
class FolderSize:
    """Files and bytes below a folder."""

    files: int = 0
    bytes: int = 0


def folder_size(path: str) -> FolderSize:
    """The size of all files below `path`, in the lake or elsewhere; nothing where there is no folder."""
    files = files_below(path)
    return FolderSize(len(files), sum(file.size for file in files))
