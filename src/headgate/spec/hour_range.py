"""A range of hours on the clock of knowledge: the half-open span (start, end] of `_known_at`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class HourRange:
    """Everything known after `start` (None: from the beginning) and at or before `end`, in UTC."""

    start: datetime | None
    end: datetime

    def __post_init__(self) -> None:
        if self.start is not None and self.start >= self.end:
            raise ValueError(f"a range of hours must not be empty: ({self.start}, {self.end}]")

    def __contains__(self, moment: datetime) -> bool:
        return moment <= self.end and (self.start is None or moment > self.start)

    def overlaps(self, other: HourRange) -> bool:
        """Whether some hour lies in both."""
        return (other.start is None or self.end > other.start) and (
            self.start is None or other.end > self.start
        )

    def covers(self, other: HourRange) -> bool:
        """Whether all hours of the other are in this one."""
        begins = self.start is None or (other.start is not None and self.start <= other.start)
        return begins and self.end >= other.end

    def __str__(self) -> str:
        return f"({self.start.isoformat() if self.start else 'beginning'}, {self.end.isoformat()}]"
