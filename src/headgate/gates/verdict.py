"""The gate's verdict: open or closed, why, and what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headgate.gates.hour_counts import HourCount

SAMPLES = 5
"""How many broken rows a rule shows at most."""

MASK = "•••"
"""What stands for a personal value."""

TOLD = 5
"""How many broken rules a message tells at most; the report has them all."""

_ERROR_CLASS = re.compile(r"\[[A-Z0-9]+(_[A-Z0-9]+)+(\.[A-Z0-9_]+)?\]")
_NO_COLUMN = re.compile(r'Error: The column "[^"]*" in BatchData does not exist\.')

ROUNDING = 1e-9
"""Rows by which a share may be exceeded: 0.29 of 100 rows are 29, whatever the computer makes of it."""

SHARE = "quarantine.share"
"""The rule on how many rows of an hour may be quarantined."""

LEFT = "Nothing of this hour is published; the tables are as they were, and later hours wait behind this one."
"""What a closed gate leaves behind."""


@dataclass(frozen=True)
class RuleResult:
    """What one rule found: `unexpected` of the `rows` that it looked at.

    A rule on the table as a whole has no `rows`, and `unexpected` is 1 where it is broken.
    `samples` are up to five of the broken rows, each {"key": {column: text}, "value": text}. `words` says the
    rule in plain words, `error` why it could not be judged (and a rule that could not be judged closes).
    """

    table: str
    rule: str
    kind: str
    column: str | None
    on_fail: str
    rows: int
    unexpected: int
    passed: bool
    samples: list[dict[str, Any]] = field(default_factory=list)
    why: str = ""
    words: str = ""
    personal: bool = False
    error: str = ""

    @property
    def closes(self) -> bool:
        """Whether this result alone closes the gate."""
        return bool(self.error) or (not self.passed and self.on_fail == "close")


@dataclass(frozen=True)
class Verdict:
    """The judgement of one attempt, bound to the digest of what was staged.

    `rows` gives {"staged", "quarantined"} by `<layer>.<table>`; `report` is relative to the reports folder.
    `accepted` says by whom and why it passes though rules that close are broken; empty otherwise.
    """

    digest: str
    passed: bool
    rules: list[RuleResult]
    rows: dict[str, dict[str, int]]
    report: str
    message: str
    accepted: str = ""

    @property
    def closing(self) -> list[RuleResult]:
        """The rules that close the gate, or would."""
        return [rule for rule in self.rules if rule.closes]

    def accept(self, by: str, why: str) -> Verdict:
        """The same findings, let through by somebody's decision."""
        accepted = f"accepted by {by}: {why}"
        return replace(self, passed=True, accepted=accepted, message=f"{accepted} ({self.message})")

    def to_json(self) -> str:
        """The verdict as JSON text, the same for the same verdict."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Verdict:
        """Read what `to_json` wrote."""
        content = json.loads(text)
        content["rules"] = [RuleResult(**rule) for rule in content["rules"]]
        return cls(**content)


def judge(
    *,
    digest: str,
    rules: Sequence[RuleResult],
    rows: Mapping[str, Mapping[str, int]],
    hours: Mapping[str, Sequence[HourCount]],
    max_quarantine_share: float,
    report: str,
) -> Verdict:
    """Judge all tables of a hop together.

    The gate closes on a broken `close` rule, on a rule that could not be judged, and where the quarantined
    rows of any one hour of a table exceed the share. `hours` gives the rows by hour of each table that
    quarantines; each adds a result `quarantine.share`.
    """
    results = list(rules)
    for table, counts in hours.items():
        results.append(_share(table, counts, max_quarantine_share))
    closing = [result for result in results if result.closes]
    staged = {table: dict(counts) for table, counts in rows.items()}
    return Verdict(digest, not closing, results, staged, report, _message(closing, results, staged))


def exceeds_share(hour: HourCount, most: float) -> bool:
    """Whether more than the share `most` of an hour's rows are quarantined, not by a decision."""
    return hour.quarantined - hour.diverted > most * hour.rows + ROUNDING


def _share(table: str, counts: Sequence[HourCount], most: float) -> RuleResult:
    over = [hour for hour in counts if exceeds_share(hour, most)]
    worst = sorted(over, key=lambda hour: (-hour.quarantined / hour.rows, hour.hour_end))[:SAMPLES]
    samples = [{"key": {"hour": hour.label}, "value": _of(hour.quarantined, hour.rows)} for hour in worst]
    return RuleResult(
        table,
        SHARE,
        "hours",
        None,
        "close",
        len(counts),
        len(over),
        not over,
        samples,
        "many broken rows at once are a broken source, not broken rows",
        f"at most {most * 100:g} % of an hour's rows are quarantined" if most else "no row is quarantined",
    )


def _of(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,} rows ({100 * part / whole:.1f} %)"


def _message(
    closing: Sequence[RuleResult], results: Sequence[RuleResult], rows: Mapping[str, Mapping[str, int]]
) -> str:
    if not closing:
        staged = sum(counts.get("staged", 0) for counts in rows.values())
        apart = sum(counts.get("quarantined", 0) for counts in rows.values())
        warned = sum(1 for result in results if not result.passed and result.on_fail == "warn")
        parts = [f"{staged:,} rows staged", f"{apart:,} quarantined"]
        if warned:
            parts.append(f"{warned} {'rule warns' if warned == 1 else 'rules warn'}")
        return ", ".join(parts)
    told = [sentence(result) for result in closing[:TOLD]]
    more = len(closing) - len(told)
    if more:
        told.append(f"and {more} more {'rule' if more == 1 else 'rules'}")
    return "; ".join(told)


def error_class(error: str) -> str:
    """What can be told of an error whose text may quote personal values: its class, `[CAST_INVALID_INPUT]`.

    That a column is missing is told as it is.
    """
    if _NO_COLUMN.fullmatch(error):
        return error
    found = _ERROR_CLASS.search(error)
    return f"{found[0] if found else 'an error'}; its text may have personal values and is not kept"


def sentence(result: RuleResult) -> str:
    """What a broken rule found: which rule, how many of how many, and the keys of up to three rows."""
    name = f"{result.table} {result.rule}"
    if result.error:
        return f"{name} could not be judged ({result.error})"
    words = f" “{result.words}”" if result.words else ""
    if result.rows == 0:
        text = f"{name} is broken:{words}" if words else f"{name} is broken"
    else:
        noun = result.kind if result.kind in ("hours", "files", "columns") else "rows"
        noun = noun[:-1] if result.rows == 1 else noun
        verb = "breaks" if result.unexpected == 1 else "break"
        text = f"{name}: {result.unexpected:,} of {result.rows:,} {noun} {verb}{words or ' it'}"
    shown = [_sample(sample) for sample in result.samples[:3]]
    if shown:
        text += f" (such as {', '.join(shown)})"
    return f"{text}; {result.why}" if result.kind == "columns" and result.why else text


def _sample(sample: Mapping[str, Any]) -> str:
    key = " ".join(f"{name}={value}" for name, value in sample["key"].items())
    value = sample.get("value")
    return f"{key}: {value}" if key and value is not None else key or str(value)
