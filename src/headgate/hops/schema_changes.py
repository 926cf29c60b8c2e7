"""What the gate makes of a source whose columns or types are no longer those of the contract."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from headgate.gates.verdict import SAMPLES, RuleResult
from headgate.ingest.rescue import TEXTS
from headgate.spec.column_users import told_users
from headgate.spec.contract import Column, Contract
from headgate.spec.load import LoadedPipeline


def evolved_contract(loaded: LoadedPipeline, table: str, staged: Sequence[str]) -> Contract:
    """The contract of a table; an archive whose feed says `evolve` may have further columns, as text."""
    contract = loaded.contracts[table]
    layer, _, name = table.partition(".")
    if layer != "bronze" or loaded.spec.feeds[name].on_schema_change != "evolve":
        return contract
    further = {c: Column() for c in staged if c not in contract.columns and not c.startswith("_")}
    return contract.model_copy(update={"columns": {**contract.columns, **further}})


def must_keep_types(loaded: LoadedPipeline, table: str) -> bool:
    """Whether text that is no value of its column's type closes the gate of a silver table."""
    silver = loaded.spec.silver[table.removeprefix("silver.")]
    return silver.transform is None and loaded.spec.feeds[silver.feed].on_schema_change == "fail"


def retyped(staged: DataFrame, loaded: LoadedPipeline, table: str) -> RuleResult:
    """The rule that every text is a value of its column's type; closes, naming what uses the columns."""
    columns, feed = loaded.contracts[table].columns, loaded.spec.silver[table.removeprefix("silver.")].feed
    typed = [name for name, column in columns.items() if column.type != "string"]
    lost = F.array_intersect(F.map_keys(F.from_json("_rescued", TEXTS)), F.array(*map(F.lit, typed)))
    counted = (
        {
            row["name"]: (row["rows"], row["text"])
            for row in staged.select(F.explode(lost).alias("name"), "_rescued")
            .groupBy("name")
            .agg(
                F.count(F.lit(1)).alias("rows"),
                F.min(F.element_at(F.from_json("_rescued", TEXTS), F.col("name"))).alias("text"),
            )
            .collect()
        }
        if typed
        else {}
    )
    return RuleResult(
        table=table,
        rule="values.typed",
        kind="columns",
        column=None,
        on_fail="close",
        rows=len(typed),
        unexpected=len(counted),
        passed=not counted,
        samples=[
            {
                "key": {"column": name},
                "value": f"{rows:,} {'row is' if rows == 1 else 'rows are'} no {columns[name].type}"
                + ("" if columns[name].personal else f", like {text[:100]!r}"),
            }
            for name, (rows, text) in sorted(counted.items())[:SAMPLES]
        ],
        why=told_users(loaded, feed, counted),
        words="every text is a value of its column's type",
    )
