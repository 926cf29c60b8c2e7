"""The pages as Airflow mounts them: built at the first request, since only the API server ever gets one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from functools import cached_property
from typing import Any

Message = MutableMapping[str, Any]


class MountedPages:
    """An ASGI application that stands for the one of `pages_app`.

    Plugins are imported by every part of Airflow; scheduler, DAG processor and tasks stay light.
    """

    @cached_property
    def application(self) -> Any:
        """The FastAPI application behind it."""
        from headgate.airflow.pages.pages_app import pages_app

        return pages_app()

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Hand the request on."""
        await self.application(scope, receive, send)
