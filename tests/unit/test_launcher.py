"""The launcher: what it makes, when it makes it anew, and what it says where something is missing."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from headgate.spec.settings import REPOSITORY

PROGRAMS = (
    *("awk", "bash", "cat", "chmod", "cut", "dirname", "env", "flock", "grep", "mkdir", "readlink", "rm"),
    *("sed", "sha256sum", "sh", "tail", "uname"),
)
JAVA = "echo 'openjdk version \"17.0.1\"' >&2"
WORKING = 'test "$2" != headgate.cli || echo "headgate.cli $3"'
PYTHON = f"""
if test "$2" = venv; then
  rm -rf "$4"; mkdir -p "$4/bin"
  printf '%s\\n' '#!/bin/sh' '{WORKING}' >"$4/bin/python"
  chmod +x "$4/bin/python"
  exit
fi
case "$2" in *executable*) echo "$0" ;; *%d*) echo 3.12 ;; esac
"""
LOCK = "colorama==0.4.6\n"


class Installation:
    """A copy of the launcher in a folder of its own, with a PATH of a few real and some made-up programs."""

    def __init__(self, folder: Path) -> None:
        self.root, self.programs = folder / "headgate", folder / "bin"
        self.python = self.root / ".venv" / "bin" / "python"
        self.programs.mkdir()
        self.python.parent.mkdir(parents=True)
        shutil.copy2(REPOSITORY / "headgate", self.root / "headgate")
        (self.root / "requirements.lock").write_text(LOCK)
        for name in PROGRAMS:
            real = shutil.which(name)
            assert real is not None
            (self.programs / name).symlink_to(real)
        self.program("id", "echo 1000")
        self.program("java", JAVA)
        self.program("python3", PYTHON)

    def program(self, name: str, script: str) -> None:
        self.script(self.programs / name, script)

    def script(self, path: Path, script: str) -> None:
        path.unlink(missing_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    def made(self, python: str = WORKING) -> None:
        """As a set-up leaves it; `python` is the script that stands for the environment's interpreter."""
        digest = hashlib.sha256(LOCK.encode()).hexdigest()
        (self.root / ".venv" / "headgate-ready").write_text(f"{digest}\n{self.root}\n")
        self.script(self.python, python)

    def run(self) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(self.programs), "HOME": str(self.root)}
        command = ["bash", str(self.root / "headgate"), "status"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path.resolve())


MADE = (
    "headgate: making a virtual environment with \n"
    "headgate: installing the locked packages (1 to 4 minutes)\n"
    "headgate: compiling them\n"
    "headgate: fetching the Delta jars\n"
)


def test_what_is_ready_runs_at_once(installation: Installation) -> None:
    installation.made()
    found = installation.run()
    assert (found.stdout, found.stderr, found.returncode) == ("headgate.cli status\n", "", 0)


def test_a_first_call_makes_the_environment_and_a_second_uses_it(installation: Installation) -> None:
    first, second = installation.run(), installation.run()
    assert (first.stdout, first.stderr) == ("headgate.cli status\n", MADE)
    assert (second.stdout, second.stderr) == ("headgate.cli status\n", "")


def test_other_locked_packages_are_installed_into_it(installation: Installation) -> None:
    installation.made()
    (installation.root / "requirements.lock").write_text("colorama==0.4.7\n")
    found = installation.run()
    assert found.stderr == MADE.partition("\n")[2]
    assert found.stdout == "headgate.cli status\n"


@pytest.mark.parametrize("python", ["exit 127", "test $1 != -c"], ids=["does not start", "lacks packages"])
def test_an_environment_whose_python_changed_is_made_anew(installation: Installation, python: str) -> None:
    installation.made(python)
    found = installation.run()
    assert (found.stdout, found.stderr) == ("headgate.cli status\n", MADE)


def test_an_environment_whose_python_is_gone_is_made_anew(installation: Installation) -> None:
    installation.made()
    installation.python.unlink()
    installation.python.symlink_to("/nowhere/python3.11")
    found = installation.run()
    assert (found.stdout, found.stderr) == ("headgate.cli status\n", MADE)


def test_no_java_is_told_before_anything_is_installed(installation: Installation) -> None:
    (installation.programs / "java").unlink()
    found = installation.run()
    assert (found.stdout, found.returncode) == ("", 1)
    assert found.stderr == (
        "headgate: no Java 17 or 21 found in JAVA_HOME or on the PATH\n"
        "headgate:   next: sudo apt-get install openjdk-17-jre-headless (or openjdk-21-jre-headless), "
        "or set JAVA_HOME\n"
    )


@pytest.mark.parametrize("version", ["1.8.0_392", "11.0.2", "170.1", "25"])
def test_another_java_does_not_do(installation: Installation, version: str) -> None:
    installation.program("java", f"echo 'openjdk version \"{version}\"' >&2")
    found = installation.run()
    assert found.returncode == 1
    assert found.stderr.startswith("headgate: no Java 17 or 21 found")


def test_java_that_went_after_the_set_up_is_told(installation: Installation) -> None:
    installation.made()
    (installation.programs / "java").unlink()
    found = installation.run()
    assert (found.stdout, found.returncode) == ("", 1)
    assert found.stderr.startswith("headgate: no Java 17 or 21 found")


def test_no_fitting_python(installation: Installation) -> None:
    installation.program("python3", "exit 1")
    found = installation.run()
    assert (found.stdout, found.returncode) == ("", 1)
    assert found.stderr == (
        "headgate: no Python 3.11, 3.12 or 3.13 found\n"
        "headgate:   next: install one (Debian: apt-get install python3 python3-venv), or name it: "
        "HEADGATE_PYTHON=/path/to/python3 ./headgate\n"
    )


def test_a_python_without_ensurepip(installation: Installation) -> None:
    installation.program("python3", f'case "$2" in *ensurepip*) exit 1 ;; esac\n{PYTHON}')
    found = installation.run()
    assert (found.stdout, found.returncode) == ("", 1)
    assert found.stderr == (
        "headgate: this Python cannot make virtual environments: ensurepip is missing\n"
        "headgate:   next: sudo apt-get install python3.12-venv\n"
    )


def test_a_step_that_fails_shows_the_tail_of_its_output(installation: Installation) -> None:
    installation.program("python3", 'test "$2" != venv || { echo "disk full"; exit 1; }\n' + PYTHON)
    found = installation.run()
    log = installation.root / ".headgate-setup" / "log"
    assert found.returncode == 1
    assert "  | disk full\n" in found.stderr
    assert found.stderr.endswith(
        f"headgate: that failed; all of it is in {log}\n"
        "headgate:   next: mend the cause, then repeat the same command: it goes on from here\n"
    )
    assert not (installation.root / ".venv" / "headgate-ready").exists()
