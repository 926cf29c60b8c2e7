"""Rows that came, were kept apart and were published, range by range, as the ledger counts them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.hops.ledger import Entry, Ledger, TableRows
from headgate.spec.hour_range import HOUR


@dataclass(frozen=True)
class HourRows:
    """One run that the last hop has published: the hours from `first` to `last` (starts, both included).

    `rows_in` came into bronze, `quarantined` were kept apart at silver, `published` are the last hop's.
    """

    first: datetime
    last: datetime
    rows_in: int
    quarantined: int
    published: int

    @property
    def hours(self) -> int:
        """How many hours the run covered."""
        return max(1, round((self.last - self.first) / HOUR) + 1)

    @property
    def said(self) -> str:
        """Which hours these are."""
        if self.hours == 1:
            return f"{self.last:%Y-%m-%d %H:%M}"
        return f"{self.first:%Y-%m-%d %H:%M} to {self.last:%Y-%m-%d %H:%M}, {self.hours:,} hours, by the hour"


def hour_rows(ledger: Ledger, start: datetime, most: int) -> list[HourRows]:
    """The last `most` runs, oldest first; a range without a beginning begins at `start`.

    Of an hour that was published several times the last publish counts.
    """
    latest: dict[str, dict[datetime, Entry]] = {}
    for entry in ledger.done():
        latest.setdefault(entry.hop, {})[entry.range_end] = entry
    ends = sorted(latest.get(ledger.last_hop, {}))[-most:]
    return [_rows(latest, end, start, ledger.last_hop) for end in ends]


def _rows(latest: dict[str, dict[datetime, Entry]], end: datetime, start: datetime, last: str) -> HourRows:
    def total(hop: str) -> TableRows:
        entry = latest.get(hop, {}).get(end)
        return entry.total if entry else TableRows(0, 0, 0)

    first = latest[last][end].range_start or start
    return HourRows(
        min(first, end - HOUR),
        end - HOUR,
        rows_in=total("bronze").staged,
        quarantined=total("silver").quarantined,
        published=total(last).published,
    )
