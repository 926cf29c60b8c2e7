"""What differs between two versions of one table: where its rows come from, its columns, its rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from headgate.planning.change import Change, Effect
from headgate.planning.rule_changes import rule_changes
from headgate.planning.said import said
from headgate.spec.contract import Column
from headgate.spec.duration import format_duration
from headgate.spec.lineage import EXAMPLES
from headgate.spec.pipeline import Examples, GoldTable
from headgate.spec.spec_document import SpecDocument, transforms_of

ARCHIVED = "what is archived keeps its form"
NO_SUCH_COLUMN = "earlier lines were archived without it, so it stays empty for them"
STAYS = "it stays in the table, empty in rows to come"
SILENT = "a champion that needs it scores no hour until a model without it is promoted"
HISTORY = "from when to when each row held"
NO_ROW = "read off the change log, no row is written"
MASKED = "reports mask its values, statistics have counts only; what is published stays"
SHOWN = "reports and statistics show its values"
OLD_KEY = "rows under the old key can remain; a table with a new name is free of them"


def table_changes(table: str, before: SpecDocument, after: SpecDocument) -> list[Change]:
    """The differences of a table `<layer>.<table>` that both specs have; those of its inputs are not told."""
    layer, _, name = table.partition(".")
    if layer == "bronze":
        found = [*_feed(name, before, after)]
    elif layer == "silver":
        found = [*_silver(name, before, after), *_function(table, before, after)]
    elif name in after.spec.gold and name in before.spec.gold:
        own = _gold(before.spec.gold[name], after.spec.gold[name])
        found = [*own, *_function(table, before, after)]
    else:
        assert before.spec.examples is not None
        assert after.spec.examples is not None
        own = _examples(before.spec.examples, after.spec.examples, [*after.contracts[table].columns])
        functions = (*_function(table, before, after), *_function(f"{table}.label", before, after))
        found = [*own, *functions]
    contracts = before.contracts[table], after.contracts[table]
    found += _columns(table, before, after)
    found += rule_changes(table, *contracts)
    if contracts[0].description != contracts[1].description:
        found.append(Change("description", "", contracts[0].description, contracts[1].description, "words"))
    return found


def sources(document: SpecDocument, table: str) -> list[tuple[str, timedelta]]:
    """The tables that a table is derived from, each with how far back it looks into it; none above gold."""
    layer, _, name = table.partition(".")
    spec = document.spec
    if layer != "gold":
        return []
    if name in spec.gold:
        gold = spec.gold[name]
        return [(_named(document, source), gold.lookback) for source in gold.inputs]
    assert spec.examples is not None
    inputs = [(_named(document, source), spec.examples.lookback) for source in spec.examples.inputs]
    return inputs + [(_named(document, source.table), source.max_age) for source in spec.examples.features]


def feature_sources(examples: Examples | None) -> dict[str, str]:
    """For each column that a feature source joins onto the examples, in words where it comes from."""
    if examples is None:
        return {}
    return {
        column: f"{source.table} by {', '.join(source.on)}, at most {format_duration(source.max_age)} old"
        + (f" by {source.event_time}" if source.event_time else "")
        for source in examples.features
        for column in source.columns
    }


def _named(document: SpecDocument, source: str) -> str:
    return f"silver.{source}" if source in document.spec.silver else f"gold.{source}"


def _feed(name: str, before: SpecDocument, after: SpecDocument) -> Iterator[Change]:
    old, new = before.spec.feeds[name].model_dump(), after.spec.feeds[name].model_dump()
    for key in new:
        if old[key] != new[key]:
            yield Change("feed", key, said(old[key]), said(new[key]), "from_now_on", ARCHIVED)


def _silver(name: str, before: SpecDocument, after: SpecDocument) -> Iterator[Change]:
    old, new = before.spec.silver[name].feed, after.spec.silver[name].feed
    if old != new:
        yield Change("feed", "", old, new, "rewrites")
    old_key, new_key = (document.contracts[f"silver.{name}"].key for document in (before, after))
    if old_key != new_key:
        yield Change("key", "", said(old_key), said(new_key), "rewrites", OLD_KEY)
    was, is_ = (HISTORY if document.spec.silver[name].history else None for document in (before, after))
    if was != is_:
        yield Change("view", f"{name}_history", was, is_, "from_now_on", NO_ROW)


def _gold(old: GoldTable, new: GoldTable) -> Iterator[Change]:
    if sorted(old.inputs) != sorted(new.inputs):
        yield Change("inputs", "", said(old.inputs), said(new.inputs), "rewrites")
    if (old.grain, old.as_of) != (new.grain, new.as_of):
        was, is_ = (f"{said(table.grain)} (as of {table.as_of})" for table in (old, new))
        yield Change("grain", "", was, is_, "rewrites", OLD_KEY)
    if old.lookback != new.lookback:
        yield Change("lookback", "", said(old.lookback), said(new.lookback), "rewrites")


def _examples(old: Examples, new: Examples, columns: list[str]) -> Iterator[Change]:
    if sorted(old.inputs) != sorted(new.inputs):
        yield Change("inputs", "", said(old.inputs), said(new.inputs), "rewrites")
    for key in ("entity", "as_of"):
        was, is_ = getattr(old, key), getattr(new, key)
        if was != is_:
            yield Change(key, "", said(was), said(is_), "rewrites", OLD_KEY)
    for key in ("lookback", "label", "label_known_at"):
        was, is_ = getattr(old, key), getattr(new, key)
        if was != is_:
            yield Change(key, "", said(was), said(is_), "rewrites")
    if old.complete_after != new.complete_after:
        note = "learning waits so long for labels"
        yield Change(
            "complete_after", "", said(old.complete_after), said(new.complete_after), "from_now_on", note
        )
    joined, joins = feature_sources(old), feature_sources(new)
    for column in dict.fromkeys((*joined, *joins)):
        if joined.get(column) != joins.get(column):
            effect: Effect = "rewrites" if column in columns else "from_now_on"
            yield Change("feature source", column, joined.get(column), joins.get(column), effect)


def _function(table: str, before: SpecDocument, after: SpecDocument) -> Iterator[Change]:
    old, new = before.functions.get(table), after.functions.get(table)
    if old == new:
        return
    names = [transforms_of(document.spec).get(table, ("", None))[1] for document in (before, after)]
    what = "label_transform" if table.endswith(".label") else "transform"
    note = "its code differs" if names[0] == names[1] else ""
    yield Change(what, names[1] or names[0] or "", names[0], names[1], "rewrites", note)


def _columns(table: str, before: SpecDocument, after: SpecDocument) -> Iterator[Change]:
    old, new = before.contracts[table].columns, after.contracts[table].columns
    for name in [*old, *(name for name in new if name not in old)]:
        if name not in new:
            learned = before.spec.model is not None and name in before.spec.model.features
            note = f"{STAYS}; {SILENT}" if learned and table == EXAMPLES else STAYS
            yield Change("column", name, old[name].type, None, "from_now_on", note)
        elif name not in old:
            effect, note = _filled(table, name, before, after)
            yield Change("column", name, None, new[name].type, effect, note)
        elif old[name].type != new[name].type:
            note = "the table keeps its type; give the new type a column with a new name"
            yield Change("column", name, old[name].type, new[name].type, "refused", note)
        else:
            yield from _told_of(name, old[name], new[name])


def _told_of(name: str, old: Column, new: Column) -> Iterator[Change]:
    """What decides nothing of a column's values, but what people get to see of them."""
    if old.description != new.description:
        yield Change("description of", name, old.description, new.description, "words")
    if old.personal != new.personal:
        note = MASKED if new.personal else SHOWN
        yield Change("personal of", name, said(old.personal), said(new.personal), "told", note)


def _filled(table: str, column: str, before: SpecDocument, after: SpecDocument) -> tuple[Effect, str]:
    """Whether a new column would have values in rows that are published."""
    layer, _, name = table.partition(".")
    if layer == "bronze":
        return "from_now_on", NO_SUCH_COLUMN
    if layer == "silver" and table not in after.functions:
        feed = before.contracts.get(f"bronze.{after.spec.silver[name].feed}")
        if feed is None or column not in feed.columns:
            return "from_now_on", NO_SUCH_COLUMN
    return "rewrites", ""
