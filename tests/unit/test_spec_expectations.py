"""The expectations that a contract may use are those of the Great Expectations that is installed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from headgate.spec.expectations import EXPECTATIONS

COMMON = {
    "id", "meta", "notes", "result_format", "description", "catch_exceptions", "rendered_content", "windows",
    "batch_id", "severity", "metadata", "library_metadata", "row_condition", "condition_parser",
}  # fmt: skip
STRICTER = {"expect_column_values_to_match_regex": {"regex"}}
"""Arguments that Great Expectations' schema calls optional, though without them nothing is judged."""


def _installed() -> dict[str, tuple[set[str], set[str]]]:
    """Expectation -> the arguments it needs and those it may take, from the schemas in the wheel."""
    package = importlib.util.find_spec("great_expectations")
    assert package is not None
    assert package.submodule_search_locations
    folder = Path(package.submodule_search_locations[0], "expectations", "core", "schemas")
    found = {}
    for path in folder.glob("*.json"):
        schema = json.loads(path.read_text())
        about = schema.get("properties", {}).get("metadata", {}).get("properties")
        if about is None or "Spark" not in about["supported_data_sources"]["const"]:
            continue
        needs = set(schema.get("required", []))
        takes = set(schema["properties"]) - COMMON - needs
        found[about["expectation_type"]["const"]] = (needs, takes)
    return found


@pytest.mark.parametrize("name", EXPECTATIONS)
def test_arguments_are_those_of_great_expectations(name: str) -> None:
    needs, takes = _installed()[name]
    stricter = STRICTER.get(name, set())
    kind = EXPECTATIONS[name]
    assert (set(kind.needs), set(kind.takes)) == (needs | stricter, takes - stricter)


def test_none_that_runs_on_spark_is_left_out_but_free_sql() -> None:
    assert set(_installed()) - set(EXPECTATIONS) == {"unexpected_rows_expectation"}
