"""The engine session of one task: chosen by it, recorded while it lasts, ended by whoever comes next."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

log = logging.getLogger(__name__)


class EngineSession:
    """A session at `base`, the engine's address as its connection gives it.

    `record` is a file that holds the session's id until its client has come to a good end. A client that was
    killed leaves it behind, and its statement can still commit seconds later; so `open` first ends the
    session that it finds there.
    """

    def __init__(self, base: str, record: Path) -> None:
        self.base, self.record = base, record
        self.id = str(uuid.uuid4())

    @contextmanager
    def open(self) -> Iterator[str]:
        """Give the session's address for the length of one job, and release it on the engine afterwards."""
        from headgate.lake.engine_address import session_address
        from headgate.lake.engine_session import keepalive, release_session

        self._end_predecessor()
        self.record.parent.mkdir(parents=True, exist_ok=True)
        self.record.write_text(self.id, encoding="ascii")
        with keepalive():
            yield session_address(self.base, self.id)
        release_session(self.base, self.id)
        self.record.unlink(missing_ok=True)

    def end(self) -> list[str]:
        """Interrupt what the session runs and close it for good; returns the interrupted operations."""
        from headgate.lake.engine_session import end_session

        return end_session(self.base, self.id)

    def _end_predecessor(self) -> None:
        predecessor = self.record.read_text(encoding="ascii") if self.record.is_file() else ""
        if predecessor:
            from headgate.lake.engine_session import end_session

            log.info("ending session %s, whose client did not come to its end", predecessor)
            end_session(self.base, predecessor, wait=True)
