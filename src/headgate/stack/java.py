"""Find a Java that Spark runs on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from headgate.stack.errors import NoJava

VERSIONS = (17, 21)


@dataclass(frozen=True)
class Java:
    """A Java that Spark runs on: its `java`, its home folder, its major version."""

    binary: Path
    home: Path
    version: int


def major_version(answer: str) -> int | None:
    """The major version in what `java -version` prints (`17` in `openjdk version "17.0.15"`)."""
    match = re.search(r'version "(\d+)', answer)
    return int(match.group(1)) if match else None


def find_java() -> Java:
    """The Java of JAVA_HOME, else the one on the PATH, if it has a version that Spark runs on.

    Raises NoJava.
    """
    candidates = [Path(os.environ["JAVA_HOME"], "bin", "java")] if os.environ.get("JAVA_HOME") else []
    candidates += [Path(found)] if (found := shutil.which("java")) else []
    for candidate in candidates:
        if not candidate.is_file():
            continue
        answer = subprocess.run([candidate, "-version"], capture_output=True, text=True)
        version = major_version(answer.stderr + answer.stdout)
        if version in VERSIONS:
            binary = candidate.resolve()
            return Java(binary=binary, home=binary.parent.parent, version=version)
    raise NoJava
