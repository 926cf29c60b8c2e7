"""Files of the lake by their paths, here in a folder with a space in its name; on S3: tests/s3."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.lake.folder_size import FolderSize, folder_size
from headgate.lake.storage import (
    absent,
    files_below,
    folders_in,
    is_folder,
    path_of,
    read_text,
    remove_files,
    remove_folder,
)
from headgate.lake.table_names import table_names


@pytest.fixture
def lake(tmp_path: Path) -> str:
    """Two tables, a pin and a folder that is no table."""
    lake = tmp_path / "the lake"
    for name, text in {
        "orders/silver/orders/_delta_log/0.json": "{}",
        "orders/silver/orders/part one.parquet": "abc",
        "orders/ops/hops/_delta_log/0.json": "{}",
        "orders/ops/scratch/note.txt": "",
        "orders/pins/silver/orders/3/_delta_log/0.json": "{}",
    }.items():
        (lake / name).parent.mkdir(parents=True, exist_ok=True)
        (lake / name).write_text(text)
    return str(lake)


def test_tables_are_told_from_pins_and_from_other_folders(lake: str) -> None:
    assert table_names(Path(lake), "orders") == ["ops.hops", "silver.orders"]
    assert table_names(Path(lake), "flights") == []


def test_files_are_listed_at_any_depth_with_their_sizes(lake: str) -> None:
    table = f"{lake}/orders/silver/orders"
    found = files_below(table)
    assert [(file.path, file.size) for file in found] == [
        (f"{table}/_delta_log/0.json", 2),
        (f"{table}/part one.parquet", 3),
    ]
    assert [file.name for file in found] == ["0.json", "part one.parquet"]
    assert [file.modified_ns for file in found] == [Path(file.path).stat().st_mtime_ns for file in found]
    assert folder_size(table) == FolderSize(files=2, bytes=5)
    assert files_below(f"{lake}/nothing") == []
    assert folder_size(f"{lake}/nothing") == FolderSize(files=0, bytes=0)


def test_folders_are_listed_one_level_deep(lake: str) -> None:
    assert folders_in(f"{lake}/orders") == ["ops", "pins", "silver"]
    assert folders_in(f"{lake}/nothing") == []
    assert (is_folder(f"{lake}/orders"), is_folder(f"{lake}/nothing")) == (True, False)


def test_what_is_missing_is_told_and_folders_are_no_files(lake: str) -> None:
    there, missing, folder = (f"{lake}/orders/ops/{name}" for name in ("scratch/note.txt", "none", "hops"))
    assert absent([there, missing, folder]) == [missing, folder]
    assert absent([]) == []


def test_files_and_folders_are_removed(lake: str) -> None:
    file = f"{lake}/orders/silver/orders/part one.parquet"
    assert read_text(f"{lake}/orders/ops/hops/_delta_log/0.json") == "{}"
    remove_files([file])
    assert absent([file]) == [file]
    remove_folder(f"{lake}/orders/pins")
    remove_folder(f"{lake}/orders/pins")
    assert folders_in(f"{lake}/orders") == ["ops", "silver"]


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("/lake/the%20table/a.parquet", "/lake/the table/a.parquet"),
        ("file:///lake/the%20table/a.parquet", "/lake/the table/a.parquet"),
        ("file:/lake/a.parquet", "/lake/a.parquet"),
        ("s3a://data/lake/a%3Db.parquet", "s3a://data/lake/a=b.parquet"),
    ],
)
def test_delta_names_files_in_several_ways(uri: str, path: str) -> None:
    assert path_of(uri) == path
