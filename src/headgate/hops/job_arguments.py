"""The command line that the job files share."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

HOURS = ("hour", "from-hour")


def job_arguments(description: str, *names: str) -> argparse.Namespace:
    """Read `--pipeline` and the named arguments, all required.

    `--hour` and `--from-hour` are starts of hours, ISO, in UTC.
    """
    parser = argparse.ArgumentParser(description=description)
    for name in ("pipeline", *names):
        parser.add_argument(f"--{name}", required=True, type=_hour if name in HOURS else str)
    return parser.parse_args()


def _hour(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
