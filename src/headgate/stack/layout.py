"""Where the embedded stack keeps its own things below `HEADGATE_HOME`."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from headgate.spec.settings import REPOSITORY, Settings
from headgate.stack.errors import ForeignSocketFolder

# A unix socket's path has at most 107 bytes; the longest name that we put into the folder needs this many.
LONGEST_SOCKET_PATH = 107
LONGEST_SOCKET_NAME = len("/postgres/.s.PGSQL.5432.lock") + 8


@dataclass(frozen=True)
class Layout:
    """The folders of one stack. `create` makes them; the other attributes only name them."""

    home: Path

    @classmethod
    def of(cls, settings: Settings) -> Layout:
        """The layout of the installation that `settings` describe."""
        return cls(home=settings.home)

    @property
    def run(self) -> Path:
        """Ports, supervisor configuration, ready marks: whatever a running stack needs to be found."""
        return self.home / "run"

    @property
    def secrets(self) -> Path:
        """One file a secret, readable by the owner only."""
        return self.home / "secrets"

    @property
    def logs(self) -> Path:
        """One log file a part; Airflow's task logs below `airflow/`."""
        return self.home / "logs"

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "postgres"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.home / "airflow"

    @property
    def mlflow(self) -> Path:
        """MLflow's artifacts and marks."""
        return self.home / "mlflow"

    @property
    def engine(self) -> Path:
        """The engine's warehouse and scratch space."""
        return self.home / "engine"

    @property
    def engine_ready(self) -> Path:
        """Holds the process id of the engine that is warmed up and knows the SQL names."""
        return self.run / "engine-ready"

    @property
    def sockets(self) -> Path:
        """Where the unix sockets are: `run/`, or a private folder with a short name if `run/` is too deep."""
        if len(os.fsencode(self.run)) + LONGEST_SOCKET_NAME <= LONGEST_SOCKET_PATH:
            return self.run
        short = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"headgate-{os.getuid()}-{short}"

    @property
    def supervisor_socket(self) -> Path:
        """The socket on which the supervisor takes orders."""
        return self.sockets / "supervisor.sock"

    @property
    def supervisor_conf(self) -> Path:
        """The supervisor's configuration, written at every start."""
        return self.run / "supervisord.conf"

    @property
    def postgres_sockets(self) -> Path:
        """The folder of PostgreSQL's socket, owned by the user that PostgreSQL runs as."""
        return self.sockets / "postgres"

    def create(self) -> None:
        """Make the folders; those with secrets or sockets are closed to other users."""
        for folder in (self.home, self.run, self.logs, self.airflow, self.mlflow, self.engine):
            folder.mkdir(parents=True, exist_ok=True)
        self.secrets.mkdir(mode=0o700, exist_ok=True)
        self.secrets.chmod(0o700)
        if self.sockets != self.run:
            self.sockets.mkdir(mode=0o711, exist_ok=True)
            status = self.sockets.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid():
                raise ForeignSocketFolder(self.sockets)
        # As root PostgreSQL runs as another user, who must be able to pass through to its own folder.
        self.sockets.chmod(0o711 if os.geteuid() == 0 else 0o700)


DAGS = REPOSITORY / "dags"
PLUGINS = REPOSITORY / "plugins"
