"""The real stack: up, healthy, healing itself, and gone without a trace, whatever was killed before."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from headgate.stack.layout import Layout
from headgate.stack.leftovers import processes_of
from headgate.stack.memory import megabytes_by_part
from headgate.stack.postgres import server_pid
from headgate.stack.supervisor import Supervisor

PARTS = ["postgres", "engine", "mlflow", "api-server", "task-logs", "dag-processor", "scheduler"]
LISTENING = "0A"

pytestmark = pytest.mark.timeout(1500)


def headgate(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the stack in `home`; the test fails with its output when it does not work."""
    return subprocess.run(
        [sys.executable, "-m", "headgate.cli", *words],
        env={**os.environ, "HEADGATE_HOME": str(home)},
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A stack of its own, in a folder too deep for unix sockets, that was started once."""
    home = (
        tmp_path_factory.mktemp("a-folder-whose-name-is-long-enough-to-make-socket-paths-too-long") / "home"
    )
    started = headgate(home, "up")
    try:
        assert started.returncode == 0, started.stdout + started.stderr
        yield home
    finally:
        stopped = headgate(home, "down")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr


def parts(home: Path) -> dict[str, bool]:
    """Which parts are healthy, as `status --json` says."""
    document = json.loads(headgate(home, "status", "--json").stdout)
    return {part["part"]: part["healthy"] for part in document["parts"]}


def wait_for_health(home: Path, seconds: float = 300.0) -> None:
    """Wait until every part is healthy."""
    limit = time.monotonic() + seconds
    while parts(home) != dict.fromkeys(PARTS, True):
        assert time.monotonic() < limit, headgate(home, "status").stdout
        time.sleep(1)


def listening_beyond_this_machine(pids: set[int]) -> list[str]:
    """The TCP sockets of `pids` that listen on another address than 127.0.0.1, as the kernel lists them."""
    sockets: set[str] = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(link.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                sockets.add(target[8:-1])
    found: list[str] = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address = fields[1].partition(":")[0]
            # 127.0.0.1, and the same address as IPv6 writes it, in the kernel's byte order.
            local = address in ("0100007F", "0000000000000000FFFF00000100007F")
            if fields[3] == LISTENING and fields[9] in sockets and not local:
                found.append(fields[1])
    return found


def test_every_part_is_healthy(home: Path) -> None:
    assert parts(home) == dict.fromkeys(PARTS, True)


def test_a_second_start_is_harmless_and_quick(home: Path) -> None:
    before = {name: state.pid for name, state in Supervisor(Layout(home)).states().items()}
    begun = time.monotonic()
    assert headgate(home, "up").returncode == 0
    assert time.monotonic() - begun < 20
    assert {name: state.pid for name, state in Supervisor(Layout(home)).states().items()} == before


def test_nothing_listens_beyond_this_machine(home: Path) -> None:
    assert listening_beyond_this_machine({process.pid for process in processes_of(home)}) == []


def test_secrets_are_in_no_log_and_no_configuration(home: Path) -> None:
    secrets = [path.read_bytes().strip() for path in (home / "secrets").iterdir() if path.suffix != ".json"]
    texts = [path for folder in ("logs", "run") for path in (home / folder).rglob("*") if path.is_file()]
    assert [path for path in texts for secret in secrets if secret in path.read_bytes()] == []


def test_the_idle_stack_takes_less_than_two_and_a_half_gigabytes(home: Path) -> None:
    assert sum(megabytes_by_part(Layout(home)).values()) < 2500


def test_each_pipeline_has_a_pool_of_one_slot(home: Path) -> None:
    script = (
        "from headgate.spec.settings import Settings;"
        "from headgate.stack.airflow_client import AirflowClient;"
        "pools = AirflowClient(Settings()).all('/pools', 'pools');"
        "print({pool['name']: pool['slots'] for pool in pools if pool['name'] == 'headgate_flights'})"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "HEADGATE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.strip() == "{'headgate_flights': 1}"


def test_killed_parts_come_back_by_themselves(home: Path) -> None:
    states = Supervisor(Layout(home)).states()
    killed = {name: states[name].pid for name in ("engine", "scheduler")}
    server = server_pid(Layout(home))
    assert server is not None
    for pid in [*killed.values(), server]:
        os.kill(pid, signal.SIGKILL)
    wait_for_health(home)
    states = Supervisor(Layout(home)).states()
    assert all(states[name].pid != pid for name, pid in killed.items())


def test_a_killed_supervisor_is_replaced_and_leaves_nothing_behind(home: Path) -> None:
    supervisor = Supervisor(Layout(home)).pid()
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    assert len(processes_of(home)) >= len(PARTS) - 1
    stopped = headgate(home, "down")
    assert stopped.returncode == 0, stopped.stderr
    assert processes_of(home) == []
    assert server_pid(Layout(home)) is None


def test_down_again_is_harmless(home: Path) -> None:
    assert headgate(home, "down").returncode == 0
    assert parts(home) == dict.fromkeys(PARTS, False)
