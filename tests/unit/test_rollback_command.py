"""`headgate rollback` and `headgate releases`: what is asked of Airflow, and what is printed."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import typer
from rich.console import Console

from headgate.cli import await_run, start_run
from headgate.cli import go_back as go_back_module
from headgate.cli import releases as releases_module
from headgate.cli.failed_run import RunFailed
from headgate.cli.go_back import NoReason, go_back
from headgate.cli.progress import Progress
from headgate.cli.releases import GROUP, LogChanged, NoSuchRelease
from headgate.cli.run_hours import HoursHeld
from headgate.hops.ledger import Entry
from headgate.hops.roll_back import TablesBack
from headgate.releases.release_chain import chained
from headgate.releases.release_rows import Release
from headgate.releases.rollback import WayBack
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient
from tests.unit.airflow_answers import AirflowAnswers, dag_run, task

DAY = datetime(2013, 1, 29, tzinfo=UTC)
PASSED = [{"check": "rows", "passed": True, "said": "500 labelled rows, 100 needed"}]
RUN = "/dags/flights_rollback/dagRuns/manual__1"


def history() -> list[Release]:
    common: dict[str, Any] = {"decided_at": datetime(2026, 3, 1, 7, tzinfo=UTC), "decided_by": "the rules"}
    first = Release(1, "promote", 1, 1, None, PASSED, frontier="2013-01-29T00:00:00+00:00", **common)
    first = chained(replace(first, tables={"gold.examples": 3}, evaluation={"figures": {}}), [])
    second = Release(2, "promote", 2, 2, 1, PASSED, frontier="2013-01-29T03:00:00+00:00", **common)
    return [first, chained(second, [first])]


def held() -> Entry:
    return Entry(
        entry=9, number=7, hop="rollback", state="rolled_back", hour=DAY, range_start=DAY.replace(hour=1),
        range_end=DAY.replace(hour=3), frontier=DAY.replace(hour=3), attempt="manual__1", digest="",
        verdict="to those of release 1", decided_by="anna", why="a wrong transform",
    )  # fmt: skip


LOADED: Any = SimpleNamespace(
    spec=SimpleNamespace(
        pipeline="flights", hops=("bronze", "silver", "gold"), schedule=SimpleNamespace(start=DAY)
    )
)


def go(
    client: AirflowAnswers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str = "a wrong transform"
) -> list[str]:
    monkeypatch.setattr(await_run, "INTERVAL", 0)
    monkeypatch.setattr(start_run, "wait_for_dag", lambda *_: None)
    monkeypatch.setattr(start_run, "create_pools", lambda *_: None)
    monkeypatch.setattr(go_back_module, "releases", lambda *_: history())
    monkeypatch.setattr(go_back_module, "Ledger", lambda *_: SimpleNamespace(rolled_back=held))
    monkeypatch.setattr(go_back_module, "addresses", lambda _: SimpleNamespace(airflow="http://127.0.0.1:1"))
    written = io.StringIO()
    progress = Progress(Console(file=written, width=20))
    known = cast(AirflowClient, client)
    go_back(Settings(home=tmp_path), known, LOADED, 1, why, progress, tables=True)
    return written.getvalue().splitlines()


def answers(state: str) -> AirflowAnswers:
    run = {**dag_run("manual__1", "queued"), "dag_id": "flights_rollback"}
    return AirflowAnswers(
        {
            "/dags/flights_rollback/dagRuns": [run],
            RUN: [{**run, "state": state}],
            f"{RUN}/taskInstances": [{"task_instances": [task("roll_back", "failed", "1")]}],
            f"{RUN}/taskInstances/roll_back/logs/1": [{"content": [{"event": "it let nothing serve"}]}],
        }
    )


def test_a_way_back_is_a_run_of_its_own_and_tells_how_to_go_forward(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = answers("success")
    assert go(client, tmp_path, monkeypatch) == [
        "release 2: version 2 serves, on record by the rules",
        "hours wait; to go forward again, mend what was wrong, then:",
        "  ./headgate replay flights --from 2013-01-29T01 --to 2013-01-29T02",
    ]
    form = {"release": 1, "tables": True, "why": "a wrong transform"}
    assert client.posted == [("/dags/flights_rollback/dagRuns", {"logical_date": None, "conf": form})]


def test_a_refused_way_back_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunFailed, match=r"flights_rollback failed: task roll_back(.|\n)*let nothing serve"):
        go(answers("failed"), tmp_path, monkeypatch)


def test_a_way_back_needs_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = answers("success")
    with pytest.raises(NoReason) as refused:
        go(client, tmp_path, monkeypatch, why=" ")
    assert str(refused.value) == (
        "A rollback says why.\n"
        "  left behind: Nothing was changed.\n"
        '  next: ./headgate rollback flights --to 1 --tables --why "..."'
    )
    assert client.posted == []


def test_the_plan_says_what_would_happen() -> None:
    back = TablesBack(
        until=DAY.replace(hour=1),
        now=DAY.replace(hour=3),
        since=DAY.replace(hour=1),
        versions={"silver.flights": 4, "gold.examples": 3},
        kept=["gold.new"],
    )
    release = history()[0]
    assert WayBack(release, 1, 1, 2, back).lines() == [
        "champion: version 1 (model 1) in place of version 2",
        "tables: what was published up to 2013-01-29 01:00 (now 2013-01-29 03:00)",
        "  gold.examples: back to version 3",
        "  silver.flights: back to version 4",
        "  gold.new: was not there then and stays as it is",
        "hours wait until 2013-01-29 01:00 to 2013-01-29 03:00 are derived again from bronze",
    ]
    assert WayBack(release, 1, 1, None, None).lines() == [
        "champion: version 1 (model 1) in place of nothing",
        "tables: they stay as they are",
    ]
    whole = replace(back, versions={})
    assert WayBack(release, 1, 1, 1, whole).lines() == [
        "champion: version 1 (model 1) serves already",
        "tables: they are those of then",
    ]


def test_hours_that_wait_for_the_way_forward_say_so() -> None:
    waiting = HoursHeld(LOADED, held(), [DAY.replace(hour=3), DAY.replace(hour=4)])
    assert str(waiting) == (
        "2 hours wait: the tables are rolled back, to those of release 1\n"
        "  where: flights_ops.hops, by anna: a wrong transform\n"
        "  left behind: nothing of these hours was read; they stay open\n"
        "  next: ./headgate replay flights --from 2013-01-29T01 --to 2013-01-29T02, then ./headgate run "
        "flights --from 2013-01-29T03 --to 2013-01-29T04 --reprocess completed"
    )


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run `headgate releases` with words and give what it prints."""
    monkeypatch.setattr(releases_module, "load_pipeline", lambda *_: None)
    monkeypatch.setattr(releases_module, "releases", lambda *_: history())
    monkeypatch.setattr(releases_module, "told_release", lambda *_: None)

    def said(*words: str) -> str:
        typer.main.get_command(GROUP)(words, standalone_mode=False)
        return capsys.readouterr().out

    return said


def test_the_list_names_each_decision_and_what_serves(said: Any) -> None:
    text = " ".join(said("list", "flights").split())
    assert "1 │ promote │ 1 │ 1 │ 2013-01-29 00:00 │ 2026-03-01 07:00 │ the rules │ all checks" in text
    assert "2 │ promote │ 2 (serves) │ 2 │ 2013-01-29 03:00" in text
    assert [row["release"] for row in json.loads(said("list", "flights", "--json"))] == [1, 2]


def test_one_release_is_shown_with_its_tables_and_digest(said: Any) -> None:
    text = said("show", "flights", "1")
    assert "published gold.examples" in text and history()[0].hash in text
    with pytest.raises(NoSuchRelease) as refused:
        said("show", "flights", "7")
    assert str(refused.value) == (
        "flights has no release 7: its releases are 1 to 2\n"
        "  where: flights_ops.releases\n"
        "  left behind: nothing was changed\n"
        "  next: ./headgate releases list flights"
    )


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--at", "2013-01-29T02"], "version 1 (model 1): since 2013-01-29 00:00 until 2013-01-29 03:00"),
        ([], "version 2 (model 2): since 2013-01-29 03:00 and serves still"),
        (["--at", "2013-01-01"], "nothing of flights was live then"),
        (["--at", "2026-02-01", "--clock", "wall"], "nothing of flights was live then"),
    ],
)
def test_what_was_live_at_a_moment(said: Any, words: list[str], line: str) -> None:
    assert said("live", "flights", *words).splitlines()[0] == line


def test_the_chain_is_verified(said: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    text = said("verify", "flights")
    assert text.startswith(f"2 releases, none changed; the last digest is {history()[1].hash[:12]}\n")
    assert "MLflow was not asked" in text
    changed = [replace(history()[0], version=7), history()[1]]
    monkeypatch.setattr(releases_module, "releases", lambda *_: changed)
    with pytest.raises(LogChanged) as found:
        said("verify", "flights")
    assert str(found.value).startswith(
        "the release log of flights is not what was written:\n"
        "  release 1 was changed: it is not what its digest says\n"
        "  where: flights_ops.releases\n"
    )
