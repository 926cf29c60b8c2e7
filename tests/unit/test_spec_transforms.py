"""The functions that a pipeline's Python files give."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.transforms import TransformError, functions_in, load_transform
from tests.unit.spec_folders import TRIPS_FILES, write_files

SILVER = "pipelines/trips/silver.py"


def _loaded(root: Path, silver: str) -> LoadedPipeline:
    return load_pipeline(write_files(root, {**TRIPS_FILES, SILVER: silver}), "trips")


def test_functions_are_found_without_running_the_file() -> None:
    source = (
        "import os\nfrom cleaning import trim as trimmed\nraise SystemExit\ndef a(rows): ...\nclass B: ...\n"
    )
    assert functions_in(source) == ["trimmed", "a"]


def test_a_transform_is_imported_by_path_and_leaves_no_module_behind(tmp_path: Path) -> None:
    before = set(sys.modules)
    loaded = _loaded(tmp_path, "def clean_trips(rows):\n    return rows + 1\n")
    assert load_transform(loaded, "silver", "clean_trips")(1) == 2
    assert not [name for name in set(sys.modules) - before if name.startswith("headgate_pipeline")]


def test_a_changed_file_gives_the_changed_function(tmp_path: Path) -> None:
    load_transform(_loaded(tmp_path, "def clean_trips(rows):\n    return 1\n"), "silver", "clean_trips")
    loaded = _loaded(tmp_path, "def clean_trips(rows):\n    return 2\n")
    assert load_transform(loaded, "silver", "clean_trips")(0) == 2


def test_a_file_that_fails_says_which_and_why(tmp_path: Path) -> None:
    loaded = _loaded(tmp_path, "def clean_trips(rows):\n    return rows\n\n\n1 / 0\n")
    with pytest.raises(TransformError) as caught:
        load_transform(loaded, "silver", "clean_trips")
    assert str(caught.value) == (
        "importing silver.py failed: ZeroDivisionError: division by zero\n"
        f"  where: {tmp_path / SILVER}\n"
        "  left behind: nothing was written\n"
        "  next: mend the file, then clear the task"
    )


def test_a_function_that_is_not_there(tmp_path: Path) -> None:
    loaded = _loaded(tmp_path, "def clean_trips(rows):\n    return rows\n")
    with pytest.raises(TransformError) as caught:
        load_transform(loaded, "silver", "clean")
    assert str(caught.value) == (
        "silver.py has no function 'clean'\n"
        f"  where: {tmp_path / SILVER}\n"
        "  left behind: nothing was written\n"
        "  next: ./headgate check trips"
    )
