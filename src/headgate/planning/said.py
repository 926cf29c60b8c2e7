"""Values of a spec as people write them."""

from __future__ import annotations

from datetime import datetime, timedelta

from headgate.spec.duration import format_duration


def said(value: object) -> str:
    """A value of a spec in words: durations as `6h`, moments by the minute, lists with commas."""
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%MZ}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ", ".join(said(item) for item in value) or "none"
    return "none" if value is None else str(value)
