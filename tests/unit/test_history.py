"""The history of a live table: spans from a change log, written out change by change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pyspark.sql import SparkSession

from headgate.hops.history import history_query
from headgate.hops.known_loads import Loads
from headgate.spec.contract import Contract

CONTRACT = Contract.model_validate(
    {"description": "One row per id.", "key": ["id"], "columns": {"id": {"type": "bigint"}, "status": {}}}
)
LOG = (
    "id bigint, status string, _op string, _committed_at timestamp, _sequence string, _revision int, "
    "_failed_rules array<string>, _file string, _row bigint"
)


def change(
    status: str | None,
    operation: str,
    hour: int,
    sequence: str | None = None,
    *,
    revision: int = 0,
    broken: bool = False,
) -> tuple[object, ...]:
    """One change of id 1 at a full hour; without `sequence` its place is that of its hour."""
    kind = "0" if operation == "L" else "1"
    place = sequence or f"{kind}|{hour:02}"
    failed = ["a rule"] if broken else []
    moment = datetime(2024, 1, 1, hour, tzinfo=UTC)
    return 1, status, operation, moment, place, revision, failed, f"{place}.csv", 1


CASES = {
    "each value holds until the next": (
        [change("open", "I", 1), change("paid", "U", 3)],
        [],
        [("open", 1, 3), ("paid", 3, None)],
    ),
    "a deletion ends a span, an insert begins another": (
        [change("open", "I", 1), change("open", "D", 3), change("open", "I", 5)],
        [],
        [("open", 1, 3), ("open", 5, None)],
    ),
    "a deletion without values ends it as well": (
        [change("open", "I", 1), change(None, "D", 3)],
        [],
        [("open", 1, 3)],
    ),
    "equal values are one span": (
        [change("open", "I", 1), change("open", "U", 2), change("paid", "U", 3)],
        [],
        [("open", 1, 3), ("paid", 3, None)],
    ),
    "nothing is a value too": (
        [change("open", "I", 1), change(None, "U", 2)],
        [],
        [("open", 1, 2), (None, 2, None)],
    ),
    "what is replaced at the same moment never held": (
        [change("open", "I", 1, "1|01|a"), change("paid", "U", 1, "1|01|b"), change("lost", "U", 2)],
        [],
        [("paid", 1, 2), ("lost", 2, None)],
    ),
    "there and back at one moment changes nothing": (
        [change("open", "I", 1), change("paid", "U", 2, "1|02|a"), change("open", "U", 2, "1|02|b")],
        [],
        [("open", 1, None)],
    ),
    "marked changes count for nothing": (
        [change("open", "I", 1), change("lost", "U", 2, broken=True), change("paid", "U", 3)],
        [],
        [("open", 1, 3), ("paid", 3, None)],
    ),
    "of a sequence the highest revision counts": (
        [change("opne", "I", 1), change("open", "I", 1, revision=1)],
        [],
        [("open", 1, None)],
    ),
    "what a marked revision took the place of counts for nothing": (
        [change("open", "I", 1), change("paid", "U", 2), change("lost", "U", 2, revision=1, broken=True)],
        [],
        [("open", 1, None)],
    ),
    "a commit time that steps back counts as the latest before": (
        [change("open", "I", 1, "1"), change("paid", "U", 4, "2"), change("sent", "U", 3, "3")],
        [],
        [("open", 1, 4), ("sent", 4, None)],
    ),
    "a load that lacks the key ends its span": (
        [change("open", "I", 1)],
        [3],
        [("open", 1, 3)],
    ),
    "a load that has it goes on with it": (
        [change("open", "I", 1), change("open", "L", 4), change("paid", "U", 6)],
        [3],
        [("open", 1, 6), ("paid", 6, None)],
    ),
    "a load's row holds from the load's start": (
        [change("open", "L", 4), change("paid", "U", 3)],
        [3],
        [("paid", 3, None)],
    ),
    "a key may be left out by one load and come with the next": (
        [change("open", "L", 2), change("paid", "L", 8)],
        [2, 5, 8],
        [("open", 2, 5), ("paid", 8, None)],
    ),
    "a deletion of what was never there is no span": ([change(None, "D", 1)], [], []),
}


@pytest.mark.parametrize("case", CASES)
def test_spans(spark: SparkSession, case: str) -> None:
    changes, loads, spans = CASES[case]
    spark.createDataFrame(changes[::-1], LOG).createOrReplaceTempView("history_changes")
    starts = [datetime(2024, 1, 1, hour, tzinfo=UTC) for hour in loads]
    found = spark.sql(history_query("history_changes", CONTRACT, Loads(starts, frozenset())))
    assert found.columns == ["id", "status", "valid_from", "valid_to", "is_current"]
    rows = (
        found.orderBy("valid_from")
        .selectExpr("status", "hour(valid_from)", "hour(valid_to)", "is_current")
        .collect()
    )
    assert [tuple(row) for row in rows] == [(*span, span[-1] is None) for span in spans]
