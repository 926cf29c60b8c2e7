"""YAML as specs read it: plain values, lines, and no surprises."""

# ruff: noqa: E501  (texts stand as people see them)

from __future__ import annotations

import pytest

from headgate.spec.yaml_source import Unreadable, parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on: NO", {"on": "NO"}),
        ("a: yes", {"a": "yes"}),
        ("a: true", {"a": True}),
        ("a: 007", {"a": "007"}),
        ("a: 12:30", {"a": "12:30"}),
        ("a: 2024-01-01", {"a": "2024-01-01"}),
        ("a: [1, -2.5, 9e3, ~]", {"a": [1, -2.5, 9000.0, None]}),
        ("1: one", {"1": "one"}),
        ("", None),
        (f"a: {'9' * 50}", {"a": "9" * 50}),
    ],
)
def test_plain_values(text: str, value: object) -> None:
    assert parse_yaml(text).value == value


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: &x 1\nb: *x", 2, "YAML aliases have no place in a spec: write it out"),
        ("a: !!python/name:os.system x", 1, "YAML tag 'tag:yaml.org,2002:python/name:os.system' has no place in a spec"),
        ("a: 1\n---\nb: 2", 2, "no valid YAML: expected a single document in the stream (from line 1): but found another document"),
        ("? [a]\n: 1", 1, "a key must be a plain word"),
        ("[" * 5000, 0, "nested too deeply"),
    ],
)  # fmt: skip
def test_unreadable(text: str, line: int, message: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse_yaml(text)
    assert (caught.value.line, caught.value.message) == (line, message)


def test_a_control_character_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="unacceptable character #x0000"):
        parse_yaml("a: \x00")


def test_lines_of_keys_and_items() -> None:
    document = parse_yaml("a:\n  b: 1\n  c:\n    - x\n    - {d: 1}\n")
    assert document.line(("a", "b")) == 2
    assert document.line(("a", "c", 1, "d")) == 5
    assert document.line(("a", "not there")) == 1
