"""MERGE statements that change only what differs, so that a repeat writes no change."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from pyspark.sql import DataFrame


def merge(
    source: DataFrame,
    path: str,
    key: Sequence[str],
    *,
    absent: str | None = None,
    newer_by: str | None = None,
    delete_within: str | None = None,
) -> None:
    """Bring the table at `path` to `source`, which has one row per `key` and the table's columns.

    Rows are compared null-safely, column by column. `absent` names a boolean column of `source` that is true
    for keys that must not be in the table. `newer_by` names a column by whose order a row of the table
    gives way only to a greater one. `delete_within` is SQL over the table's columns: rows there that
    are not in `source` are deleted. The session's transaction marks the commit.
    """
    spark = source.sparkSession
    columns = [c for c in source.columns if c != absent]
    others = [c for c in columns if c not in key]
    view = f"headgate_merge_{uuid.uuid4().hex}"
    source.createOrReplaceTempView(view)
    on = " AND ".join(f"t.`{c}` = s.`{c}`" for c in key)
    equal = " AND ".join(f"t.`{c}` <=> s.`{c}`" for c in others) or "true"
    assignments = ", ".join(f"t.`{c}` = s.`{c}`" for c in others)
    names, values = ", ".join(f"`{c}`" for c in columns), ", ".join(f"s.`{c}`" for c in columns)
    clauses = []
    if absent:
        clauses.append(f"WHEN MATCHED AND s.`{absent}` THEN DELETE")
    if newer_by:
        clauses.append(f"WHEN MATCHED AND s.`{newer_by}` > t.`{newer_by}` THEN UPDATE SET {assignments}")
    elif others:
        clauses.append(f"WHEN MATCHED AND NOT ({equal}) THEN UPDATE SET {assignments}")
    wanted = f" AND NOT s.`{absent}`" if absent else ""
    clauses.append(f"WHEN NOT MATCHED{wanted} THEN INSERT ({names}) VALUES ({values})")
    if delete_within:
        clauses.append(f"WHEN NOT MATCHED BY SOURCE AND {delete_within} THEN DELETE")
    spark.sql(f"MERGE INTO delta.`{path}` t USING {view} s ON {on} " + " ".join(clauses)).collect()
    spark.catalog.dropTempView(view)
