"""A stack of its own for the integration tests, used only the way people use it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from headgate.hops.ledger import Ledger
from headgate.spec.settings import REPOSITORY, Settings
from headgate.stack.addresses import Addresses, addresses
from headgate.stack.airflow_client import AirflowClient

DEMO_HOURS = 3
DEMO_SECONDS = 2700
"""A net for a slow machine, not what a demo should take."""
DEMO = ["demo", "--hours", str(DEMO_HOURS), "--json"]


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def last_line(self) -> dict[str, Any]:
        """The JSON object on the last line."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


@dataclass(frozen=True)
class HeadgateStack:
    """The stack whose state is in `home`; `root` holds pipelines and expectations of its own, if any.

    `pipeline` is the one that is asked for, its hops end with `last_hop`.
    """

    home: Path
    root: Path = REPOSITORY
    pipeline: str = "flights"
    last_hop: str = "gold"

    @property
    def settings(self) -> Settings:
        """The settings of this stack."""
        return Settings(
            home=self.home, pipelines=self.root / "pipelines", expectations=self.root / "expectations"
        )

    @property
    def addresses(self) -> Addresses:
        """Where it answers."""
        return addresses(self.settings)

    def headgate(self, *arguments: str, seconds: float = 1200) -> Answer:
        """Run `./headgate` with `arguments` against this stack."""
        environment = {
            **os.environ,
            "HEADGATE_HOME": str(self.home),
            "HEADGATE_PIPELINES": str(self.root / "pipelines"),
            "HEADGATE_EXPECTATIONS": str(self.root / "expectations"),
            "COLUMNS": "200",
        }
        run = subprocess.run(
            [str(REPOSITORY / "headgate"), *arguments],
            env=environment,
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        return Answer(run.returncode, run.stdout, run.stderr)

    def rows(self, sql: str, *options: str) -> list[dict[str, Any]]:
        """The rows that `./headgate query` gives."""
        answer = self.headgate("query", sql, "--format", "json", *options)
        assert answer.code == 0, answer.err
        found: list[dict[str, Any]] = json.loads(answer.out)
        return found

    def status(self) -> dict[str, Any]:
        """What `status --json` says of this stack, which must be healthy."""
        answer = self.headgate("status", "--json")
        assert answer.code == 0, answer.out + answer.err
        found: dict[str, Any] = json.loads(answer.out)
        return found

    def ledger(self) -> Ledger:
        """The ledger of the pipeline as it is now."""
        return Ledger(self.settings, self.pipeline, self.last_hop)

    def landed(self, feed: str, hour: datetime) -> Path:
        """The landing file of an hour."""
        (found,) = (self.settings.landing / self.pipeline / feed / f"{hour:%Y/%m/%d/%H}").glob("*.csv")
        return found

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """All runs of a DAG, the earliest first."""
        with AirflowClient(self.settings) as client:
            return client.all(f"/dags/{dag_id}/dagRuns", "dag_runs", order_by="run_after")

    def tasks(self, run: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The tasks of a run by name."""
        path = f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
        with AirflowClient(self.settings) as client:
            return {task["task_id"]: task for task in client.all(path, "task_instances")}

    def run_of(self, hour: datetime) -> dict[str, Any]:
        """The hourly run of an hour."""
        (found,) = self._runs_of(hour)
        return found

    def state_of(self, hour: datetime) -> str:
        """The state of the hourly run of an hour; empty where there is none yet."""
        return "".join(str(run["state"]) for run in self._runs_of(hour))

    def _runs_of(self, hour: datetime) -> list[dict[str, Any]]:
        runs = self.runs(f"{self.pipeline}_hourly")
        return [run for run in runs if datetime.fromisoformat(run["logical_date"]) == hour]


@dataclass
class Demo:
    """The first demo of a fresh home: run once, whoever asks first."""

    stack: HeadgateStack

    @cached_property
    def answer(self) -> Answer:
        """What it printed."""
        return self.stack.headgate(*DEMO, seconds=DEMO_SECONDS)

    @property
    def summary(self) -> dict[str, Any]:
        """Its JSON object."""
        assert self.answer.code == 0, f"{self.answer.out}\n{self.answer.err}"
        return self.answer.last_line
