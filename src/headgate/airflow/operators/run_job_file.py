"""A job file run in this process as a Spark Connect client, as spark-submit would run it in its own."""

from __future__ import annotations

import os
import runpy
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class JobEnded(RuntimeError):
    """The job file left with an exit code other than 0."""


def run_job_file(application: str, arguments: Sequence[str], environment: Mapping[str, str]) -> None:
    """Run `application` with `arguments`; `environment` (`SPARK_REMOTE`: the engine) adds to the process's.

    The environment and the command line are the caller's again afterwards. Raises what the job raises;
    an exit code other than 0 becomes JobEnded.
    """
    with _process_of_its_own([application, *arguments], environment):
        try:
            runpy.run_path(application, run_name="__main__")
        except SystemExit as end:
            if end.code not in (None, 0):
                raise JobEnded(f"{application} ended with {end.code!r}") from end


@contextmanager
def _process_of_its_own(command: list[str], added: Mapping[str, str]) -> Iterator[None]:
    environment, arguments = dict(os.environ), sys.argv
    os.environ.update(added)
    sys.argv = command
    try:
        yield
    finally:
        sys.argv = arguments
        os.environ.clear()
        os.environ.update(environment)
