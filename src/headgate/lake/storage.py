"""How what is in the lake is opened: the one place that knows folders from buckets.

A path is a text, `/...` in a folder and `s3a://bucket/...` in a bucket, wherever one is taken or returned.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import TableNotFoundError
from pyarrow.fs import FileSelector, FileSystem, FileType, LocalFileSystem, S3FileSystem

from headgate.lake.s3_access import S3Access

S3 = "s3a://"


@dataclass(frozen=True)
class StoredFile:
    """A file: its path, its size in bytes, when it was written last in nanoseconds since 1970."""

    path: str
    size: int
    modified_ns: int

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]

    @property
    def modified(self) -> datetime:
        """When it was written last."""
        return datetime.fromtimestamp(self.modified_ns / 1e9, UTC)


def open_table(path: str, version: int | None = None) -> DeltaTable:
    """The Delta table at `path`, at a version or the newest one. Raises DeltaError."""
    return DeltaTable(path, version=version, storage_options=table_options(path))


def find_table(path: str) -> DeltaTable | None:
    """The newest version of the Delta table at `path`; None where there is no table."""
    try:
        return open_table(path)
    except TableNotFoundError:
        return None


def table_options(path: str) -> dict[str, str] | None:
    """What delta-rs needs to know to open a table at `path`: nothing, for one in a folder."""
    return S3Access().delta_options if path.startswith(S3) else None


def files_of(table: DeltaTable) -> list[str]:
    """The paths of the files that hold the rows of a table's version."""
    return [path_of(file) for file in table.file_uris()]


def path_of(uri: str) -> str:
    """The path of a file that Delta names by a URI or, on this machine, by its encoded path."""
    return unquote(uri).removeprefix("file://").removeprefix("file:")


def files_below(path: str) -> list[StoredFile]:
    """All files below `path`, at any depth, in order of their paths; none where there is no such folder."""
    return [StoredFile(_path(path, i), i.size, i.mtime_ns) for i in _below(path) if i.type == FileType.File]


def folders_in(path: str) -> list[str]:
    """The names of the folders right in `path`, in order; none where there is no such folder."""
    return [info.base_name for info in _below(path, recursive=False) if info.type == FileType.Directory]


def is_folder(path: str) -> bool:
    """Whether there is a folder at `path`."""
    return bool(_filesystem(path).get_file_info(_name(path)).type == FileType.Directory)


def absent(paths: Iterable[str]) -> list[str]:
    """Those of `paths`, all of one lake, at which there is no file, in order."""
    asked = list(paths)
    if not asked:
        return []
    files = _filesystem(asked[0])
    found = files.get_file_info([_name(path) for path in asked])
    return [path for path, info in zip(asked, found, strict=True) if info.type != FileType.File]


def read_text(path: str) -> str:
    """The text of a file, which must be there."""
    with _filesystem(path).open_input_stream(_name(path)) as stream:
        return str(stream.read(), "utf-8")


def parquet_file(path: str) -> pq.ParquetFile:
    """A Parquet file to read from, Spark's moments to the microsecond."""
    # From a bucket many columns in one request; from a disk each when it is asked for.
    return pq.ParquetFile(
        _name(path),
        filesystem=_filesystem(path),
        pre_buffer=path.startswith(S3),
        coerce_int96_timestamp_unit="us",
    )


def read_parquet(paths: Sequence[str], **wanted: Any) -> pa.Table:
    """The rows of Parquet files, of which there is at least one; `wanted` are arguments of PyArrow's."""
    return pq.read_table(
        [_name(path) for path in paths],
        filesystem=_filesystem(paths[0]),
        partitioning=None,
        use_threads=False,
        **wanted,
    )


def remove_files(paths: Iterable[str]) -> None:
    """Remove files, which must be there."""
    for path in paths:
        _filesystem(path).delete_file(_name(path))


def remove_folder(path: str) -> None:
    """Remove a folder with all that is in it; nothing where there is none."""
    if is_folder(path):
        _filesystem(path).delete_dir(_name(path))


def _below(path: str, recursive: bool = True) -> list[Any]:
    selector = FileSelector(_name(path), allow_not_found=True, recursive=recursive)
    found: list[Any] = _filesystem(path).get_file_info(selector)
    return sorted(found, key=lambda info: str(info.path))


def _path(of: str, info: Any) -> str:
    return f"{S3}{info.path}" if of.startswith(S3) else str(info.path)


def _name(path: str) -> str:
    """What PyArrow calls the file or folder at `path`."""
    return path.removeprefix(S3)


def _filesystem(path: str) -> FileSystem:
    return _s3(S3Access()) if path.startswith(S3) else LocalFileSystem()


@lru_cache
def _s3(access: S3Access) -> S3FileSystem:
    """The client of a store, with its connections: made once in a process."""
    return S3FileSystem(**access.filesystem_options)
