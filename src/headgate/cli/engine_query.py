"""Ask the engine: read-only SQL over the published tables."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from headgate.cli.running_stack import require_running
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

READING = ("SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXPLAIN")
WRITING = re.compile(r"\b(INSERT|MERGE|UPDATE|DELETE)\b", re.IGNORECASE)
SET_APART = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|`(?:[^`]|``)*`", re.DOTALL)

PLAN = re.compile(r";\n(?=['+:! A-Z])")
QUERY_LOG = "SQLQueryContextLogger"
"""Where the client logs errors with their stack traces, which the raised error has as well."""


class QueryRefused(HeadgateError):
    """The statement does more than read."""


class QueryFailed(HeadgateError):
    """The engine refused the statement; carries its message without stack traces."""


def read_only(sql: str) -> str:
    """The statement without the semicolon at its end. Raises QueryRefused unless it only reads."""
    bare = SET_APART.sub(lambda found: " " if found[0].startswith(("--", "/*")) else "x", sql)
    first = re.match(r"[\s(]*([A-Za-z]*)", bare)
    word = first.group(1).upper() if first else ""
    if word not in READING:
        raise QueryRefused(
            f"a query starts with {', '.join(READING)}; this one with {word or 'none of them'}",
            left="nothing was run",
            next_command='./headgate query "SHOW TABLES IN flights_silver"',
        )
    depth_zero = _outside_parentheses(bare)
    writes = WRITING.search(depth_zero)
    if writes and word != "EXPLAIN":
        raise QueryRefused(
            f"a query only reads; this one would {writes.group(1).upper()}",
            left="nothing was run",
            next_command="put a column of that name in `backquotes`",
        )
    return sql.rstrip().rstrip(";")


@contextmanager
def engine_session(settings: Settings) -> Iterator[SparkSession]:
    """A session on the engine, in UTC. Raises StackNotRunning."""
    require_running(settings)
    from pyspark.sql import SparkSession

    logging.getLogger(QUERY_LOG).setLevel(logging.CRITICAL)
    session: SparkSession = SparkSession.builder.remote(addresses(settings).engine).create()
    try:
        session.conf.set("spark.sql.session.timeZone", "UTC")
        yield session
    finally:
        session.stop()


def ask(session: SparkSession, settings: Settings, sql: str) -> pa.Table:
    """The rows that a statement gives. Raises QueryRefused, QueryFailed."""
    statement = read_only(sql)
    _name_records(session, settings, statement)
    return _rows(lambda: session.sql(statement))


def _name_records(session: SparkSession, settings: Settings, statement: str) -> None:
    """Records that were begun since a pipeline's last publish get their names when they are asked for."""
    from headgate.hops.catalog import register_records
    from headgate.lake.history import current_version
    from headgate.lake.paths import table_path
    from headgate.spec.load import pipeline_names

    for name in pipeline_names(settings):
        ledger = table_path(settings.lake, name, "ops.hops")
        if f"{name}_ops" in statement.lower() and current_version(ledger) is not None:
            register_records(session, settings, name)


def ask_as_of(session: SparkSession, settings: Settings, sql: str, when: str) -> pa.Table:
    """The rows that a statement gives on tables as they were published together, see `published_versions`.

    Raises QueryRefused, QueryFailed, NamesNoTable, NotPublishedThen, NoSuchTableThen.
    """
    from headgate.hops.as_of import as_of, sql_as_of
    from headgate.hops.as_of_names import pipelines_named
    from headgate.spec.load import pipeline_names

    statement = read_only(sql)
    named = pipelines_named(statement, pipeline_names(settings))
    pipelines = {name: as_of(session, settings, name, when) for name in named}
    return _rows(lambda: sql_as_of(session, statement, pipelines))


def _rows(run: Callable[[], DataFrame]) -> pa.Table:
    from pyspark.errors import PySparkException

    try:
        return run().toArrow()
    except PySparkException as error:
        raise QueryFailed(
            without_plan(str(error)),
            left="nothing was changed",
            next_command='./headgate query "SHOW DATABASES"',
        ) from None


def without_plan(text: str) -> str:
    """The engine's message up to what only its makers can read: query plan and stack trace."""
    message = text.partition("JVM stacktrace:")[0]
    return PLAN.split(message, maxsplit=1)[0].strip()


def _outside_parentheses(bare: str) -> str:
    depth, kept = 0, []
    for character in bare:
        depth += (character == "(") - (character == ")")
        kept.append(character if depth == 0 else " ")
    return "".join(kept)
