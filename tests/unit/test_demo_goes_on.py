"""The demo goes on where an earlier one stopped, and says so when no champion came of it."""

from __future__ import annotations

import contextlib
import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from rich.console import Console

from headgate.cli import demo
from headgate.cli.progress import Progress
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient

LAST = datetime(2013, 1, 29, 2, tzinfo=UTC)
LOADED = cast(LoadedPipeline, SimpleNamespace(spec=SimpleNamespace(hops=("bronze", "silver", "gold"))))
ACTIVE = {"from_date": "2013-01-28T23:00:00Z", "to_date": "2013-01-29T00:00:00Z"}


def what_runs(
    monkeypatch: pytest.MonkeyPatch, done: str | None, known: list[str], active: dict[str, str] | None = None
) -> tuple[list[Any], str]:
    """What the demo follows, runs and says after an earlier one got as far as `done`."""
    calls: list[Any] = []
    last_done = datetime.fromisoformat(done) if done else None
    monkeypatch.setattr(demo, "Ledger", lambda *_: SimpleNamespace(last_hour_done=lambda: last_done))
    monkeypatch.setattr(demo, "active_backfill", lambda *_: active)
    monkeypatch.setattr(demo, "all_runs", lambda *_: known)
    monkeypatch.setattr(demo, "follow_hours", lambda *given: calls.append(("follow", *map(str, given[3:5]))))
    monkeypatch.setattr(demo, "run_hours", lambda *given: calls.append((*map(str, given[3:5]), given[5])))
    written = io.StringIO()
    demo._run_what_is_left(
        cast(Settings, None), cast(AirflowClient, None), LOADED, LAST, Progress(Console(file=written))
    )
    return calls, written.getvalue()


def test_a_first_demo_runs_the_backlog_and_the_hours(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, said = what_runs(monkeypatch, None, [])
    assert calls == [("2013-01-28 23:00:00+00:00", "2013-01-29 02:00:00+00:00", "none")]
    assert said == "Hours 2013-01-28T23 to 2013-01-29T02, as an Airflow backfill\n"


def test_hours_that_are_done_are_not_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, _ = what_runs(monkeypatch, "2013-01-29T00:00:00+00:00", [])
    assert calls == [("2013-01-29 01:00:00+00:00", "2013-01-29 02:00:00+00:00", "none")]


def test_hours_that_failed_or_waited_are_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, _ = what_runs(monkeypatch, "2013-01-29T00:00:00+00:00", ["a failed run", "a skipped run"])
    assert calls == [("2013-01-29 01:00:00+00:00", "2013-01-29 02:00:00+00:00", "completed")]


def test_a_demo_with_all_hours_done_runs_none(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, said = what_runs(monkeypatch, "2013-01-29T05:00:00+00:00", [])
    assert (calls, said) == ([], "Hours: all done up to 2013-01-29T02\n")


def test_a_backfill_that_is_still_at_work_is_followed_first(monkeypatch: pytest.MonkeyPatch) -> None:
    calls, _ = what_runs(monkeypatch, "2013-01-29T00:00:00+00:00", [], ACTIVE)
    assert calls[0] == ("follow", "2013-01-28 23:00:00+00:00", "2013-01-29 00:00:00+00:00")


@pytest.mark.parametrize("champion", [None, {"version": 1}])
def test_a_demo_ends_with_json_with_and_without_a_champion(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], champion: dict[str, Any] | None
) -> None:
    found = {"champion": champion, "decision": None, "urls": {"model": "http://here"}}
    for name, answer in {"load_pipeline": LOADED, "_run": None, "summarise": found, "_show": None}.items():
        monkeypatch.setattr(demo, name, lambda *_, answer=answer: answer)
    with contextlib.nullcontext() if champion else pytest.raises(demo.NoChampion):
        demo.demo(as_json=True)
    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {**printed, "seconds": 0} == {**found, "seconds": 0}


def test_a_demo_without_a_champion_says_why() -> None:
    reasons = [
        {"check": "rows", "passed": True, "said": "6,035 labelled rows, 100 needed"},
        {"check": "calibration", "passed": False, "said": "calibration error 0.200, at most 0.100 allowed"},
    ]
    error = demo._no_champion({"decision": {"reasons": reasons}, "urls": {"model": "http://here"}})
    assert str(error).splitlines() == [
        "there is no champion: calibration error 0.200, at most 0.100 allowed",
        "  where: http://here",
        "  left behind: all hours are published",
        "  next: look at the candidate in MLflow; with more hours a better one may come: "
        "./headgate demo --hours 24",
    ]
