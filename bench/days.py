"""Days of real hours forward through the embedded stack, with figures per day.

Goes on from the last hour done: per day one backfill of its hours (or of its last hour alone, whose run takes
the whole day as one range), then what it brings is learned, judged and decided. Per day: seconds of the
hour-runs and of learning, rows published, gates, rows kept apart, and how well the version that served when
the day began foretold the day, as soon as all its labels are known. A day that is measured stays measured;
a run that fails and a gate that closes end the measurement, and what the day took up to there counts.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from headgate.airflow.names import hourly_dag_id
from headgate.cli.airflow_runs import all_runs
from headgate.cli.backfill import Reprocess
from headgate.cli.demo import LOAD_AT, PIPELINE
from headgate.cli.engine_query import engine_session
from headgate.cli.failed_run import RunFailed
from headgate.cli.next_hour import next_hour
from headgate.cli.progress import Progress, open_progress
from headgate.cli.run_hours import HoursBehind, HoursHeld, run_hours
from headgate.cli.wait_for_learning import wait_for_learning
from headgate.hops.ledger import Ledger
from headgate.learning.metrics import metrics
from headgate.releases.model_headers import header_of
from headgate.releases.recorded_scorer import recorded_scorer
from headgate.releases.release_rows import MOVES, Release, releases
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings
from headgate.spec.transforms import load_transform
from headgate.stack.addresses import addresses
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.start import start_stack

DAY = timedelta(days=1)
Figures = dict[str, Any]


def measure(settings: Settings, days: int, *, by_hour: bool) -> Path:
    """Run the days, print their figures and return the file with all days that were measured so far."""
    loaded = load_pipeline(settings, PIPELINE)
    path = settings.home / "bench" / "days.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    measured: dict[str, Figures] = json.loads(path.read_text()) if path.is_file() else {}
    with open_progress() as progress:
        start_stack(settings, progress.say)
        with AirflowClient(settings) as client:
            for _ in range(days):
                figures, stopped = _run_day(settings, client, loaded, progress, by_hour=by_hour)
                measured[figures["day"]] = _together(measured.get(figures["day"]), figures)
                path.write_text(json.dumps(measured, indent=1) + "\n")
                if stopped is not None:
                    raise stopped
    _add_scores(settings, measured)
    path.write_text(json.dumps(measured, indent=1) + "\n")
    _show(list(measured.values()), path)
    return path


def _run_day(
    settings: Settings, client: AirflowClient, loaded: LoadedPipeline, progress: Progress, *, by_hour: bool
) -> tuple[Figures, HeadgateError | None]:
    """Run the hours from the last one done to the end of its day, and learn what they brought.

    Where a run failed or waits behind a closed gate, nothing is learned, and the error comes back too.
    """
    before = Ledger(settings, PIPELINE, loaded.spec.hops[-1])
    first = next_hour(before)
    last = first.replace(hour=23)
    write_sample = load_transform(loaded, "sample", "write_sample")
    write_sample(settings.landing / PIPELINE, LOAD_AT, last + HOUR, LOAD_AT)
    hours = (first if by_hour else last, last)
    again: Reprocess = "completed" if all_runs(client, hourly_dag_id(PIPELINE), hours) else "none"
    stopped: HeadgateError | None = None
    learning = 0.0
    try:
        run_hours(settings, client, loaded, *hours, again, progress)
    except (RunFailed, HoursBehind, HoursHeld) as error:
        stopped = error
    else:
        begun = time.monotonic()
        wait_for_learning(client, addresses(settings).airflow, PIPELINE, progress)
        learning = time.monotonic() - begun
    runs = all_runs(client, hourly_dag_id(PIPELINE), hours)
    after = Ledger(settings, PIPELINE, loaded.spec.hops[-1])
    lines = after.entries()[len(before.entries()) :]
    published = [line for line in lines if line.state == "done"]
    rows = [counts for line in published for counts in line.rows.values()]
    figures = {
        "day": f"{first:%Y-%m-%d}",
        "hours": int((next_hour(after) - first) / HOUR),
        "runs": len(runs),
        "seconds": round(sum(run.seconds or 0.0 for run in runs), 1),
        "learning_seconds": round(learning, 1),
        "rows": sum(counts.published for counts in rows),
        "quarantined": sum(counts.quarantined for counts in rows),
        "gates": {"passed": len(published), "closed": sum(line.state == "closed" for line in lines)},
    }
    return figures, stopped


def _together(earlier: Figures | None, later: Figures) -> Figures:
    """The figures of two parts of a day, of which the first ended with a failed run or a closed gate."""
    if earlier is None:
        return later
    counts = ("hours", "runs", "seconds", "learning_seconds", "rows", "quarantined")
    gates = {name: earlier["gates"][name] + later["gates"][name] for name in ("passed", "closed")}
    return {**later, **{name: round(earlier[name] + later[name], 1) for name in counts}, "gates": gates}


def _add_scores(settings: Settings, measured: dict[str, Figures]) -> None:
    """Add to each day whose labels are all known what the version that served at its start is worth on it."""
    history = releases(settings, PIPELINE)
    spec = load_pipeline(settings, PIPELINE).spec
    assert spec.examples is not None
    frontier = Ledger(settings, PIPELINE, spec.hops[-1]).frontier()
    for day, figures in measured.items():
        start = datetime.fromisoformat(day).replace(tzinfo=UTC)
        release = _serving(history, start)
        complete = frontier is not None and start + DAY + spec.examples.complete_after <= frontier
        if "champion" in figures or not complete or release is None or release.model is None:
            continue
        with engine_session(settings) as session:
            found = session.sql(
                f"SELECT * FROM {PIPELINE}_gold.examples WHERE {spec.examples.label} IS NOT NULL "
                f"AND {spec.examples.as_of} >= TIMESTAMP '{start:%Y-%m-%d %H:%M:%S}' "
                f"AND {spec.examples.as_of} < TIMESTAMP '{start + DAY:%Y-%m-%d %H:%M:%S}'"
            ).toPandas()
        header = header_of(settings, PIPELINE, release.model)
        score, matrix = recorded_scorer(settings, PIPELINE, header, found)
        label = found[spec.examples.label].to_numpy(np.float64)
        judged = metrics(label, score(matrix))
        figures["champion"] = {"version": release.version, "rows": len(label), **judged}


def _serving(history: Sequence[Release], moment: datetime) -> Release | None:
    """The decision that put the version into service that served at `moment`, on the data's own clock."""
    moved = [r for r in history if r.decision in MOVES and datetime.fromisoformat(r.frontier) <= moment]
    return moved[-1] if moved else None


HEADINGS = ("day", "hours", "s", "learn s", "rows", "apart", "gates", "closed", "version", "AUC", "log loss")


def _lines(days: Sequence[Figures]) -> Iterator[tuple[str, ...]]:
    for day in days:
        champion = day.get("champion", {})
        yield (
            day["day"],
            str(day["hours"]),
            f"{day['seconds']:,.0f}",
            f"{day['learning_seconds']:,.0f}",
            f"{day['rows']:,}",
            str(day["quarantined"]),
            str(day["gates"]["passed"]),
            str(day["gates"]["closed"]),
            str(champion.get("version", "")),
            *(f"{champion[name]:.3f}" if name in champion else "" for name in ("auc", "log_loss")),
        )


def _show(days: Sequence[Figures], path: Path) -> None:
    table = Table(*HEADINGS, title=f"{len(days)} days")
    for line in _lines(days):
        table.add_row(*line)
    rows = [" | ".join(line) for line in (HEADINGS, *_lines(days))]
    divided = [rows[0], "|".join(["---"] * len(HEADINGS)), *rows[1:]]
    path.with_suffix(".md").write_text("".join(f"| {row} |\n" for row in divided))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"all figures: {path}", soft_wrap=True)
