"""The ports of a stack: free ones on 127.0.0.1, chosen once and remembered in `run/ports.json`."""

from __future__ import annotations

import json
import socket
import zlib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from headgate.stack.errors import NoFreePorts

HOST = "127.0.0.1"
# Below the range from which the kernel takes client ports, so that a remembered port stays free.
FIRST_PORT = 20000
LAST_PORT = 29999
BLOCK = 10


class Ports(BaseModel):
    """One TCP port for each part that listens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    airflow: int
    mlflow: int
    engine: int
    task_logs: int


def is_free(port: int) -> bool:
    """Say whether a server could listen on `port` of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def read_ports(path: Path) -> Ports | None:
    """The remembered ports, or None where no stack was ever started."""
    return Ports.model_validate_json(path.read_text()) if path.exists() else None


def choose_ports(path: Path) -> Ports:
    """The remembered ports as far as they are free, new ones for the others; remembers the outcome.

    To be called while the stack is down. The search starts at a place that follows from the folder, so
    that stacks in different folders started at the same moment look at different ports.

    Raises NoFreePorts.
    """
    remembered = json.loads(path.read_text()) if path.exists() else {}
    start = FIRST_PORT + BLOCK * (zlib.crc32(str(path).encode()) % ((LAST_PORT + 1 - FIRST_PORT) // BLOCK))
    span = LAST_PORT + 1 - FIRST_PORT
    around = (FIRST_PORT + (start - FIRST_PORT + step) % span for step in range(span))
    candidates = iter(port for port in around if port not in remembered.values())
    chosen: dict[str, int] = {}
    for name in Ports.model_fields:
        port = remembered.get(name)
        while port is None or not is_free(port):
            port = next(candidates, None)
            if port is None:
                raise NoFreePorts(FIRST_PORT, LAST_PORT)
        chosen[name] = port
    ports = Ports(**chosen)
    path.write_text(ports.model_dump_json(indent=2) + "\n")
    return ports
