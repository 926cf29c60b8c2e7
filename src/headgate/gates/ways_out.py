"""What opens a closed gate: mending what closed it, or a decision, where what closed it leaves one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from headgate.gates.verdict import SHARE, RuleResult, Verdict, sentence
from headgate.spec.command import as_typed

Decision = Literal["accept", "divert"]
DECISIONS: dict[Decision, str] = {"accept": "publish it as it is", "divert": "put what is wrong aside"}
NO_FILE = "files.taken"
STRUCTURAL = ("table.columns", "key.unique", "rows.in_range")


def refusal(decision: Decision, hop: str, closing: Sequence[RuleResult]) -> str | None:
    """Why the rules that closed a hop's gate leave no such decision; None where they do.

    Accepted is only what can be published without losing something; put aside only files, at bronze, or rows,
    at silver.
    """
    judge = _why_not_accept if decision == "accept" else _why_not_divert
    return next((why for rule in closing if (why := judge(hop, rule)) is not None), None)


def possible(hop: str, closing: Sequence[RuleResult]) -> list[Decision]:
    """The decisions that the rules that closed a hop's gate leave."""
    return [decision for decision in DECISIONS if refusal(decision, hop, closing) is None]


def next_step(pipeline: str, hop: str, closing: Sequence[RuleResult]) -> str:
    """What opens the gate that these rules closed, as a sentence; both decisions where they are not known."""
    mend = (
        f"Mend the source file, the contract or the transform, then clear the task {hop}.stage of this run "
        "with its downstream tasks; the next run takes the hours that wait."
    )
    decisions = [
        f"./headgate gate {decision} {pipeline} ({DECISIONS[decision]})"
        for decision in possible(hop, closing)
    ]
    return as_typed(f"{mend} Or decide, on record: {' or '.join(decisions)}." if decisions else mend)


def kept_closing(report: Path) -> list[RuleResult]:
    """The rules that closed a gate, by the verdict beside its report; none where it is no longer kept."""
    verdict = report.with_suffix(".json")
    return Verdict.from_json(verdict.read_text(encoding="utf-8")).closing if verdict.is_file() else []


def _why_not_accept(_: str, rule: RuleResult) -> str | None:
    structural = rule.rule in STRUCTURAL or (rule.kind == "table" and rule.rule.endswith(".type"))
    if rule.error or structural:
        return f"its tables cannot hold it: {sentence(rule)}"
    return f"a file cannot be taken as it is: {sentence(rule)}" if rule.kind == "files" else None


def _why_not_divert(hop: str, rule: RuleResult) -> str | None:
    if rule.rule == NO_FILE:
        return f"only you can take out of the folder what is no file: {sentence(rule)}"
    of_rows = hop == "silver" and (rule.kind == "row" or rule.rule == SHARE)
    possible = not rule.error and (rule.kind == "files" or of_rows)
    return None if possible else f"nothing can be put aside for {sentence(rule)}"
