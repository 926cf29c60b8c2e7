"""What differs between the rules of two versions of a contract."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from headgate.gates.rules import GateRule, rules_of
from headgate.gates.words import in_words
from headgate.planning.change import Change, Effect
from headgate.spec.contract import Contract


def rule_changes(table: str, before: Contract, after: Contract) -> Iterator[Change]:
    """The rules of `<layer>.<table>` that were added, removed or changed, in the order of the contracts.

    Only a rule that quarantines decides where rows go, so only its changes rewrite rows; what warns or closes
    judges. That the columns and their types are the contract's is no rule here: the columns say so.
    """
    old, new = _rules(table, before), _rules(table, after)
    for name in [*old, *(name for name in new if name not in old)]:
        was, is_ = old.get(name), new.get(name)
        if was is not None and is_ is not None and _meaning(was) == _meaning(is_):
            if (was.why, was.words) != (is_.why, is_.words):
                yield Change("rule", name, was.why or was.words, is_.why or is_.words, "words")
            continue
        note = _moves(was, is_)
        effect: Effect = "rewrites" if note else "judges"
        yield Change("rule", name, _said(was), _said(is_), effect, note)


def _rules(table: str, contract: Contract) -> dict[str, GateRule]:
    rules = [rule for rule in rules_of(contract, table) if not _structural(rule)]
    return {rule.id: rule for rule in rules}


def _structural(rule: GateRule) -> bool:
    return rule.id == "table.columns" or (rule.id.endswith(".type") and "type_" in rule.kwargs)


def _meaning(rule: GateRule) -> tuple[object, ...]:
    """What the rule judges; of `references` also what is known to be missing, which only its words say."""
    kept = rule.words if rule.id.endswith(".references") else ""
    return rule.kind, rule.on_fail, rule.expectation, rule.kwargs, rule.skips_deletes, rule.quiet, kept


def _said(rule: GateRule | None) -> str | None:
    return None if rule is None else f"{in_words(rule)} ({rule.on_fail})"


def _moves(was: GateRule | None, is_: GateRule | None) -> str:
    """Which way rows can go through the change of a rule; empty where none can."""
    old = was if was is not None and was.on_fail == "quarantine" else None
    new = is_ if is_ is not None and is_.on_fail == "quarantine" else None
    if old is None and new is None:
        return ""
    quarantines = old is None or (new is not None and not _allows(new, old))
    releases = new is None or (old is not None and not _allows(old, new))
    ways = [way for way, can in (("quarantine", quarantines), ("release", releases)) if can] or [
        "mark otherwise"
    ]
    return f"can {' and '.join(ways)} rows"


def _allows(wide: GateRule, narrow: GateRule) -> bool:
    """Whether every row that keeps `narrow` surely keeps `wide` too."""
    if wide.expectation != narrow.expectation or wide.skips_deletes != narrow.skips_deletes:
        return False
    apart = {name for name in wide.kwargs.keys() | narrow.kwargs.keys() if _differs(wide, narrow, name)}
    if apart == {"value_set"} and wide.expectation == "expect_column_values_to_be_in_set":
        return all(value in wide.kwargs["value_set"] for value in narrow.kwargs["value_set"])
    if apart <= {"min_value", "max_value"}:
        low, high = ((wide.kwargs.get(end), narrow.kwargs.get(end)) for end in ("min_value", "max_value"))
        return (low[0] is None or _at_most(*low)) and (high[0] is None or _at_most(high[1], high[0]))
    return False


def _differs(one: GateRule, other: GateRule, name: str) -> bool:
    return bool(one.kwargs.get(name) != other.kwargs.get(name))


def _at_most(low: Any, high: Any) -> bool:
    """Whether low <= high for sure: texts (moments) are only known to be equal, None is no end."""
    if low == high:
        return True
    return isinstance(low, int | float) and isinstance(high, int | float) and low <= high
