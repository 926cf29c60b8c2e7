"""Start the stack; return when a DAG can run."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import psycopg2

from headgate.spec.load import load_all
from headgate.spec.settings import Settings
from headgate.stack import engine, postgres
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.airflow_files import write_airflow_files
from headgate.stack.environment import stack_environment
from headgate.stack.errors import CommandFailed, PartFailed, PartSlow
from headgate.stack.health import PartHealth, stack_health
from headgate.stack.layout import DAGS, Layout
from headgate.stack.parts import BY_NAME, PARTS
from headgate.stack.pools import create_pools
from headgate.stack.ports import Ports, choose_ports, read_ports
from headgate.stack.ready_lake import ready_lake
from headgate.stack.secrets import Secrets, ensure_secrets
from headgate.stack.stop import end_everything
from headgate.stack.supervisor import Supervisor

PART_SECONDS = 600.0
DAG_SECONDS = 300.0
Report = Callable[[str], None]


@contextmanager
def only_one(layout: Layout) -> Iterator[None]:
    """Let one `up` or `down` at a time work on this stack; others wait here."""
    layout.create()
    with (layout.run / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def start_stack(settings: Settings, report: Report) -> list[PartHealth]:
    """Start what does not run yet and wait until a DAG can run; `report` gets a line for each step.

    Raises PartFailed, PartSlow, CommandFailed, StoreUnfit and the errors of ports, secrets, Java and jars.
    """
    layout = Layout.of(settings)
    with only_one(layout):
        secrets = ensure_secrets(layout.secrets)
        supervisor = Supervisor(layout)
        ports = read_ports(layout.run / "ports.json")
        if supervisor.pid() is None or ports is None:
            end_everything(layout)
            ports = choose_ports(layout.run / "ports.json")
            write_airflow_files(layout.airflow / "config")
            supervisor.start(stack_environment(settings, ports, secrets))
        running = {name for name, state in supervisor.states().items() if state.state == "RUNNING"}
        if running != set(BY_NAME):
            _start_parts(settings, layout, ports, secrets, supervisor, report)
        health = _wait_for_parts(settings, layout, supervisor, running, report)
        with AirflowClient(settings) as client:
            pipelines = [loaded.spec.pipeline for loaded in load_all(settings)[0]]
            create_pools(client, pipelines)
            _wait_for_dags(client, layout, health, pipelines)
    return health


def _start_parts(
    settings: Settings, layout: Layout, ports: Ports, secrets: Secrets, supervisor: Supervisor, report: Report
) -> None:
    ready_lake(settings, report)
    report("starting PostgreSQL and the engine")
    postgres.prepare(layout)  # here, so that what is wrong is said at once
    engine.command(settings, ports)
    supervisor.start_part("postgres")
    supervisor.start_part("engine")
    _wait_for_postgres(layout, supervisor)
    postgres.create_databases(layout)
    environment = stack_environment(settings, ports, secrets)
    mlflow = postgres.url(layout, "mlflow", "psycopg2")
    mark = layout.mlflow / "database-version"
    if mark.exists():  # a new database is set up by the server itself
        _once(layout, mark, version("mlflow"), ["mlflow", "db", "upgrade", mlflow], environment, report)
    mark.write_text(version("mlflow"))
    supervisor.start_part("mlflow")
    mark = layout.airflow / "database-version"
    _once(layout, mark, version("apache-airflow-core"), ["airflow", "db", "migrate"], environment, report)
    report("starting MLflow and Airflow")
    for part in PARTS:
        supervisor.start_part(part.name)


def _once(
    layout: Layout, mark: Path, wanted: str, command: list[str], environment: dict[str, str], report: Report
) -> None:
    """Run `command` unless `mark` says that it was done for version `wanted`."""
    if mark.exists() and mark.read_text() == wanted:
        return
    name = " ".join(command[:3])
    report(f"running {name}")
    log = layout.logs / f"{name.replace(' ', '-')}.log"
    programs = Path(sys.prefix) / "bin"
    with log.open("w") as output:
        run = subprocess.run(
            [str(programs / command[0]), *command[1:]],
            env=environment,
            cwd=layout.run,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if run.returncode:
        raise CommandFailed(name, log, "\n".join(log.read_text().splitlines()[-15:]))
    mark.write_text(wanted)


def _wait_for_postgres(layout: Layout, supervisor: Supervisor) -> None:
    limit = time.monotonic() + PART_SECONDS
    while True:
        try:
            postgres.connect(layout).close()
        except psycopg2.OperationalError as error:
            state = supervisor.states()["postgres"].state
            log = BY_NAME["postgres"].log(layout)
            if state == "FATAL":
                raise PartFailed("postgres", log, supervisor.log_tail("postgres")) from error
            if time.monotonic() > limit:
                raise PartSlow("postgres", PART_SECONDS, str(error), log) from error
            time.sleep(0.1)
        else:
            return


def _wait_for_parts(
    settings: Settings, layout: Layout, supervisor: Supervisor, known: set[str], report: Report
) -> list[PartHealth]:
    limit = time.monotonic() + PART_SECONDS
    waiting = set(BY_NAME) - known
    while True:
        health = stack_health(settings)
        failed = [found for found in health if found.state == "FATAL"]
        for found in failed:
            log = BY_NAME[found.part].log(layout)
            raise PartFailed(found.part, log, supervisor.log_tail(found.part))
        for found in health:
            if found.healthy and found.part in waiting:
                waiting.discard(found.part)
                report(f"{found.part} is ready")
        unhealthy = [found for found in health if not found.healthy]
        if not unhealthy:
            return health
        if time.monotonic() > limit:
            slow = unhealthy[0]
            raise PartSlow(slow.part, PART_SECONDS, slow.words, BY_NAME[slow.part].log(layout))
        time.sleep(0.5)


def _wait_for_dags(
    client: AirflowClient, layout: Layout, health: list[PartHealth], pipelines: list[str]
) -> None:
    """Wait until the dag-processor has read the DAG files since it was started.

    A file that cannot be imported is Airflow's to show; it holds nobody up.
    """
    if not (DAGS / "hourly.py").exists():
        return
    started = next(found.started for found in health if found.part == "dag-processor")
    wanted = {f"{pipeline}_hourly" for pipeline in pipelines}
    limit = time.monotonic() + DAG_SECONDS
    while True:
        dags = client.all("/dags", "dags", exclude_stale=True)
        fresh = {dag["dag_id"] for dag in dags if _seconds(dag["last_parsed_time"]) >= started}
        errors = client.all("/importErrors", "import_errors")
        if wanted <= fresh or any(error["filename"].endswith("hourly.py") for error in errors):
            return
        if time.monotonic() > limit:
            missing = ", ".join(sorted(wanted - fresh))
            log = BY_NAME["dag-processor"].log(layout)
            raise PartSlow("dag-processor", DAG_SECONDS, f"these DAGs are missing: {missing}", log)
        time.sleep(0.5)


def _seconds(moment: str | None) -> float:
    return datetime.fromisoformat(moment).timestamp() if moment else 0.0
