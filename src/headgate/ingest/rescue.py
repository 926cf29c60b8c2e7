"""Keep text that fits no column: `_rescued` is a JSON object of column name to text."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

TEXTS = "map<string,string>"


def rescued_also(texts: Mapping[str, Column]) -> Column:
    """`_rescued` with further texts, by column name; those that are null add nothing."""
    if not texts:
        return F.col("_rescued")
    entries = [part for name, text in texts.items() for part in (F.lit(name), text)]
    added = F.map_filter(F.create_map(*entries), lambda _, text: text.isNotNull())
    before = F.coalesce(F.from_json("_rescued", TEXTS), F.create_map().cast(TEXTS))
    others = F.map_filter(before, lambda name, _: ~name.isin(list(texts)))
    return F.when(F.size(added) == 0, F.col("_rescued")).otherwise(F.to_json(F.map_concat(others, added)))
