"""Which publishes describe a table: all of bronze; of silver and gold those that were not replaced since."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from headgate.hops.statistics_log import Publish
from headgate.spec.hour_range import HourRange

BEGINNING = datetime.min.replace(tzinfo=UTC)


def standing(publishes: Sequence[Publish]) -> list[Publish]:
    """Leave out each publish of silver or gold whose hours were all published again later, by number.

    Where only some of its hours were, both stand: the rows of those hours are described twice.
    """
    return [
        publish
        for publish in publishes
        if publish.hop == "bronze"
        or not _covered(
            publish.hours,
            [
                other.hours
                for other in publishes
                if other.hop == publish.hop and other.number > publish.number
            ],
        )
    ]


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
