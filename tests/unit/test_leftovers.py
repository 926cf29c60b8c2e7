"""Processes of a stack are found by the mark in their environment, and ended for sure."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from headgate.stack.leftovers import alive, ancestors, end_processes, processes_of

STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


@contextmanager
def marked(home: Path, part: str = "") -> Iterator[subprocess.Popen[str]]:
    """A process that ignores SIGTERM and carries the mark of the stack in `home`."""
    variables = {**os.environ, "HEADGATE_STACK": str(home), **({"HEADGATE_PART": part} if part else {})}
    with subprocess.Popen(
        [sys.executable, "-c", STUBBORN], env=variables, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


def test_found_with_its_part(tmp_path: Path) -> None:
    with marked(tmp_path, "engine") as process:
        assert [(found.pid, found.part) for found in processes_of(tmp_path)] == [(process.pid, "engine")]


def test_a_stack_next_door_is_left_alone(tmp_path: Path) -> None:
    with marked(tmp_path / "one"):
        assert processes_of(tmp_path / "on") == []
        assert processes_of(tmp_path) == []


def test_the_asking_process_and_its_ancestors_are_spared(tmp_path: Path) -> None:
    ask = (
        "import sys; from pathlib import Path; from headgate.stack.leftovers import processes_of;"
        "print(processes_of(Path(sys.argv[1])))"
    )
    run = subprocess.run(
        [sys.executable, "-c", ask, str(tmp_path)],
        env={**os.environ, "HEADGATE_STACK": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "[]"
    assert {os.getpid(), os.getppid()} <= ancestors(os.getpid()) | {0, 1}


def test_one_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    with marked(tmp_path) as process:
        assert end_processes([process.pid], seconds=0.2) == []
        assert not alive(process.pid)
