"""An Airflow that answers from a script: what its REST API would say, look by look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from headgate.stack.errors import AirflowRefused

Looks = list[dict[str, Any]]


def dag_run(run_id: str, state: str, hour: str | None = None, seconds: float | None = None) -> dict[str, Any]:
    """A run as the API gives it."""
    return {
        "dag_id": "flights_hourly" if hour else "flights_learn",
        "dag_run_id": run_id,
        "logical_date": hour,
        "state": state,
        "duration": seconds,
    }


def task(
    task_id: str, state: str | None, started: str | None = None, seconds: float | None = None
) -> dict[str, Any]:
    """A task instance as the API gives it."""
    return {
        "task_id": task_id,
        "state": state,
        "start_date": started,
        "duration": seconds,
        "try_number": 1,
    }


class AirflowAnswers:
    """Gives, path by path, the next prepared answer; the last one is repeated. Keeps what was posted."""

    def __init__(self, answers: Mapping[str, list[Any]]) -> None:
        self._answers: dict[str, Iterator[Any]] = {path: iter(given) for path, given in answers.items()}
        self._last: dict[str, Any] = {}
        self.posted: list[tuple[str, Mapping[str, Any]]] = []

    def get(self, path: str, **parameters: Any) -> Any:
        """The next answer for `path`."""
        self._last[path] = next(self._answers[path], self._last.get(path))
        if isinstance(self._last[path], AirflowRefused):
            raise self._last[path]
        return self._last[path]

    def all(self, path: str, field: str, **parameters: Any) -> Any:
        """The items of the next answer for `path`."""
        return self.get(path)[field]

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Keep `body` and give the next answer for `path`."""
        self.posted.append((path, body))
        return self.get(path)
