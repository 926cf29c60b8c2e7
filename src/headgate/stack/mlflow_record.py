"""Each change that MLflow's server was asked for, written down: when, who, what, and how it ended.

A line in a file of its month, whichever part of the server answers and whether or not it is refused. Who asks
is told by `mlflow_sign_in`, which knows it; a request that shows no account has no line.
"""

from __future__ import annotations

import contextvars
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headgate.stack.mlflow_changes import changes, line, of_interest

UNANSWERED = 500
"""The status of a request to which the server had no answer."""


@dataclass
class _Asked:
    user: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


_ASKED: contextvars.ContextVar[_Asked] = contextvars.ContextVar("asked")
"""Of the request at hand; threads and tasks that serve it have the same."""


def tell(user: str, fields: Mapping[str, Any]) -> None:
    """Say who makes the request at hand, and with which fields."""
    asked = _ASKED.get(None)
    if asked is not None:
        asked.user, asked.fields = user, fields


class Record:
    """A server that writes down in `folder` what is asked of `app`."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app = app
        self._folder = folder

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, and write down what it asked for once it is answered."""
        if scope["type"] != "http" or not changes(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        asked, status = _Asked(), UNANSWERED

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        token = _ASKED.set(asked)
        try:
            await self._app(scope, receive, answer)
        finally:
            _ASKED.reset(token)
            if asked.user and of_interest(asked.user, scope["path"]):
                self._write(asked, status, scope)

    def _write(self, asked: _Asked, status: int, scope: Scope) -> None:
        now = datetime.now(UTC)
        said = line(now, asked.user, status, scope["method"], scope["path"], asked.fields)
        with (self._folder / f"{now:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
            file.write(said)
