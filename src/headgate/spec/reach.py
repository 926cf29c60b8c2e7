"""How long what became known can be seen by rows of gold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from headgate.spec.pipeline import Pipeline


def reach(spec: Pipeline) -> timedelta:
    """The longest time after a change became known at which a row of gold still depends on it.

    Along a chain of gold tables it is the sum of how far each looks back: what a table saw last at the end of
    its own look back is read by the next one later still.
    """
    reaches: dict[str, timedelta] = {}

    def of(tables: Iterable[str]) -> timedelta:
        own = (reaches[table] for table in tables if table not in spec.silver)
        return max(own, default=timedelta(0))

    for name, table in spec.gold.items():
        reaches[name] = table.lookback + of(table.inputs)
    longest = list(reaches.values())
    if spec.examples:
        longest.append(spec.examples.lookback + of(spec.examples.inputs))
        longest += [source.max_age + of([source.table]) for source in spec.examples.features]
    return max(longest, default=timedelta(0))
