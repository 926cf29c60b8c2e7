"""Keep text that fits no column: `_rescued` is a JSON object of column name to text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

TEXTS = "map<string,string>"


def restored(rows: DataFrame, columns: Iterable[str]) -> DataFrame:
    """The rows with what `_rescued` has of the text columns: what was archived before a contract had them.

    A column that the rows lack is added; what went into a column is no longer in `_rescued`.
    """
    texts, names = F.from_json("_rescued", TEXTS), list(columns)
    found = {
        name: F.coalesce(F.col(name), F.element_at(texts, F.lit(name)))
        if name in rows.columns
        else F.element_at(texts, F.lit(name))
        for name in names
    }
    others = F.map_filter(texts, lambda name, _: ~name.isin(names))
    return rows.withColumns({**found, "_rescued": F.when(F.size(others) > 0, F.to_json(others))})


def rescued_also(texts: Mapping[str, Column]) -> Column:
    """`_rescued` with further texts, by column name; those that are null add nothing."""
    if not texts:
        return F.col("_rescued")
    entries = [part for name, text in texts.items() for part in (F.lit(name), text)]
    added = F.map_filter(F.create_map(*entries), lambda _, text: text.isNotNull())
    before = F.coalesce(F.from_json("_rescued", TEXTS), F.create_map().cast(TEXTS))
    others = F.map_filter(before, lambda name, _: ~name.isin(list(texts)))
    return F.when(F.size(added) == 0, F.col("_rescued")).otherwise(F.to_json(F.map_concat(others, added)))
