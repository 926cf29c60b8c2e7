"""Which publishes describe a table: all of bronze; of silver and gold those that were not replaced since."""

from __future__ import annotations

from collections.abc import Sequence

from headgate.hops.statistics_log import Publish
from headgate.spec.hour_range import HourRange
from headgate.spec.hours import BEGINNING


def standing(publishes: Sequence[Publish]) -> list[Publish]:
    """Leave out each publish of silver or gold whose hours were all published again later, by number.

    Where only some of its hours were, both stand: the rows of those hours are described twice.
    """
    return [publish for publish in publishes if stands(publish, publishes)]


def stands(publish: Publish, publishes: Sequence[Publish]) -> bool:
    """Whether `standing` keeps this one of all `publishes`."""
    if publish.hop == "bronze":
        return True
    later = [one.hours for one in publishes if one.hop == publish.hop and one.number > publish.number]
    return not _covered(publish.hours, later)


def twice(publishes: Sequence[Publish]) -> list[Publish]:
    """Of the standing publishes, those that published hours of an earlier one again."""
    return [
        publish
        for publish in publishes
        if publish.hop != "bronze"
        and any(
            other.hop == publish.hop and other.number < publish.number and other.hours.overlaps(publish.hours)
            for other in publishes
        )
    ]


def _covered(hours: HourRange, others: Sequence[HourRange]) -> bool:
    """Whether the other ranges together hold every hour of `hours`."""
    reached = hours.start or BEGINNING
    for other in sorted(others, key=lambda other: other.start or BEGINNING):
        if (other.start or BEGINNING) <= reached < other.end:
            reached = other.end
    return reached >= hours.end
