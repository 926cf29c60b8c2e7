"""Whatever single key of a spec is misspelled: the file, the line and the key that was meant are told."""

from __future__ import annotations

import re
import string
import tempfile
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from headgate.spec.load import load_all
from tests.unit.spec_folders import TRIPS_FILES, write_files

SPEC = "pipelines/trips/pipeline.yaml"
CONTRACT = "expectations/trips/silver.trips.yaml"
FILES = {
    **TRIPS_FILES,
    CONTRACT: (
        "description: One row per trip.\nkey: [trip]\n"
        "columns:\n  trip:\n    type: string\n    required: true\n"
        "  city:\n    references: cities.city\n    on_fail: warn\n  delay:\n    type: double\n    between:\n"
        "      min: 0\n      max: 600\n    personal: true\n  left_at: {type: timestamp}\n"
        "freshness:\n  column: left_at\n  max_age: 6h\nvolume:\n  max: 900\n"
    ),
}
NAMES = {"trips", "cities", "delays", "trip", "city", "delay", "left_at", "distance", "mean_delay", "trees"}
KEYS = [
    (file, line, match[1])
    for file in (SPEC, CONTRACT)
    for line, text in enumerate(FILES[file].splitlines(), start=1)
    if (match := re.match(r"\s*(?:- )?(\w+):", text)) and match[1] not in NAMES
]
TWINS = {"min", "max"}
"""They stand side by side, and mix or mai is as near to one as to the other: their cases are written out."""


@st.composite
def misspellings(draw: st.DrawFn) -> tuple[str, int, str, str]:
    """A key of the spec and the same with one letter added, dropped, changed or swapped."""
    file, line, key = draw(st.sampled_from([case for case in KEYS if case[2] not in TWINS]))
    at = draw(st.integers(0, len(key) - 1))
    letter = draw(st.sampled_from(string.ascii_lowercase))
    wrong = {
        "add": key[:at] + letter + key[at:],
        "drop": key[:at] + key[at + 1 :],
        "change": key[:at] + letter + key[at + 1 :],
        "swap": key[:at] + key[at : at + 2][::-1] + key[at + 2 :],
    }[draw(st.sampled_from(["add", "drop", "change", "swap"]))]
    assume(wrong not in {key, ""})
    return file, line, key, wrong


@given(misspellings())
@settings(max_examples=150, deadline=None)
def test_a_misspelled_key_is_told_with_line_and_nearest_key(case: tuple[str, int, str, str]) -> None:
    _expect_told(*case)


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        *(("min", wrong) for wrong in ("minn", "mn", "mim", "imn")),
        *(("max", wrong) for wrong in ("maxx", "mx", "maz", "amx")),
    ],
)
def test_a_misspelled_bound_is_told_wherever_it_stands(key: str, wrong: str) -> None:
    places = [(file, line) for file, line, name in KEYS if name == key]
    assert places
    for file, line in places:
        _expect_told(file, line, key, wrong)


def _expect_told(file: str, line: int, key: str, wrong: str) -> None:
    lines = FILES[file].splitlines()
    lines[line - 1] = re.sub(rf"\b{key}:", f"{wrong}:", lines[line - 1], count=1)
    with tempfile.TemporaryDirectory() as root:
        _, errors = load_all(write_files(Path(root), {**FILES, file: "\n".join(lines) + "\n"}))
    found = [error for error in errors if error.message == f"unknown key {wrong!r}"]
    assert [(error.file, error.line) for error in found] == [(file, line)]
    assert found[0].nearest == key
