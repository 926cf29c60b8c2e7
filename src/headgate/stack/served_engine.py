"""The engine as a service of its own: a Spark Connect server on a cluster, prepared once it listens.

Ends when the server does, and also when the cluster has forgotten it, which a server does not notice by
itself: whatever runs this is to start it again.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx

from headgate.spec.settings import Settings
from headgate.stack.engine import HEAP, JAVA_OPTIONS, SERVER, common_configuration
from headgate.stack.engine_warm_up import prepare
from headgate.stack.jars import spark_home
from headgate.stack.served_stack import ENGINE_APPLICATION

PORT = 15002
READY = Path("/tmp/engine-ready")
"""There while the engine is prepared; local to the machine or container."""
LOOK_SECONDS, PATIENCE = 10.0, 3
"""How often the cluster is looked at, and how many looks in a row may miss the engine."""


def command(settings: Settings, master: str) -> list[str]:
    """The command of the server, to run in the foreground; the cluster's secrets are in Spark's own files."""
    submit = [str(spark_home() / "bin" / "spark-submit"), "--class", SERVER, "--name", ENGINE_APPLICATION]
    submit += ["--master", master, "--driver-memory", HEAP, "--driver-java-options", JAVA_OPTIONS]
    configuration = {
        **common_configuration(settings),
        "spark.connect.grpc.binding.port": str(PORT),
    }
    for name, value in configuration.items():
        submit += ["--conf", f"{name}={value}"]
    return [*submit, "spark-internal"]


def is_known(page: dict[str, object]) -> bool:
    """Whether the master's page, as JSON, lists the engine among the applications at work."""
    applications = page.get("activeapps")
    return isinstance(applications, list) and any(
        application.get("name") == ENGINE_APPLICATION for application in applications
    )


def watch(server: subprocess.Popen[bytes], master_page: str) -> int:
    """Wait for the end of the server and return its exit code; end it when the cluster has forgotten it.

    A master that does not answer is waited for: it knows the engine again when it comes back.
    """
    missed = 0
    while server.poll() is None:
        time.sleep(LOOK_SECONDS)
        try:
            page = httpx.get(f"{master_page}/json/", timeout=5, trust_env=False).json()
        except (httpx.HTTPError, ValueError):  # told by its own health
            continue
        missed = 0 if is_known(page) else missed + 1
        if missed == PATIENCE:
            print("the cluster does not know this engine any more: ending it", file=sys.stderr)
            server.terminate()
            return server.wait() or 1
    return server.returncode


def listens(server: subprocess.Popen[bytes]) -> bool:
    """Wait until the server listens; False when it has ended instead."""
    while server.poll() is None:
        try:
            socket.create_connection(("localhost", PORT), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False


def serve(settings: Settings, master: str, master_page: str) -> int:
    """Run the engine to its end; returns the exit code."""
    READY.unlink(missing_ok=True)
    server = subprocess.Popen(command(settings, master))
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())
    if listens(server):
        os.environ["SPARK_REMOTE"] = f"sc://localhost:{PORT}/"  # the token comes from the environment
        prepare(settings)
        READY.touch()
    try:
        return watch(server, master_page)
    finally:
        READY.unlink(missing_ok=True)


if __name__ == "__main__":
    master, master_page = (os.environ[f"HEADGATE_ENGINE_{name}"] for name in ("MASTER", "MASTER_PAGE"))
    sys.exit(serve(Settings(), master, master_page))
