"""What the page of one pipeline shows: its way as a picture, its hours, and what its tasks cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from headgate.airflow.names import hourly_dag_id, learn_dag_id, promote_dag_id
from headgate.airflow.pages.bars import Bar, bars
from headgate.airflow.pages.calendar import WORDS, calendar
from headgate.airflow.pages.dag_runs import TaskSeconds, live_tasks, task_seconds
from headgate.airflow.pages.live_page import live_values
from headgate.airflow.pages.pipelines_page import overview
from headgate.airflow.pages.progress import HopState
from headgate.airflow.pages.records import ledger_of
from headgate.airflow.pages.render import duration, size
from headgate.hops.ledger import Ledger
from headgate.spec.layers import SCORES
from headgate.spec.load import LoadedPipeline
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings

RUNS_TIMED = 48


@dataclass(frozen=True)
class Station:
    """One station of a pipeline's way: what it is made of, how it is, and what is at work there now."""

    name: str
    made_of: list[str]
    word: str
    said: str
    work: str = ""


@dataclass(frozen=True)
class Cost:
    """What one task takes, or one hop stages: the last run, the middle one and the highest, as text."""

    name: str
    runs: int
    last: str
    middle: str
    most: str
    bars: list[Bar]


def pipeline_values(
    settings: Settings, loaded: LoadedPipeline, now: datetime, until: date | None, user: Any
) -> dict[str, Any]:
    """The values of `pipeline.html`."""
    spec = loaded.spec
    ledger = ledger_of(settings, loaded)
    hourly, learn, promote = (make(spec.pipeline) for make in (hourly_dag_id, learn_dag_id, promote_dag_id))
    shown = overview(settings, loaded, now, user)
    days = calendar(ledger, spec.schedule.start, until)
    dags = [hourly, learn, promote] if spec.model else [hourly]
    return {
        "pipeline": shown,
        "stations": _stations(spec, shown, live_tasks(dags)),
        "days": days,
        "words": WORDS,
        "older": days[-1].day - timedelta(days=1) if days and _before(days[-1].day, spec) else None,
        "until": until,
        "too_early": until if until and until < spec.schedule.start.date() else None,
        "begins": spec.schedule.start,
        "live": live_values(settings, loaded) if spec.scored else None,
        "seconds": [(dag, [_seconds(task) for task in task_seconds(dag, RUNS_TIMED)]) for dag in dags],
        "bytes": [_bytes(hop, ledger) for hop in spec.steps if ledger.done(hop)],
        "now": now,
    }


def _before(day: date, spec: Pipeline) -> bool:
    return day > spec.schedule.start.date()


def _stations(spec: Pipeline, shown: dict[str, Any], live: dict[str, str]) -> list[Station]:
    feeds = list(spec.feeds)
    gold = [*spec.gold, *(["examples"] if spec.examples else [])]
    made_of = {"bronze": feeds, "silver": list(spec.silver), "gold": gold, SCORES: ["predictions"]}
    way = [Station("landing", feeds, "", f"{len(feeds)} {'feed' if len(feeds) == 1 else 'feeds'}")]
    way += [_hop(state, made_of[state.hop], spec.pipeline, live) for state in shown["hops"]]
    if spec.model:
        serves = shown["serves"]
        work = _work(live, (learn_dag_id(spec.pipeline), promote_dag_id(spec.pipeline)), "")
        has = serves is not None and serves.version is not None
        said = f"version {serves.version} serves" if has else "nothing serves yet"
        way.append(Station("model", [spec.model.algorithm], "serves" if has else "nothing yet", said, work))
    return way


def _hop(state: HopState, made_of: list[str], pipeline: str, live: dict[str, str]) -> Station:
    said = f"{state.last_hour:%Y-%m-%d %H:%M}, {state.rows:,} rows" if state.last_hour else "no hour yet"
    work = _work(live, (hourly_dag_id(pipeline),), f"{state.hop}.")
    return Station(state.hop, made_of, state.word, said, work)


def _work(live: dict[str, str], dags: tuple[str, ...], prefix: str) -> str:
    """The tasks at work: `gate is running`."""
    places = {
        name: state for name, state in live.items() if name.startswith(tuple(f"{d}/{prefix}" for d in dags))
    }
    named = [(name.partition("/")[2].removeprefix(prefix), state) for name, state in sorted(places.items())]
    return ", ".join(f"{task} is {state.replace('_', ' ')}" for task, state in named)


def _seconds(task: TaskSeconds) -> Cost:
    values = task.seconds
    said = [duration(value) for value in values]
    return Cost(
        task.task, len(values), said[-1], duration(median(values)), duration(max(values)), bars(values, said)
    )


def _bytes(hop: str, ledger: Ledger) -> Cost:
    values = [entry.bytes for entry in ledger.done(hop)][-RUNS_TIMED:]
    said = [size(value) for value in values]
    return Cost(hop, len(values), said[-1], size(median(values)), size(max(values)), bars(values, said))
