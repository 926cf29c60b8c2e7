"""Which versions of all tables of a pipeline were published together, at an hour, by a run, by a publish."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from headgate.hops.ledger import ENDED, Entry, Ledger
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.layers import SCORES

SHOWN = 3
"""How many of the existing ones an error names."""


class NotPublishedThen(HeadgateError):
    """Nothing was published at the hour, by the run or under the number that was asked for."""


@dataclass(frozen=True)
class PublishedVersions:
    """What a reader of the pipeline's tables saw right after publish `number`, that of `hop` for `hour`.

    `versions`: the version of every table that was published by then, by `<layer>.<table>`.
    """

    pipeline: str
    number: int
    hop: str
    hour: datetime
    versions: dict[str, int]


def published_versions(ledger: Ledger, pipeline: str, asked: str) -> PublishedVersions:
    """Find the versions that belong together. `asked` is one of

    - an hour like `2013-01-29T02` (UTC): when it was the last hour done, through every hop;
    - a run, by its id in Airflow (`scheduled__…`, `backfill__…`) or by an attempt of the ledger
      (`2013-01-29T02--1f0c9a3e`): when it had last gone through every hop, or the attempt was published;
    - a publish number of the ledger, like `36`: right after that publish.

    Raises NotPublishedThen, which says what there is.
    """
    done = ledger.done()
    if not done:
        raise NotPublishedThen(
            f"{pipeline} has published nothing yet, so there is nothing to read back.",
            where=ledger.path,
            left="Nothing was run.",
            next_command=f"./headgate run {pipeline} --from HOUR --to HOUR",
        )
    by_number = (asked.isascii() and asked.isdigit()) or "--" in asked
    if asked.isascii() and asked.isdigit():
        found = [entry for entry in done if entry.number == int(asked)]
        exist = f"the finished publishes are {_some([str(entry.number) for entry in done])}"
        what = f"publish number {asked}"
    elif "--" in asked:
        found = [entry for entry in done if entry.attempt == asked]
        exist = f"the published attempts are {_some([entry.attempt for entry in done])}"
        what = f"published attempt {asked}"
    else:
        found, what, exist = _by_hour(ledger, asked)
    if not found:
        raise NotPublishedThen(
            f"{pipeline} has no {what}: {exist}.",
            where=ledger.path,
            left="Nothing was run.",
            next_command=f'./headgate query "SELECT number, hop, hour, attempt FROM {pipeline}_ops.hops '
            "WHERE state = 'done' ORDER BY number\"",
        )
    line = found[-1] if by_number else _with_scores(ledger, found[-1])
    return PublishedVersions(pipeline, line.number, line.hop, line.hour, ledger.versions(line.entry))


def _with_scores(ledger: Ledger, line: Entry) -> Entry:
    """The publish of the hour's scores, where it came right after that of its last layer."""
    after = next((e for e in ledger.entries() if e.entry > line.entry and e.state in ENDED), None)
    scores = after is not None and after.hop == SCORES and after.state == "done" and after.hour == line.hour
    return after if after is not None and scores else line


def _by_hour(ledger: Ledger, asked: str) -> tuple[list[Entry], str, str]:
    """The publishes meant by an hour or by the id of a run, what they are called, and which there are."""
    through = ledger.done(ledger.last_hop)
    if "__" in asked:
        hour = _moment(asked.partition("__")[2])
        hour = hour - HOUR if hour else None  # Airflow names a run by the end of its hour
        exist = f"the runs that went through are of {_some([_text(entry.hour) for entry in through])}"
        return [entry for entry in through if entry.hour == hour], f"run {asked} that went through", exist
    hour = _moment(asked)
    ends: list[datetime] = []
    for entry in through:
        ends.append(max(entry.range_end, ends[-1]) if ends else entry.range_end)
    found = [entry for entry, end in zip(through, ends, strict=True) if hour and end == hour + HOUR]
    exist = f"the hours that were the last one done are {_some([_text(end - HOUR) for end in ends])}"
    if hour is not None and not found and ends and hour + HOUR < ends[-1]:
        later = min(end for end in ends if end > hour + HOUR)
        exist = f"it was published in one go with the hours up to {_text(later - HOUR)}; {exist}"
    if hour is None:
        exist = "write an hour like 2013-01-29T02, the id of a run, or a publish number"
    return found, f"set of versions as of {asked}", exist


def _moment(text: str) -> datetime | None:
    """A time in UTC; None where the text is none or is not on the hour."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return moment if moment.minute == moment.second == moment.microsecond == 0 else None


def _text(hour: datetime) -> str:
    return f"{hour:%Y-%m-%dT%H}"


def _some(names: list[str]) -> str:
    """The first and the last of some names, in order and each once."""
    names = list(dict.fromkeys(names))
    if len(names) <= 2 * SHOWN:
        return ", ".join(names)
    return f"{', '.join(names[:SHOWN])}, …, {', '.join(names[-SHOWN:])}"
