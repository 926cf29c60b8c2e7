"""Read Debezium's change events as JSON, one a line, with and without the envelope of their schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.ingest.formats.format import OPERATION
from headgate.ingest.formats.json_text import EXTENSIONS, in_lower_case, object_in, objects, read_lines
from headgate.ingest.landing import LandingFile
from headgate.ingest.ordering import LOAD_OPERATION

COMMITTED_AT, LOG_POSITION = "committed_at", "log_position"
"""What an event says beside its row; a column of the row with such a name is kept in `_rescued`."""

OPERATIONS = {"c": "I", "r": "I", "u": "U", "d": "D", "t": "TRUNCATE"}
UNAVAILABLE = "__debezium_unavailable_value"
"""What Debezium writes for a large value that did not change and is not in the log."""

LAST_MICROSECOND = 253_402_300_799_999_999  # of the year 9999


class DebeziumJson:
    """The row is `after`, of a deletion `before`. Tombstones follow a deletion and say nothing of their own.

    `committed_at` is the commit time of the event's source, `log_position` its place in the source's log as
    sortable text: of PostgreSQL, MySQL and MariaDB, SQL Server and Oracle; null of others.
    """

    extensions = EXTENSIONS
    is_text = True

    def names(self, landing: Path, path: str) -> list[str]:
        """The names of all columns of the rows, by first appearance, and what events say beside them.

        None where there are tombstones alone.
        """
        names: dict[str, str] = {}
        events = 0
        for line in objects(landing, path):
            event = line.get("payload") if "payload" in line and "op" not in line else line
            events += event is not None
            for part in ("before", "after"):
                row: Any = event.get(part) if isinstance(event, dict) else None
                names |= {name.lower(): name for name in row} if isinstance(row, dict) else {}
        beside = [name for name in (OPERATION, COMMITTED_AT, LOG_POSITION) if name not in names]
        return [*names.values(), *beside] if events else []

    def read(
        self,
        spark: SparkSession,
        landing: Path,
        files: list[LandingFile],
        columns: list[str],
        committed_at: str,
    ) -> DataFrame | None:
        """See Format. An event without a row that it names is kept whole in `_rescued`."""
        text, event, row = F.col("_text"), F.col("_event"), F.col("_values")
        events = (
            read_lines(spark, landing, files)
            .withColumn("_envelope", object_in(text))
            .withColumn("_event", _event(F.col("_envelope")))
            .where(~_is_tombstone(text, F.col("_envelope")))
            .withColumn("_values", in_lower_case(object_in(_row(event))))
            .withColumn("_source", object_in(_member(event, "source")))
        )
        beside = {
            COMMITTED_AT: _commit_time(F.col("_source")),
            LOG_POSITION: _log_position(F.col("_source")),
        }

        def value(name: str) -> Column:
            found = _member(row, name)
            return beside[name] if name in beside else F.when(found != UNAVAILABLE, found)

        own = [name for name in (*columns, committed_at) if name not in beside]
        others = F.map_filter(
            row, lambda name, text: text.isNotNull() & (~name.isin(own) | (text == UNAVAILABLE))
        )
        line = F.to_json(F.create_map(F.lit("_line"), text))
        operation = _member(event, "op")
        code = F.create_map(*(F.lit(part) for pair in OPERATIONS.items() for part in pair))
        whole = row.isNull() & ~F.coalesce(operation == "t", F.lit(False))
        return events.select(
            *(value(name).alias(name) for name in columns),
            (
                F.lit(LOAD_OPERATION)
                if files[0].kind == "load"
                else F.coalesce(F.try_element_at(code, operation), operation)
            ).alias("_op"),
            value(committed_at).alias("_committed"),
            "_file",
            "_row",
            F.when(whole, line).when(F.size(others) > 0, F.to_json(others)).alias("_rescued"),
        )


def _member(values: Column, name: str) -> Column:
    return F.try_element_at(values, F.lit(name))


def _is_enveloped(line: Column) -> Column:
    return F.map_contains_key(line, "payload") & ~F.map_contains_key(line, "op")


def _event(line: Column) -> Column:
    return F.when(_is_enveloped(line), object_in(_member(line, "payload"))).otherwise(line)


def _is_tombstone(text: Column, line: Column) -> Column:
    empty = _is_enveloped(line) & _member(line, "payload").isNull()
    return (F.trim(text) == "null") | F.coalesce(empty, F.lit(False))


def _row(event: Column) -> Column:
    is_deletion = _member(event, "op") == "d"
    return F.when(is_deletion, _member(event, "before")).otherwise(_member(event, "after"))


def _commit_time(source: Column) -> Column:
    """The source's commit time as text; where it is no time, what it is."""
    given = F.coalesce(_member(source, "ts_us"), F.concat(_member(source, "ts_ms"), F.lit("000")))
    micros = F.when(given.try_cast("bigint").between(0, LAST_MICROSECOND), given.try_cast("bigint"))
    moment = F.date_format(F.timestamp_micros(micros), "yyyy-MM-dd HH:mm:ss.SSSSSS")
    return F.coalesce(moment, _member(source, "ts_us"), _member(source, "ts_ms"))


def _log_position(source: Column) -> Column:
    """The event's place in the source's log, numbers with zeros in front so that it sorts as text."""

    def padded(name: str) -> Column:
        return F.lpad(F.coalesce(_member(source, name), F.lit("0")), 20, "0")

    def joined(*parts: Column) -> Column:
        return F.concat_ws("/", *parts)

    commit, change, file = (_member(source, name) for name in ("commit_lsn", "change_lsn", "file"))
    # Numbers of log files have six digits, and then more: mysql-bin.999999, mysql-bin.1000000.
    number = F.regexp_extract(file, "([0-9]*)$", 1)
    longer = F.repeat(F.lit("~"), F.length(number) - F.lit(6))
    log = F.concat(F.regexp_replace(file, "[0-9]*$", ""), longer, number)
    return (
        F.when(commit.isNotNull(), joined(commit, change, padded("event_serial_no")))
        .when(file.isNotNull(), joined(log, padded("pos"), padded("row")))
        .when(_member(source, "lsn").isNotNull(), padded("lsn"))
        .when(_member(source, "scn").isNotNull(), padded("scn"))
    )
