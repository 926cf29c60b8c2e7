"""Write one line to the ledger and learn whether it was ours that was written."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime

from headgate.hops.ledger import Entry, Ledger
from headgate.lake.append_record import append_record
from headgate.lake.transaction import Transaction
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings

LEDGER_APPLICATION = "headgate/ledger"


class Fenced(HeadgateError):
    """Another writer took the ledger line that this one was about to write."""


def append_entry(settings: Settings, pipeline: str, ledger: Ledger, entry: Entry) -> Ledger:
    """Append `entry` as the line that follows `ledger` and return the ledger with it.

    Lines are numbered without gaps and each number is written once, so of two writers that saw the same
    ledger one wins. Raises Fenced for the other.
    """
    row = {**dataclasses.asdict(entry), "recorded_at": datetime.now(UTC)}
    append_record([row], ledger.path, Transaction(LEDGER_APPLICATION, entry.entry))
    written = Ledger(settings, pipeline, ledger.last_hop)
    winner = next(e for e in written.entries() if e.entry == entry.entry)
    if (winner.hop, winner.state, winner.attempt, winner.digest) != (
        entry.hop,
        entry.state,
        entry.attempt,
        entry.digest,
    ):
        raise Fenced(
            what=f"Another run of {pipeline} wrote to the ledger first: {winner.state} of {winner.hop}, "
            f"hour {winner.hour:%Y-%m-%d %H:00}.",
            where=f"{entry.hop}, hour {entry.hour:%Y-%m-%d %H:00}, ledger line {entry.entry}",
            left="Nothing of this attempt was published.",
            next_command="Clear this run when the other one has ended.",
        )
    return written
