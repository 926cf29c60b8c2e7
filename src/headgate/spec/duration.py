"""Durations as people write them in a spec: `90m`, `6h`, `28d`."""

from __future__ import annotations

import re
from datetime import timedelta

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def parse_duration(value: object) -> timedelta:
    """Read `<whole number><m|h|d>` as a duration.

    Raises ValueError for anything else.
    """
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d+)([mhd])", str(value).strip())
    if match is None:
        raise ValueError(f"{value!r} is no duration: write a whole number and m, h or d, like 90m, 6h or 28d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def format_duration(value: timedelta) -> str:
    """Write a duration of whole minutes as people would: `90m`, `6h`, `28d`."""
    minutes = int(value.total_seconds() // 60)
    for unit, length in (("d", 24 * 60), ("h", 60)):
        if minutes and minutes % length == 0:
            return f"{minutes // length}{unit}"
    return f"{minutes}m"
