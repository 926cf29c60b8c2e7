"""What a task is told when it runs, and what it told."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

HOUR = datetime(2024, 1, 1, 7, tzinfo=UTC)


class Instance:
    """A task instance that remembers what it was told."""

    def __init__(
        self, earlier: object = None, hours: int = 0, behind: int = 0, replays: int = 0, waiting: int = 0
    ) -> None:
        self.earlier, self.waiting = earlier, waiting
        self.counts = {
            ("shop_hourly", "queued running"): hours,
            ("shop_hourly", "running"): hours,
            ("shop_learn", "queued"): behind,
            ("shop_replay", "running"): replays,
        }
        self.pushed: dict[str, Any] = {}

    def get_previous_dagrun(self, state: str) -> object:
        assert state == "running"
        return self.earlier

    def get_dr_count(self, dag_id: str, states: list[str]) -> int:
        return self.counts[dag_id, " ".join(states)]

    def get_ti_count(self, dag_id: str, task_ids: list[str], states: list[str]) -> int:
        assert (dag_id, task_ids) == ("shop_replay", ["wait_until_quiet"])
        assert "success" not in states
        return self.waiting

    def xcom_push(self, key: str, value: object) -> None:
        self.pushed[key] = value


def context(instance: Instance, run_type: str = "scheduled", **run: Any) -> Any:
    values = {"run_id": "a run", "logical_date": HOUR, "conf": {}, **run}
    return {"ti": instance, "dag_run": SimpleNamespace(run_type=run_type, **values)}
