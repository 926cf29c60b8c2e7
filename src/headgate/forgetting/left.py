"""Whether anything is left of the keys that were to vanish."""

from __future__ import annotations

from headgate.forgetting.find import Finder
from headgate.forgetting.found import Found
from headgate.forgetting.measure import further_gold
from headgate.forgetting.mentions import carried_key, naming_columns
from headgate.lake.history import column_types
from headgate.lake.paths import table_path
from headgate.lake.read import read_at


def rows_left(finder: Finder, found: Found, tables: dict[str, int]) -> dict[str, int]:
    """By table how many rows still hold a key that was to vanish; tables without any are left out."""
    settings, loaded, spark = finder.settings, finder.loaded, finder.spark
    pipeline = loaded.spec.pipeline
    left: dict[str, int] = {}
    for table, version in tables.items():
        path = table_path(settings.lake, pipeline, table)
        layer, _, name = table.partition(".")
        columns_of: list[tuple[str, tuple[str, ...]]] = []
        if layer == "silver" and name.removesuffix("_changes") in loaded.spec.silver:
            own = name.removesuffix("_changes")
            columns_of = [(k, c) for k in found.keys for c in naming_columns(loaded, own, k)]
        elif layer == "gold" and (name == "examples" or table in further_gold(loaded, tables)):
            carried = carried_key(loaded, list(column_types(path) or {}))
            columns_of = [(k, tuple(loaded.contracts[f"silver.{k}"].key)) for k in carried]
        rows = read_at(spark, path, version)
        for named, columns in columns_of:
            keys = found.keys.get(named)
            if keys:
                count = rows.join(finder.keys_frame(named, keys, columns), list(columns), "left_semi").count()
                if count:
                    left[table] = left.get(table, 0) + count
    return left
