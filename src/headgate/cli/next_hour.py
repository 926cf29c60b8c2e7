"""The hour from which a pipeline's runs go on."""

from __future__ import annotations

from datetime import datetime

from headgate.hops.ledger import Ledger
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR


class NoHours(HeadgateError):
    """Nothing was run yet, so there is nothing to go on from."""


def next_hour(ledger: Ledger) -> datetime:
    """The hour after the last one done. Raises NoHours."""
    done = ledger.last_hour_done()
    if done is None:
        raise NoHours(
            what="There are no hours yet to go on from.",
            left="Nothing was run.",
            next_command="./headgate demo",
        )
    return done + HOUR
