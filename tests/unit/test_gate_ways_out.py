"""What opens a closed gate: only what really would is offered."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.gates.verdict import RuleResult, judge
from headgate.gates.ways_out import kept_closing, next_step

MEND = (
    "Mend the source file, the contract or the transform, then clear the task silver.stage of this run with "
    "its downstream tasks; the next run takes the hours that wait."
)
ACCEPT = "./headgate gate accept orders (publish it as it is)"
DIVERT = "./headgate gate divert orders (put what is wrong aside)"


def broken(rule: str, kind: str, error: str = "") -> RuleResult:
    return RuleResult("silver.orders", rule, kind, None, "close", 3, 1, False, error=error)


ROW = broken("amount.between", "row")
VOLUME = broken("table.volume", "hours")
HEADER = broken("files.header", "files")
LINK = broken("files.taken", "files")


@pytest.mark.parametrize(
    ("hop", "closing", "decisions"),
    [
        ("silver", [], f" Or decide, on record: {ACCEPT} or {DIVERT}."),
        ("silver", [ROW], f" Or decide, on record: {ACCEPT} or {DIVERT}."),
        ("silver", [broken("quarantine.share", "hours")], f" Or decide, on record: {ACCEPT} or {DIVERT}."),
        ("silver", [VOLUME], f" Or decide, on record: {ACCEPT}."),
        ("silver", [ROW, VOLUME], f" Or decide, on record: {ACCEPT}."),
        ("gold", [ROW], f" Or decide, on record: {ACCEPT}."),
        ("bronze", [HEADER], f" Or decide, on record: {DIVERT}."),
        ("bronze", [HEADER, VOLUME], ""),
        ("bronze", [LINK], ""),
        ("silver", [broken("amount.between", "row", "no such column")], ""),
        ("silver", [broken("table.columns", "table")], ""),
        ("silver", [broken("amount.type", "table")], ""),
    ],
)
def test_only_decisions_that_would_open_it_are_offered(
    hop: str, closing: list[RuleResult], decisions: str
) -> None:
    assert next_step("orders", hop, closing) == MEND.replace("silver.stage", f"{hop}.stage") + decisions


def test_what_closed_a_gate_is_read_beside_its_report(tmp_path: Path) -> None:
    verdict = judge(
        digest="d", rules=[ROW, HEADER], rows={}, hours={}, max_quarantine_share=0.05, report="a.html"
    )
    assert kept_closing(tmp_path / "a.html") == []
    (tmp_path / "a.json").write_text(verdict.to_json())
    assert kept_closing(tmp_path / "a.html") == [ROW, HEADER]
