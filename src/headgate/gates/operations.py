"""What a change does must be something that is known, and to one row only."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from headgate.gates.verdict import RuleResult

OPERATIONS = ("I", "U", "D", "L")
"""What a change can do to a row; L is what the archive calls a row of a full load."""

TABLE_OPERATIONS = ("T", "TRUNCATE", "DDL")
"""What sources write for a change of the whole table."""


OF_A_ROW = "op.of_a_row"
"""The rule that no change concerns the whole table."""


def operation_rules() -> Column:
    """The rules on `_op` that a change breaks, as array<string>: each of them quarantines it."""
    missing = F.when(F.col("_op").isNull(), F.lit("op.required"))
    unknown = F.when(~F.col("_op").isin(*OPERATIONS), F.lit("op.one_of"))
    return F.filter(F.array(missing, unknown), lambda mark: mark.isNotNull())


def of_the_whole_table() -> Column:
    """True for a change that concerns more than the row it names, OF_A_ROW; never null."""
    return F.coalesce(F.col("_op").isin(*TABLE_OPERATIONS), F.lit(False))


def broken_operations(staged: DataFrame, table: str) -> list[RuleResult]:
    """The rules on `_op` that some staged change breaks. One Spark job.

    Unknown operations quarantine their rows; a change of the whole table closes the gate.
    """
    op = F.col("_op")
    counted = staged.agg(
        F.count(F.lit(1)).alias("rows"),
        F.count_if(op.isNull()).alias("required"),
        F.count_if(~op.isin(*OPERATIONS)).alias("one_of"),
        F.count_if(of_the_whole_table()).alias("of_a_row"),
    ).collect()[0]
    unknown = "a change that says nothing known about its row is no change"
    others = "it concerns rows that the file does not name: let a full load that was taken after it follow"
    rules = [
        ("required", "quarantine", "Op is never missing", unknown),
        ("one_of", "quarantine", "Op is one of I, U, D", unknown),
        ("of_a_row", "close", "no record is a TRUNCATE or DDL", others),
    ]
    return [
        RuleResult(
            table=table,
            rule=f"op.{name}",
            kind="row",
            column=None,
            on_fail=on_fail,
            rows=counted["rows"],
            unexpected=counted[name],
            passed=False,
            why=why,
            words=words,
        )
        for name, on_fail, words, why in rules
        if counted[name]
    ]
