"""What the supervisor starts for each part: clears its leftovers, sets its environment, becomes it."""

from __future__ import annotations

import os
import subprocess
import sys

from headgate.spec.settings import Settings
from headgate.stack import engine
from headgate.stack.addresses import Addresses
from headgate.stack.environment import PART, stack_environment
from headgate.stack.errors import StackNotRunning
from headgate.stack.layout import Layout
from headgate.stack.leftovers import end_processes, processes_of
from headgate.stack.parts import BY_NAME
from headgate.stack.ports import read_ports
from headgate.stack.secrets import read_secrets


def run_part(name: str) -> None:
    """Replace this process by part `name`, after ending what an earlier one of it left running.

    A scheduler that was killed leaves its tasks behind; Airflow gives them up and runs them again, so
    they must not go on working beside their successors.
    """
    settings = Settings()
    layout = Layout.of(settings)
    ports = read_ports(layout.run / "ports.json")
    if ports is None:
        raise StackNotRunning(layout.home)
    secrets = read_secrets(layout.secrets)
    environment = {**stack_environment(settings, ports, secrets), PART: name}
    end_processes([found.pid for found in processes_of(layout.home) if found.part == name], seconds=5)
    command = BY_NAME[name].command(settings, ports)
    if name == "engine":
        environment |= engine.environment(secrets)
        engine.clear_scratch(layout)
        _warm_up_beside(layout, {**environment, "SPARK_REMOTE": Addresses.of(ports, secrets).engine})
    os.execvpe(command[0], command, environment)


def _warm_up_beside(layout: Layout, environment: dict[str, str]) -> None:
    """Start the warm-up of the engine that this process is about to become, as nobody's child.

    A Java process does not reap children that it does not know of.
    """
    engine_pid = str(os.getpid())
    between = os.fork()
    if between:
        os.waitpid(between, 0)
        return
    with (layout.logs / "engine-warm-up.log").open("w") as log:
        subprocess.Popen(
            [sys.executable, "-m", "headgate.stack.engine_warm_up", engine_pid],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    os._exit(0)


if __name__ == "__main__":
    run_part(sys.argv[1])
