"""How far a pipeline is: its hops, its closed gates, its freshness and its model."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from headgate.airflow.names import hour_name
from headgate.airflow.pages.verdicts import closing_words, has_personal, verdict_of
from headgate.gates.verdict import TOLD, Verdict
from headgate.gates.ways_out import next_step
from headgate.hops.ledger import Entry, Ledger
from headgate.releases.release_rows import Release, last_move, serving
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline
from headgate.spec.personal_columns import personal_columns
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings

NO_VERDICT = (
    "The verdict beside its report was removed, and what the ledger quotes may be personal. Who may see it: "
)
HopWord = Literal["nothing yet", "publishing", "open", "closed", "waits"]


@dataclass(frozen=True)
class HopState:
    """One hop: what its gate does, the last hour that it published (start), when, and how many rows.

    `open`: what came has passed. `publishing`: a publish has begun and not ended. `waits`: an earlier hop has
    published an hour that this one has not. Nothing waits for scores before a model serves.
    """

    hop: str
    word: HopWord
    last_hour: datetime | None
    published_at: datetime | None
    rows: int


@dataclass(frozen=True)
class ClosedGate:
    """A gate that holds the water back: why, and what opens it; `told` where its verdict is kept."""

    hop: str
    hour: datetime
    why: str
    next: str
    report: str
    attempt: str
    told: bool
    digest: str


@dataclass(frozen=True)
class Freshness:
    """Everything known until `until` is published; `behind` now, None where the schedule is over.

    `left` hours of the schedule are over and not done yet.
    """

    until: datetime
    published_at: datetime | None
    behind: timedelta | None
    left: int


@dataclass(frozen=True)
class Serving:
    """What serves and since when: `decided` is the decision that made it so, None where a hand removed it."""

    version: int | None
    decided: Release | None
    last: Release


def hop_states(loaded: LoadedPipeline, ledger: Ledger) -> list[HopState]:
    """The hops of a pipeline, in order."""
    closed = {entry.hop for entry in ledger.shut_gates()}
    begun = {entry.hop for entry in ledger.open_intents()}
    states: list[HopState] = []
    for hop in loaded.spec.steps:
        last = _last(ledger.done(hop))
        ahead = states[-1].last_hour if states else None
        reached = None if last is None else last.range_end - HOUR
        word: HopWord = "open" if last else "nothing yet"
        if hop in closed:
            word = "closed"
        elif hop in begun:
            word = "publishing"
        elif ahead is not None and (reached is None or ahead > reached):
            word = "waits" if last or hop in loaded.spec.hops else "nothing yet"
        rows = last.total.published if last else 0
        states.append(HopState(hop, word, reached, last.recorded_at if last else None, rows))
    return states


def closed_gates(settings: Settings, loaded: LoadedPipeline, ledger: Ledger) -> list[ClosedGate]:
    """The gates of a pipeline that are closed now, each with why, personal values masked."""
    pipeline, gates = loaded.spec.pipeline, []
    for entry in ledger.shut_gates():
        at = hour_name(entry.hour)
        verdict = verdict_of(settings.reports, pipeline, entry.hop, at, entry.attempt)
        step = next_step(pipeline, entry.hop, verdict.closing if verdict else [])
        why = _why_closed(loaded, entry, verdict)
        told = verdict is not None
        gates.append(
            ClosedGate(entry.hop, entry.hour, why, step, entry.report, entry.attempt, told, entry.digest)
        )
    return gates


def _why_closed(loaded: LoadedPipeline, entry: Entry, verdict: Verdict | None) -> str:
    """What closed the gate, by its verdict; by the ledger where that is gone and no column is personal."""
    if verdict is not None:
        return "; ".join(closing_words(verdict, personal_columns(loaded), TOLD))
    if has_personal(loaded, entry.hop):
        return f'{NO_VERDICT}./headgate query "SELECT verdict FROM {loaded.spec.pipeline}_ops.hops"'
    return entry.verdict


def freshness(spec: Pipeline, ledger: Ledger, now: datetime) -> Freshness | None:
    """How fresh the last layer is; None before its first publish."""
    last = _last(ledger.done(ledger.last_hop))
    until = ledger.frontier()
    if last is None or until is None:
        return None
    end = spec.schedule.end
    due = now.replace(minute=0, second=0, microsecond=0)
    over = end is not None and end <= due
    if end is not None:
        due = min(due, end)
    left = max(0, round((due - until) / HOUR))
    return Freshness(until, last.recorded_at, None if over else max(timedelta(), now - until), left)


def what_serves(history: list[Release]) -> Serving | None:
    """The champion by the release log; None before the first decision."""
    if not history:
        return None
    return Serving(serving(history), last_move(history), history[-1])


def undecided(models: list[int], history: list[Release]) -> int | None:
    """The newest of these models where nothing is decided of it: the candidate."""
    newest = max(models, default=None)
    return None if newest in {row.model for row in history} else newest


def _last(entries: list[Entry]) -> Entry | None:
    return max(entries, key=lambda entry: entry.range_end, default=None)
