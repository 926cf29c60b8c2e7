"""A submitted job: its command line, its output, and that nothing of it outlives the call."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headgate.cli.submit_job import job_environment, run_job, submit_command
from headgate.spec.settings import Settings
from headgate.stack.environment import MARK
from headgate.stack.errors import StackNotRunning
from headgate.stack.leftovers import processes_of


def environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], MARK: str(home)}


def test_the_command_line_is_that_of_the_learning_task() -> None:
    command = submit_command(Path("/jobs/compare.py"), ["--pipeline", "trains"], {"HEADGATE_JARS": "/jars"})
    assert command[0].endswith("/pyspark/bin/spark-submit")
    assert command[1:7] == ["--master", "local[2]", "--driver-memory", "2g", "--name", "compare"]
    assert "spark.jars=/jars/*.jar" in command
    assert "spark.sql.session.timeZone=UTC" in command
    assert command[-3:] == ["/jobs/compare.py", "--pipeline", "trains"]


def test_output_is_told_line_by_line_and_errors_go_to_the_log(tmp_path: Path) -> None:
    said: list[str] = []
    command = ["bash", "-c", "echo one; echo trouble >&2; echo two; exit 3"]
    code = run_job(Settings(home=tmp_path), command, environment(tmp_path), tmp_path / "log", said.append)
    assert (code, said) == (3, ["one", "two"])
    assert (tmp_path / "log").read_text() == "trouble\n"


def test_an_interrupted_job_leaves_no_process_not_even_one_that_does_not_listen(tmp_path: Path) -> None:
    seen: list[int] = []

    def interrupt(line: str) -> None:
        seen.append(len(processes_of(tmp_path)))
        raise KeyboardInterrupt

    command = ["bash", "-c", "setsid sleep 300 & trap '' TERM; echo started; while true; do sleep 1; done"]
    with pytest.raises(KeyboardInterrupt):
        run_job(Settings(home=tmp_path), command, environment(tmp_path), tmp_path / "log", interrupt)
    assert seen[0] >= 2
    assert processes_of(tmp_path) == []


def test_without_a_stack_there_is_no_environment(tmp_path: Path) -> None:
    with pytest.raises(StackNotRunning, match="the stack is not running"):
        job_environment(Settings(home=tmp_path))
