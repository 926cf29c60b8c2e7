"""Sessions on the engine seen from outside of the job that works in one: keep alive, release, end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.errors.exceptions.connect import SparkConnectException
from pyspark.sql.connect.client import ChannelBuilder
from pyspark.sql.connect.session import SparkSession

from headgate.lake.engine_address import session_address
from headgate.lake.engine_patience import noticing_its_end, waiting_for_it

KEEPALIVE = (("grpc.keepalive_time_ms", 300_000), ("grpc.keepalive_timeout_ms", 20_000))
"""Clients ask every 5 minutes, the shortest that the engine allows, whether it is still there."""

CLOSED = "INVALID_HANDLE.SESSION_CLOSED"


@contextmanager
def keepalive() -> Iterator[None]:
    """Let every channel that is opened meanwhile notice an engine that vanished without a word."""
    before = ChannelBuilder.GRPC_DEFAULT_OPTIONS
    ChannelBuilder.GRPC_DEFAULT_OPTIONS = [*before, *KEEPALIVE]
    try:
        yield
    finally:
        ChannelBuilder.GRPC_DEFAULT_OPTIONS = before


def release_session(base: str, session_id: str) -> None:
    """Close the session that a job of this process opened and left open, if any; the engine forgets it.

    The job's client ends first, with all that it still has to tell the engine about its statements.
    """
    session = SparkSession.getActiveSession()
    if session is not None and session.session_id == session_id:
        session.client.close()
        end_session(base, session_id)


def end_session(base: str, session_id: str, wait: bool = False) -> list[str]:
    """Interrupt a session's operations, returned by id, and close it: its client gets nothing done after.

    A session that is closed already has none. Raises what the client raises when the engine does not answer
    within some seconds; with `wait`, within some minutes: time enough for it to start.
    """
    session = SparkSession(connection=session_address(base, session_id))
    session.client.set_retry_policies([waiting_for_it() if wait else noticing_its_end()])
    try:
        interrupted = session.interruptAll()
        session.client.release_session()
    except SparkConnectException as error:
        if CLOSED not in str(error):
            raise
        interrupted = []
    finally:
        session.client.close()
    return interrupted
