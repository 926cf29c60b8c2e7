"""What can go wrong with the embedded stack, each with the way on."""

from __future__ import annotations

from pathlib import Path

from headgate.spec.errors import HeadgateError


class ForeignSocketFolder(HeadgateError):
    """The short folder for unix sockets exists and belongs to somebody else."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "the folder for the stack's sockets belongs to another user or is not a folder",
            str(folder),
            "nothing was started",
            f"remove {folder}, or choose a HEADGATE_HOME with a shorter path, then ./headgate up",
        )


class StackNotRunning(HeadgateError):
    """A command needs the stack, and it is down."""

    def __init__(self, home: Path) -> None:
        super().__init__("the stack is not running", str(home), None, "./headgate up")


class PartFailed(HeadgateError):
    """A part of the stack does not start; carries the tail of its log."""

    def __init__(self, part: str, log: Path, tail: str) -> None:
        super().__init__(
            f"{part} does not start; the last lines of its log:\n{tail}".rstrip(),
            str(log),
            "the other parts keep running",
            "./headgate doctor, then ./headgate down and ./headgate up",
        )


class PartSlow(HeadgateError):
    """A part of the stack runs, but does not answer within the time that it is given."""

    def __init__(self, part: str, seconds: float, why: str, log: Path) -> None:
        super().__init__(
            f"{part} did not get ready within {seconds:.0f} s: {why}",
            str(log),
            "the stack keeps running",
            "./headgate status to look again, ./headgate doctor for what may be wrong",
        )


class CommandFailed(HeadgateError):
    """A set-up command ended with an error; carries the tail of its output."""

    def __init__(self, command: str, log: Path, tail: str) -> None:
        super().__init__(
            f"`{command}` failed; the last lines of its output:\n{tail}".rstrip(),
            str(log),
            "the stack is not complete; a repeated start goes on from here",
            "./headgate doctor, then ./headgate up",
        )


class NoJava(HeadgateError):
    """There is no Java 17 or 21."""

    def __init__(self) -> None:
        super().__init__(
            "no Java 17 or 21 found in JAVA_HOME or on the PATH",
            None,
            None,
            "apt-get install openjdk-17-jre-headless (or openjdk-21-jre-headless), or set JAVA_HOME",
        )


class JarsMissing(HeadgateError):
    """Jars (`title`: of what) could not be fetched, or are not those that belong to this version."""

    def __init__(self, title: str, folder: Path, missing: list[str], tail: str = "") -> None:
        super().__init__(
            "\n".join(filter(None, [f"{title} jars are missing: {', '.join(missing)}", tail])),
            str(folder),
            None,
            "check that Maven Central (or the mirror in ivysettings) can be reached, then ./headgate up",
        )


class NoFreePorts(HeadgateError):
    """Every port that the stack may choose is taken."""

    def __init__(self, first: int, last: int) -> None:
        super().__init__(
            f"no free port on 127.0.0.1 between {first} and {last}",
            None,
            "nothing was started",
            "end a program that listens there, then ./headgate up",
        )


class PostgresOutOfReach(HeadgateError):
    """PostgreSQL, which refuses to run as root, has no user to run as or cannot read its folders."""

    def __init__(self, what: str, next_command: str) -> None:
        super().__init__(what, None, "nothing was started", next_command)


class ForeignDataFolder(HeadgateError):
    """The place of PostgreSQL's data directory is taken by files that are none."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            "PostgreSQL's data directory holds files, but lacks PG_VERSION: it is not one, or was cut short",
            str(folder),
            "nothing was started",
            f"rm -r {folder} if nothing in it is needed, then ./headgate up",
        )


class SecretExposed(HeadgateError):
    """A secret can be read by other users."""

    def __init__(self, path: Path, mode: int) -> None:
        super().__init__(
            f"a secret is open to other users (mode {mode:o})",
            str(path),
            "nothing was started",
            f"chmod 600 {path}, then ./headgate up",
        )


class AirflowRefused(HeadgateError):
    """Airflow answered a request with an error."""

    def __init__(self, method: str, url: str, status: int, answer: str) -> None:
        self.status = status
        self.answer = answer
        super().__init__(
            f"Airflow answered {method} with {status}: {answer[:500]}",
            url,
            None,
            "./headgate status",
        )


class AirflowOutOfReach(HeadgateError):
    """Airflow's API server does not answer."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(
            f"Airflow does not answer: {why}", url, None, "./headgate status, then ./headgate up"
        )


class SurvivingProcesses(HeadgateError):
    """Processes of the stack that not even SIGKILL ended."""

    def __init__(self, processes: list[int]) -> None:
        listing = " ".join(str(process) for process in processes)
        super().__init__(
            f"these processes of the stack did not end: {listing}",
            None,
            "the rest of the stack is down",
            f"ps -o pid,stat,wchan,args -p {listing.replace(' ', ',')}, then ./headgate down",
        )
