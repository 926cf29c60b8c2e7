"""The Java that Spark runs on is 17 or 21, from JAVA_HOME or else from the PATH."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.stack.errors import NoJava
from headgate.stack.java import find_java, major_version


def write_java(folder: Path, version: str) -> Path:
    """A `java` that only says its version, in `folder`/bin."""
    binary = folder / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")
    binary.chmod(0o755)
    return binary


@pytest.mark.parametrize(
    ("answer", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_401"', 1),
        ("command not found", None),
    ],
)
def test_major_version(answer: str, version: int | None) -> None:
    assert major_version(answer) == version


def test_java_home_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_java(tmp_path / "jdk21", "21.0.2")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk21"))
    found = find_java()
    assert (found.home, found.version) == (tmp_path / "jdk21", 21)


def test_a_java_home_of_the_wrong_version_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_java(tmp_path / "jdk8", "1.8.0_401")
    write_java(tmp_path / "jdk17", "17.0.1")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "jdk8"))
    monkeypatch.setenv("PATH", f"{tmp_path}/jdk17/bin:/bin:/usr/bin")
    assert find_java().version == 17


def test_none_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_java(tmp_path / "jdk11", "11.0.1")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}/jdk11/bin")
    with pytest.raises(NoJava):
        find_java()
