"""Verdicts of gates as pages read them: beside the report, personal values masked by the present contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from headgate.airflow.names import hour_name
from headgate.airflow.pages.bars import Bar, bars
from headgate.airflow.pages.render import hour, percent
from headgate.airflow.pages.report_files import report_file
from headgate.gates.verdict import MASK, TOLD, RuleResult, Verdict, error_class, sentence
from headgate.hops.ledger import Entry, Ledger
from headgate.spec.load import LoadedPipeline
from headgate.spec.personal_columns import personal_columns
from headgate.spec.predictions import hop_of

TREND_HOURS = 24
VERDICTS_KEPT = 128
Personal = Mapping[str, set[str]]
"""The personal columns of each table, by `<layer>.<table>`."""

OUTCOMES = ("closes", "quarantines", "warns", "holds")
"""What became of a rule, in the order in which people look."""


@dataclass(frozen=True)
class ShownRule:
    """A rule with what became of it, and the share that broke it in the hours up to this one."""

    rule: RuleResult
    outcome: str
    trend: list[Bar]
    broken_hours: int
    judged_hours: int


def verdict_of(reports: Path, pipeline: str, hop: str, at: str, attempt: str) -> Verdict | None:
    """The verdict of an attempt; None where the gate kept none."""
    path = report_file(reports, pipeline, hop, at, f"{attempt}.json")
    return None if path is None else _read(path, path.stat().st_mtime_ns)


def judged_up_to(ledger: Ledger, hop: str, until: datetime | None, most: int) -> list[Entry]:
    """The last judgement of each of the last `most` hours up to `until` (start) of a hop, oldest first."""
    latest: dict[datetime, Entry] = {}
    for entry in ledger.entries():
        judged = entry.hop == hop and entry.state in ("done", "closed")
        if judged and (until is None or entry.hour <= until):
            latest[entry.hour] = entry
    return [latest[moment] for moment in sorted(latest)[-most:]]


def shown_rules(
    verdict: Verdict, before: list[tuple[Entry, Verdict]], personal: Personal
) -> dict[str, list[ShownRule]]:
    """The rules by table, those that broke first. `before`: verdicts of earlier hours and of this one."""
    trends = _trends(before)
    found: dict[str, list[ShownRule]] = {table: [] for table in verdict.rows}
    for rule in verdict.rules:
        trend = trends.get((rule.table, rule.rule), [])
        broken = sum(1 for _, result in trend if result.unexpected or result.error)
        drawn = _drawn(trend) if broken and len(trend) > 1 else []
        shown = ShownRule(masked(rule, personal), outcome(rule), drawn, broken, len(trend))
        found.setdefault(rule.table, []).append(shown)
    for rules in found.values():
        rules.sort(key=lambda shown: OUTCOMES.index(shown.outcome))
    return {table: rules for table, rules in found.items() if rules}


def outcome(rule: RuleResult) -> str:
    """What became of a rule: holds, warns, quarantines or closes."""
    if rule.passed and not rule.error:
        return "holds"
    if rule.closes:
        return "closes"
    return "quarantines" if rule.on_fail == "quarantine" else "warns"


def masked(rule: RuleResult, personal: Personal) -> RuleResult:
    """The rule without values of columns that are personal now, whatever the contract said then."""
    names = personal.get(rule.table, set())
    hidden = rule.personal or rule.column in names or _names_one(rule, names)
    samples: list[dict[str, Any]] = [
        {
            "key": {name: MASK if name in names and value else value for name, value in s["key"].items()},
            "value": MASK
            if (hidden or _is_about(rule, s, names)) and s.get("value") is not None
            else s.get("value"),
        }
        for s in rule.samples
    ]
    error = error_class(rule.error) if names and rule.error else rule.error
    return replace(rule, samples=samples, personal=hidden, error=error)


def tells_too_much(verdict: Verdict, personal: Personal) -> bool:
    """Whether what was written of a verdict then, report and Data Docs, has what is masked now."""
    return any(_tells_more(rule, masked(rule, personal)) for rule in verdict.rules)


def has_personal(loaded: LoadedPipeline, hop: str) -> bool:
    """Whether any column of the tables that a hop's gate judges is personal now."""
    return any(names for table, names in personal_columns(loaded).items() if hop_of(table) == hop)


def closing_words(verdict: Verdict, personal: Personal, most: int | None = None) -> list[str]:
    """What closed the gate, a sentence a rule, masked; of more than `most` the rest is counted."""
    rules = verdict.closing[:most]
    told = [sentence(masked(rule, personal)) for rule in rules]
    left = len(verdict.closing) - len(rules)
    return [*told, f"and {left} more"] if left else told


def passing_words(verdict: Verdict, personal: Personal) -> str:
    """Why the gate is open, in a line: what it counted, or who let through what is broken, masked."""
    if not verdict.accepted:
        return verdict.message
    return f"{verdict.accepted} ({'; '.join(closing_words(verdict, personal, TOLD))})"


def _tells_more(rule: RuleResult, now: RuleResult) -> bool:
    """Whether a rule's texts have more than they have now, or Data Docs a figure of a column personal since.

    Of the type of a column, and of rules on rows, Data Docs have no values.
    """
    since = now.personal and not rule.personal and rule.kind == "table" and not rule.rule.endswith(".type")
    return since or (rule.samples, rule.error) != (now.samples, now.error)


def _is_about(rule: RuleResult, sample: Mapping[str, Any], personal: set[str]) -> bool:
    """Whether a sample of a rule on columns is about a personal one: it quotes a text of it."""
    return rule.kind == "columns" and sample["key"].get("column") in personal


def _names_one(rule: RuleResult, personal: set[str]) -> bool:
    """Whether the rule is about several columns, one of them personal: its samples name each value."""
    texts = [str(sample.get("value")) for sample in rule.samples]
    return any(text.startswith(f"{name}=") or f", {name}=" in text for name in personal for text in texts)


def _trends(before: list[tuple[Entry, Verdict]]) -> dict[tuple[str, str], list[tuple[datetime, RuleResult]]]:
    found: dict[tuple[str, str], list[tuple[datetime, RuleResult]]] = {}
    for entry, verdict in before:
        for rule in verdict.rules:
            found.setdefault((rule.table, rule.rule), []).append((entry.hour, rule))
    return found


def _drawn(trend: list[tuple[datetime, RuleResult]]) -> list[Bar]:
    shares = [rule.unexpected / rule.rows if rule.rows else float(bool(rule.unexpected)) for _, rule in trend]
    said = [f"{hour(moment)}: {_count(rule)}" for moment, rule in trend]
    return bars(shares, said, slots=TREND_HOURS)


def _count(rule: RuleResult) -> str:
    if rule.error:
        return "not judged"
    if not rule.rows:
        return "broken" if rule.unexpected else "holds"
    return f"{rule.unexpected:,} of {rule.rows:,} · {percent(rule.unexpected / rule.rows)}"


def with_verdicts(reports: Path, pipeline: str, entries: list[Entry]) -> list[tuple[Entry, Verdict]]:
    """The entries whose gate kept its verdict, each with it."""
    found = [
        (entry, verdict_of(reports, pipeline, entry.hop, hour_name(entry.hour), entry.attempt))
        for entry in entries
    ]
    return [(entry, verdict) for entry, verdict in found if verdict is not None]


@lru_cache(VERDICTS_KEPT)
def _read(path: Path, modified: int) -> Verdict:
    return Verdict.from_json(path.read_text(encoding="utf-8"))
