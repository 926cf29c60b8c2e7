"""MLflow's server with accounts, as the compose stack runs it: what it is asked for is written down."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from headgate.stack.mlflow_record import Record

FOLDER = "MLFLOW_CHANGES"
"""The variable that names the folder of the lines."""
SHOWN = "MLFLOW_SHOWN"
"""The variable that holds the address in people's browsers."""
HOSTS = ("mlflow", "localhost", "127.0.0.1")
"""Names by which the stack and this machine speak to it, on whatever port."""
NAME = "headgate"
"""What `mlflow server --app-name` calls it."""


def create_app() -> Record:
    """The server, for `mlflow server` to run: for people by the address that is shown, and no other name."""
    hosts, origin = spoken_to(os.environ[SHOWN])
    os.environ |= {
        "MLFLOW_SERVER_ALLOWED_HOSTS": ",".join(hosts),
        "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": origin,
    }
    from mlflow.server import auth  # reads them when it is imported

    return Record(auth.create_app(), Path(os.environ[FOLDER]))


def spoken_to(address: str) -> tuple[list[str], str]:
    """The names by which the server may be spoken to, and the origin of pages that may change something."""
    parts = urlsplit(address)
    names = dict.fromkeys([*HOSTS, parts.hostname or ""])
    hosts = [host for name in names if name for host in (name, f"{name}:*")]
    return hosts, f"{parts.scheme}://{parts.netloc}"


def make_known(folder: Path) -> None:
    """Let `mlflow server` find it, by a description of a package in `folder`, whence Python imports."""
    package = folder / f"{NAME}_mlflow_app-1.dist-info"
    package.mkdir(parents=True)
    (package / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {NAME}_mlflow_app\nVersion: 1\n")
    (package / "entry_points.txt").write_text(
        f"[mlflow.app]\n{NAME} = headgate.stack.mlflow_app:create_app\n"
    )


if __name__ == "__main__":
    make_known(Path(sys.argv[1]))
