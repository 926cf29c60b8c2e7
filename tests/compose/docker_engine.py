"""A Docker engine for the tests: the machine's own, or one that is started for them and stopped again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from headgate.spec.settings import REPOSITORY

# Gives build machines without Docker an engine, and base images where no image registry is in reach.
STARTER = REPOSITORY.parent / "shared" / "tools" / "docker-engine"


def answers() -> bool:
    """Whether an engine with its compose plugin answers."""
    try:
        for command in (["docker", "info"], ["docker", "compose", "version"]):
            subprocess.run(command, check=True, capture_output=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        return False
    return True


@contextmanager
def docker_engine() -> Iterator[None]:
    """An engine and base images for the length of a test session."""
    ours = not answers()
    if STARTER.exists():
        for step in ("up", "images"):
            subprocess.run([str(STARTER), step], check=True)
    if not answers():
        pytest.exit("no Docker engine with compose answers: start one, then ./headgate test tests/compose", 1)
    try:
        yield
    finally:
        if ours:
            subprocess.run([str(STARTER), "down"], check=True)
