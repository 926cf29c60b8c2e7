"""One session on the engine: named by its client, recorded while it lasts, ended by whoever comes next."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)

KEEPALIVE = (("grpc.keepalive_time_ms", 300_000), ("grpc.keepalive_timeout_ms", 20_000))
"""Clients ask every 5 minutes, the shortest that the engine allows, whether it is still there."""


class EngineSession:
    """A session at `base`, the engine's address as its connection gives it.

    `record` is a file that holds the session's id while its client works. A client that was killed leaves
    it behind, and its statement can still commit seconds later; so `open` first ends the session that it
    finds there.
    """

    def __init__(self, base: str, record: Path) -> None:
        self.base, self.record = base, record
        self.id = str(uuid.uuid4())

    @property
    def url(self) -> str:
        """The address that a job connects to."""
        return _address(self.base, self.id)

    @contextmanager
    def open(self) -> Iterator[str]:
        """Give the address for the length of one job, and release the session on the engine afterwards."""
        self._end_predecessor()
        self.record.parent.mkdir(parents=True, exist_ok=True)
        self.record.write_text(self.id, encoding="ascii")
        with _keepalive():
            try:
                yield self.url
            finally:
                self._release()
                self.record.unlink(missing_ok=True)

    def end(self) -> list[str]:
        """Interrupt what the session runs and close it for good; returns the interrupted operations."""
        return end_session(self.base, self.id)

    def _end_predecessor(self) -> None:
        if self.record.is_file():
            predecessor = self.record.read_text(encoding="ascii").strip()
            log.info("ending session %s, whose client did not come to its end", predecessor)
            if predecessor:
                end_session(self.base, predecessor)

    def _release(self) -> None:
        from pyspark.sql.connect.session import SparkSession

        session = SparkSession.getActiveSession()
        if session is not None and session.session_id == self.id:
            session.stop()


def end_session(base: str, session_id: str) -> list[str]:
    """Interrupt a session's operations and close it: whatever its client still sends is refused."""
    from pyspark.sql.connect.session import SparkSession

    session = SparkSession(connection=_address(base, session_id))
    try:
        return session.interruptAll()
    finally:
        session.client.release_session()
        session.client.close()


def _address(base: str, session_id: str) -> str:
    return f"{base};session_id={session_id}"


@contextmanager
def _keepalive() -> Iterator[None]:
    """Let every channel of this process notice an engine that vanished without a word."""
    from pyspark.sql.connect.client import ChannelBuilder

    before = ChannelBuilder.GRPC_DEFAULT_OPTIONS
    ChannelBuilder.GRPC_DEFAULT_OPTIONS = [*before, *KEEPALIVE]
    try:
        yield
    finally:
        ChannelBuilder.GRPC_DEFAULT_OPTIONS = before
