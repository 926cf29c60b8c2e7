"""A compose stack of its own for the tests, used only the way people use it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

from headgate.spec.settings import REPOSITORY, Settings
from headgate.stack.ports import is_free
from tests.integration.headgate_stack import Answer

PROJECT = "headgate-test"
IMAGE = f"{PROJECT}:1"
PORTS = range(28_000, 29_000)
HEALTHY_SECONDS = 300.0
ONCE = {"airflow-init", "accounts", "store-probe"}
"""Services that end when their work is done."""


@dataclass
class ComposeStack:
    """The stack whose secrets and landing files are in `folder`; all have one image."""

    folder: Path
    project: str = PROJECT

    @property
    def settings(self) -> Settings:
        """Settings by which this machine finds the landing files; all else is in Docker's volumes."""
        return Settings(home=self.folder)

    @cached_property
    def environment(self) -> dict[str, str]:
        """What tells this stack from others on the machine."""
        airflow, mlflow = islice(filter(is_free, PORTS), 2)
        return {
            **os.environ,
            "AIRFLOW_PORT": str(airflow),
            "MLFLOW_PORT": str(mlflow),
            "COMPOSE_ENV_FILES": str(self.folder / ".env"),
            "COMPOSE_PROJECT_NAME": self.project,
            "HEADGATE_IMAGE": IMAGE,
            "HEADGATE_ACCESS": str(self.folder / "access.yaml"),
            "HEADGATE_LANDING": str(self.settings.landing),
            "COLUMNS": "200",
        }

    @property
    def airflow(self) -> str:
        """Airflow's address."""
        return f"http://localhost:{self.environment['AIRFLOW_PORT']}"

    @property
    def mlflow(self) -> str:
        """MLflow's address."""
        return f"http://localhost:{self.environment['MLFLOW_PORT']}"

    def secret(self, name: str) -> str:
        """A value of `.env`."""
        lines = (self.folder / ".env").read_text().splitlines()
        return next(line for line in lines if line.startswith(f"{name}=")).partition("=")[2]

    def run(self, *command: str, seconds: float = 900) -> Answer:
        """Run a command at the top of the repository."""
        found = subprocess.run(
            command, env=self.environment, cwd=REPOSITORY, capture_output=True, text=True, timeout=seconds
        )
        return Answer(found.returncode, found.stdout, found.stderr)

    def compose(self, *arguments: str, seconds: float = 900) -> str:
        """What `docker compose` with these arguments prints; it must succeed."""
        answer = self.run("docker", "compose", *arguments, seconds=seconds)
        assert answer.code == 0, answer.out + answer.err
        return answer.out

    def headgate(self, *arguments: str) -> Answer:
        """Run `./headgate compose` with `arguments`."""
        return self.run(str(REPOSITORY / "headgate"), "compose", *arguments)

    def lines(self, *arguments: str) -> Iterator[str]:
        """The lines of `./headgate compose` with `arguments` as they come; it must succeed."""
        with subprocess.Popen(
            [str(REPOSITORY / "headgate"), "compose", *arguments],
            env=self.environment,
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line.rstrip("\n"))
                yield lines[-1]
        assert process.returncode == 0, "\n".join(lines)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows that `./headgate compose query` gives."""
        answer = self.headgate("query", sql, "--format", "json")
        assert answer.code == 0, answer.err
        found: list[dict[str, Any]] = json.loads(answer.out)
        return found

    def inside(self, service: str, code: str) -> Answer:
        """Run Python code in the container of a service."""
        return self.run("docker", "compose", "exec", "-T", service, "python", "-c", code)

    def kill(self, service: str) -> None:
        """End every process of a service at once, as a machine that runs out of memory would."""
        self.run("docker", "compose", "exec", "-T", service, "sh", "-c", "kill -9 -1")

    def services(self) -> dict[str, list[dict[str, Any]]]:
        """The containers of each service, as `docker compose ps` describes them."""
        found: dict[str, list[dict[str, Any]]] = {}
        for line in self.compose("ps", "--all", "--format", "json").splitlines():
            container = json.loads(line)
            found.setdefault(container["Service"], []).append(container)
        return found

    def left(self) -> list[str]:
        """Containers, volumes and networks that Docker still has of this stack."""
        listings = (["ps", "--all"], ["volume", "ls"], ["network", "ls"])
        mine = ("--quiet", "--filter", f"label=com.docker.compose.project={self.project}")
        return [line for words in listings for line in self.run("docker", *words, *mine).out.split()]

    def restarts(self, service: str) -> int:
        """How often Docker has started a service's container again."""
        (container,) = self.services()[service]
        return int(self.run("docker", "inspect", "--format", "{{.RestartCount}}", container["ID"]).out)

    def wait_until_healthy(self) -> None:
        """Wait until every server is healthy."""
        limit = time.monotonic() + HEALTHY_SECONDS
        while True:
            states = {
                name: container["Health"]
                for name, containers in self.services().items()
                for container in containers
                if name not in ONCE
            }
            if set(states.values()) == {"healthy"}:
                return
            assert time.monotonic() < limit, states
            time.sleep(2)
