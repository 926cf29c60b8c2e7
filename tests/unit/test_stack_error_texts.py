"""Every error of the stack says what happened, where, what is left behind and what to do next."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.spec.errors import HeadgateError
from headgate.stack import errors

HOME = Path("/data/headgate")
LOG = HOME / "logs" / "mlflow.log"

TEXTS = [
    (
        errors.ForeignSocketFolder(Path("/tmp/headgate-0-1234")),
        "the folder for the stack's sockets belongs to another user or is not a folder\n"
        "  where: /tmp/headgate-0-1234\n"
        "  left behind: nothing was started\n"
        "  next: remove /tmp/headgate-0-1234, or choose a HEADGATE_HOME with a shorter path,"
        " then ./headgate up",
    ),
    (
        errors.StackNotRunning(HOME),
        "the stack is not running\n  where: /data/headgate\n  next: ./headgate up",
    ),
    (
        errors.PartFailed("mlflow", LOG, "no such table"),
        "mlflow does not start; the last lines of its log:\n"
        "no such table\n"
        "  where: /data/headgate/logs/mlflow.log\n"
        "  left behind: the other parts keep running\n"
        "  next: ./headgate doctor, then ./headgate down and ./headgate up",
    ),
    (
        errors.PartSlow("mlflow", 600.0, "connection refused", LOG),
        "mlflow did not get ready within 600 s: connection refused\n"
        "  where: /data/headgate/logs/mlflow.log\n"
        "  left behind: the stack keeps running\n"
        "  next: ./headgate status to look again, ./headgate doctor for what may be wrong",
    ),
    (
        errors.CommandFailed("airflow db migrate", LOG, "disk full"),
        "`airflow db migrate` failed; the last lines of its output:\n"
        "disk full\n"
        "  where: /data/headgate/logs/mlflow.log\n"
        "  left behind: the stack is not complete; a repeated start goes on from here\n"
        "  next: ./headgate doctor, then ./headgate up",
    ),
    (
        errors.NoJava(),
        "no Java 17 or 21 found in JAVA_HOME or on the PATH\n"
        "  next: apt-get install openjdk-17-jre-headless (or openjdk-21-jre-headless), or set JAVA_HOME",
    ),
    (
        errors.JarsMissing("Delta", Path("/jars"), ["delta-storage-4.4.0.jar"], "unresolved dependency"),
        "Delta jars are missing: delta-storage-4.4.0.jar\n"
        "unresolved dependency\n"
        "  where: /jars\n"
        "  next: check that Maven Central (or the mirror in ivysettings) can be reached, then ./headgate up",
    ),
    (
        errors.NoFreePorts(20000, 29999),
        "no free port on 127.0.0.1 between 20000 and 29999\n"
        "  left behind: nothing was started\n"
        "  next: end a program that listens there, then ./headgate up",
    ),
    (
        errors.PostgresOutOfReach("PostgreSQL refuses to run as root", "run as an ordinary user"),
        "PostgreSQL refuses to run as root\n"
        "  left behind: nothing was started\n"
        "  next: run as an ordinary user",
    ),
    (
        errors.ForeignDataFolder(HOME / "postgres"),
        "PostgreSQL's data directory holds files, but lacks PG_VERSION: it is not one, or was cut short\n"
        "  where: /data/headgate/postgres\n"
        "  left behind: nothing was started\n"
        "  next: rm -r /data/headgate/postgres if nothing in it is needed, then ./headgate up",
    ),
    (
        errors.SecretExposed(HOME / "secrets" / "engine_token", 0o640),
        "a secret is open to other users (mode 640)\n"
        "  where: /data/headgate/secrets/engine_token\n"
        "  left behind: nothing was started\n"
        "  next: chmod 600 /data/headgate/secrets/engine_token, then ./headgate up",
    ),
    (
        errors.AirflowRefused("POST", "http://127.0.0.1:20000/api/v2/backfills", 409, "already running"),
        "Airflow answered POST with 409: already running\n"
        "  where: http://127.0.0.1:20000/api/v2/backfills\n"
        "  next: ./headgate status",
    ),
    (
        errors.AirflowOutOfReach("http://127.0.0.1:20000", "connection refused"),
        "Airflow does not answer: connection refused\n"
        "  where: http://127.0.0.1:20000\n"
        "  next: ./headgate status, then ./headgate up",
    ),
    (
        errors.SurvivingProcesses([17, 18]),
        "these processes of the stack did not end: 17 18\n"
        "  left behind: the rest of the stack is down\n"
        "  next: ps -o pid,stat,wchan,args -p 17,18, then ./headgate down",
    ),
]


@pytest.mark.parametrize(("error", "text"), TEXTS, ids=lambda value: type(value).__name__)
def test_text(error: HeadgateError, text: str) -> None:
    assert str(error) == text


def test_every_error_has_its_text_here() -> None:
    defined = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, HeadgateError) and value is not HeadgateError
    }
    assert defined == {type(error) for error, _ in TEXTS}
