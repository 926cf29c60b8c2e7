"""A set of hours on the clock of knowledge: ranges that neither meet nor overlap, in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from headgate.spec.hour_range import HOUR, HourRange

BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Hours:
    """Any hours; the empty set is false. Build it with `of`."""

    ranges: tuple[HourRange, ...]

    @classmethod
    def of(cls, ranges: Iterable[HourRange]) -> Hours:
        """The hours that lie in any of the ranges."""
        joined: list[HourRange] = []
        for one in sorted(ranges, key=_start):
            if joined and _start(one) <= joined[-1].end:
                joined[-1] = HourRange(joined[-1].start, max(joined[-1].end, one.end))
            else:
                joined.append(one)
        return cls(tuple(joined))

    def __bool__(self) -> bool:
        return bool(self.ranges)

    def __or__(self, other: Hours) -> Hours:
        return Hours.of((*self.ranges, *other.ranges))

    def __sub__(self, other: Hours) -> Hours:
        left = list(self.ranges)
        for taken in other.ranges:
            left = [part for one in left for part in _without(one, taken)]
        return Hours.of(left)

    def __and__(self, other: Hours) -> Hours:
        return self - (self - other)

    def seen_until(self, age: timedelta) -> Hours:
        """These hours and those after them that still see what was known in them, up to `age` later."""
        return Hours.of(HourRange(one.start, one.end + age) for one in self.ranges)

    def count(self, first: datetime) -> int:
        """How many hours these are, at least one a range; those without a beginning begin at `first`."""
        return sum(max(1, round((one.end - (one.start or first)) / HOUR)) for one in self.ranges)


NO_HOURS = Hours(())


def _start(one: HourRange) -> datetime:
    return BEGINNING if one.start is None else one.start


def _without(one: HourRange, taken: HourRange) -> list[HourRange]:
    if not one.overlaps(taken):
        return [one]
    parts = []
    if taken.start is not None and _start(one) < taken.start:
        parts.append(HourRange(one.start, taken.start))
    if taken.end < one.end:
        parts.append(HourRange(taken.end, one.end))
    return parts
