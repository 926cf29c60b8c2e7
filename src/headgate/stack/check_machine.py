"""What `headgate doctor` looks at: each check gives findings, with the remedy where something is wrong."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from headgate.lake.s3_access import S3Access
from headgate.spec.lake_location import S3Location
from headgate.spec.load import load_all
from headgate.spec.settings import Settings
from headgate.stack.engine import needed_jars
from headgate.stack.errors import NoJava
from headgate.stack.health import stack_health
from headgate.stack.java import find_java
from headgate.stack.layout import Layout
from headgate.stack.parts import BY_NAME
from headgate.stack.ports import Ports, is_free, read_ports
from headgate.stack.secrets import exposed
from headgate.stack.supervisor import Supervisor

OLDEST_PYTHON, NEWEST_PYTHON = (3, 11), (3, 13)
NEEDED_DISK = 3_000_000_000
NEEDED_MEMORY = 3_000_000_000
GIGABYTE = 1e9


@dataclass(frozen=True)
class Finding:
    """What a check saw, whether that is good, and what to do if not."""

    subject: str
    good: bool
    words: str
    remedy: str = ""


def _python(settings: Settings) -> Iterator[Finding]:
    good = OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON
    remedy = "install Python 3.11, 3.12 or 3.13 and remove .venv"
    yield Finding("Python", good, sys.version.split()[0], remedy)


def _java(settings: Settings) -> Iterator[Finding]:
    try:
        java = find_java()
    except NoJava as error:
        yield Finding("Java", False, error.what, str(error.next_command))
    else:
        yield Finding("Java", True, f"{java.version} in {java.home}")


def _jars(settings: Settings) -> Iterator[Finding]:
    remedies = {"Delta": "rm .venv/headgate-ready; the next ./headgate fetches them"}
    for jars in needed_jars(settings):
        missing = jars.missing()
        words = f"missing: {', '.join(missing)}" if missing else str(jars.folder)
        remedy = remedies.get(jars.title, "./headgate up fetches them")
        yield Finding(f"{jars.title} jars", not missing, words, remedy)


def _lake(settings: Settings) -> Iterator[Finding]:
    if isinstance(settings.lake, S3Location):
        from headgate.lake.s3_probe import StoreUnfit, probe_store  # a lake in a folder needs nothing of it

        try:
            probe_store(settings.lake, S3Access())
        except StoreUnfit as error:
            yield Finding("lake", False, f"{settings.lake}: {error.what}", str(error.next_command))
        else:
            yield Finding("lake", True, f"{settings.lake}: of several writers of a file one wins")


def _disk(settings: Settings) -> Iterator[Finding]:
    place = next(folder for folder in (settings.home, *settings.home.parents) if folder.exists())
    free = shutil.disk_usage(place).free
    words = f"{free / GIGABYTE:.0f} GB free below {place}"
    remedy = f"make room ({NEEDED_DISK / GIGABYTE:.0f} GB), or choose another HEADGATE_HOME"
    yield Finding("disk", free >= NEEDED_DISK, words, remedy)


def _memory(settings: Settings) -> Iterator[Finding]:
    lines = Path("/proc/meminfo").read_text().splitlines()
    free = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable:")) * 1024
    up = Supervisor(Layout.of(settings)).pid() is not None
    words = f"{free / GIGABYTE:.1f} GB available" + (", the stack is up" if up else "")
    remedy = f"end other programs: the stack takes up to {NEEDED_MEMORY / GIGABYTE:.0f} GB"
    yield Finding("memory", up or free >= NEEDED_MEMORY, words, remedy)


def _ports(settings: Settings) -> Iterator[Finding]:
    layout = Layout.of(settings)
    ports = read_ports(layout.run / "ports.json")
    if ports is None:
        yield Finding("ports", True, "none chosen yet; the first ./headgate up does")
        return
    named = ports.model_dump()
    words = ", ".join(f"{name} {port}" for name, port in named.items())
    if Supervisor(layout).pid() is not None:
        yield Finding("ports", True, words)
        return
    taken = [f"{name} {named[name]}" for name in Ports.model_fields if not is_free(named[name])]
    if taken:
        words = f"taken by another program: {', '.join(taken)}; the next start chooses others"
    yield Finding("ports", True, words)


def _secrets(settings: Settings) -> Iterator[Finding]:
    folder = Layout.of(settings).secrets
    if not folder.exists():
        yield Finding("secrets", True, "none yet; the first ./headgate up generates them")
        return
    open_files = exposed(folder)
    for path, mode in open_files:
        yield Finding("secrets", False, f"{path} is open to others (mode {mode:o})", f"chmod 600 {path}")
    if not open_files:
        yield Finding("secrets", True, f"readable by you only, in {folder}")


def _specs(settings: Settings) -> Iterator[Finding]:
    loaded, errors = load_all(settings)
    names = ", ".join(found.spec.pipeline for found in loaded) or "no pipeline"
    words = f"{len(errors)} mistakes; sound: {names}" if errors else f"sound: {names}"
    yield Finding("specs", not errors, words, "./headgate check")


def _stack(settings: Settings) -> Iterator[Finding]:
    layout = Layout.of(settings)
    if Supervisor(layout).pid() is None:
        yield Finding("stack", True, "down; ./headgate up starts it")
        return
    for part in stack_health(settings):
        remedy = f"read {BY_NAME[part.part].log(layout)}; ./headgate down, then ./headgate up"
        yield Finding(part.part, part.healthy, part.words, remedy)


def _processors(settings: Settings) -> Iterator[Finding]:
    count = len(os.sched_getaffinity(0))
    yield Finding("processors", count >= 2, str(count), "give the machine two: on one, a start takes minutes")


CHECKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _python,
    _java,
    _jars,
    _lake,
    _processors,
    _memory,
    _disk,
    _ports,
    _secrets,
    _specs,
    _stack,
)


def findings(settings: Settings) -> list[Finding]:
    """Every finding, in the order in which one would look."""
    return [finding for check in CHECKS for finding in check(settings)]
