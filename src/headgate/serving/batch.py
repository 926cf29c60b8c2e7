"""The hours that a run scores, and the models that score them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.hops.ledger import Ledger
from headgate.releases.release_rows import releases
from headgate.serving.live_models import (
    LiveModel,
    live_challengers,
    live_champion,
    nothing_to_score,
)
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.hours import BEGINNING
from headgate.spec.settings import Settings


@dataclass(frozen=True)
class Batch:
    """As-of hours to score in one go, by each of `models` from the hour on that it says anything."""

    hours: HourRange
    models: list[LiveModel]


def next_batch(settings: Settings, pipeline: str, ledger: Ledger, hour: datetime) -> Batch:
    """What the run of `hour` scores: the hours up to the end of its gold that were not scored yet.

    From the last hour that was scored on, so that a later run heals what an earlier one missed; but none
    from before a champion served without a gap, and none that the champion learned from. The model on trial
    scores beside it, from the start of its trial on; nobody acts on what it says. Follows from
    ledger, release log and model log alone, so a repeat gives the same. Raises NothingToScore.
    """
    gold = [entry for entry in ledger.done(ledger.last_hop) if entry.hour == hour]
    if not gold:
        last = ledger.last_hop
        raise nothing_to_score(
            pipeline, f"its {last} is not published", f"Clear the run from {last}.stage on."
        )
    end = max(entry.range_end for entry in gold)
    scored = ledger.scored_until()
    if scored is not None and scored >= end:
        raise nothing_to_score(
            pipeline,
            f"all hours up to {scored:%Y-%m-%d %H:%M} have been, and what was said stays",
            "Nothing: hours that are derived again keep the predictions that were made when they were new.",
        )
    history = releases(settings, pipeline)
    champion = live_champion(settings, pipeline, history, end - HOUR)
    first = scored or gold[-1].range_start or BEGINNING
    start = max(first, champion.says_after)
    if start >= end:
        raise nothing_to_score(
            pipeline,
            f"the champion serves, or learned, up to {start:%Y-%m-%d %H:%M}",
            "Nothing: hours after that are scored by their own runs.",
        )
    challengers = live_challengers(settings, pipeline, history)
    return Batch(HourRange(start, end), [champion, *(one for one in challengers if one.says_after < end)])
