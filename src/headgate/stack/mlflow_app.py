"""MLflow's server with accounts, as the compose stack runs it: what it is asked for is written down."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from headgate.stack.mlflow_record import Record

FOLDER = "MLFLOW_CHANGES"
"""The variable that names the folder of the lines."""
NAME = "headgate"
"""What `mlflow server --app-name` calls it."""


def create_app() -> Record:
    """The server, for `mlflow server` to run."""
    from mlflow.server import auth  # the image is built without a server

    return Record(auth.create_app(), Path(os.environ[FOLDER]))


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
