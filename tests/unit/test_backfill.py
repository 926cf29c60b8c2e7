"""Backfills as the form in Airflow's UI makes them, and what stands in their way."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from rich.console import Console

from headgate.cli import backfill
from headgate.cli.backfill import (
    BackfillActive,
    DagMissing,
    HoursRefused,
    RunsStuck,
    check_hours,
    require_none_stuck,
    start_backfill,
)
from headgate.cli.progress import Progress
from headgate.spec.pipeline import Pipeline
from headgate.stack.airflow_client import AirflowClient
from headgate.stack.errors import AirflowRefused
from tests.unit.airflow_answers import AirflowAnswers, dag_run

FIRST, LAST = datetime(2013, 1, 29, 7, tzinfo=UTC), datetime(2013, 1, 29, 9, tzinfo=UTC)
ACTIVE = {"from_date": "2013-01-29T07:00:00Z", "to_date": "2013-01-29T09:00:00Z", "completed_at": None}
CLOSED = {**ACTIVE, "completed_at": "2013-01-29T09:30:00Z"}
SPEC = Pipeline.model_validate(
    {
        "pipeline": "orders",
        "schedule": {"start": "2013-01-01", "end": "2013-02-01"},
        "feeds": {"orders": {"key": ["order_id"]}},
        "silver": {"orders": {"feed": "orders"}},
    }
)


def airflow(answers: dict[str, list[Any]]) -> AirflowClient:
    return cast(AirflowClient, AirflowAnswers(answers))


def test_a_backfill_asks_for_both_hours_and_one_run_at_a_time() -> None:
    answers = AirflowAnswers({"/backfills/dry_run": [{"total_entries": 3}], "/backfills": [{}]})
    assert start_backfill(cast(AirflowClient, answers), "orders", FIRST, LAST, "none", "address") == 3
    body = {
        "dag_id": "orders_hourly",
        "from_date": "2013-01-29T07:00:00+00:00",
        "to_date": "2013-01-29T09:00:00+00:00",
        "run_backwards": False,
        "reprocess_behavior": "none",
        "max_active_runs": 1,
    }
    assert answers.posted == [("/backfills/dry_run", body), ("/backfills", body)]


def test_hours_that_all_have_runs_leave_nothing_to_do() -> None:
    client = airflow({"/backfills/dry_run": [{"total_entries": 0}]})
    with pytest.raises(HoursRefused) as refused:
        start_backfill(client, "orders", FIRST, LAST, "none", "address")
    assert "there is nothing to do" in str(refused.value)
    assert refused.value.next_command == (
        "./headgate run orders --from 2013-01-29T07 --to 2013-01-29T09 --reprocess completed"
    )


def test_a_backfill_at_work_is_named_with_its_hours() -> None:
    conflict = AirflowRefused("POST", "url", 409, "There is already a running backfill")
    answers = AirflowAnswers({"/backfills/dry_run": [{"total_entries": 3}], "/backfills": [conflict]})
    found = iter([conflict, {"backfills": [ACTIVE]}])

    def answer(path: str, **parameters: Any) -> Any:
        given = next(found) if path == "/backfills" else {"total_entries": 3}
        if isinstance(given, AirflowRefused):
            raise given
        return given

    answers.get = answer  # type: ignore[method-assign]
    with pytest.raises(BackfillActive) as active:
        start_backfill(cast(AirflowClient, answers), "orders", FIRST, LAST, "none", "http://here")
    assert str(active.value).splitlines() == [
        "a backfill of orders from 2013-01-29T07 to 2013-01-29T09 is still at work",
        "  where: http://here",
        "  left behind: nothing was started",
        "  next: wait for it, or cancel it on the DAG's page in Airflow, then repeat the command",
    ]


def test_a_backfill_whose_runs_are_over_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill.time, "sleep", lambda seconds: None)
    client = airflow(
        {
            "/backfills": [{"backfills": [ACTIVE]}, {"backfills": [ACTIVE]}, {"backfills": [CLOSED]}],
            "/dags/orders_hourly/dagRuns": [{"dag_runs": []}],
        }
    )
    written = io.StringIO()
    backfill.wait_for_last_backfill(client, "orders", "address", Progress(Console(file=written)))
    assert written.getvalue() == "Airflow closes the last backfill; that takes up to 30 s\n"


def test_a_backfill_with_runs_to_come_is_not_waited_for() -> None:
    queued = dag_run("hour-08", "queued", "2013-01-29T08:00:00Z")
    client = airflow(
        {"/backfills": [{"backfills": [ACTIVE]}], "/dags/orders_hourly/dagRuns": [{"dag_runs": [queued]}]}
    )
    with pytest.raises(BackfillActive):
        backfill.wait_for_last_backfill(client, "orders", "address", Progress(Console(file=io.StringIO())))


def test_a_run_that_stays_queued_after_its_backfill_was_cancelled_is_named() -> None:
    queued = dag_run("hour-08", "queued", "2013-01-29T08:00:00Z")
    runs = [{**queued, "run_type": "backfill"}, {**queued, "run_type": "scheduled"}]
    client = airflow({"/dags/orders_hourly/dagRuns": [{"dag_runs": runs}]})
    with pytest.raises(RunsStuck) as stuck:
        require_none_stuck(client, "orders", FIRST, LAST, "http://here")
    assert str(stuck.value).splitlines() == [
        "the run of 2013-01-29T08 stays queued: its backfill was cancelled, "
        "and Airflow starts no run of it any more",
        "  where: http://here",
        "  left behind: nothing was started",
        "  next: mark it as failed on the DAG's page, then "
        "./headgate run orders --from 2013-01-29T07 --to 2013-01-29T09 --reprocess failed",
    ]
    require_none_stuck(
        airflow({"/dags/orders_hourly/dagRuns": [{"dag_runs": runs[1:]}]}), "orders", FIRST, LAST, "address"
    )


def test_a_missing_dag_shows_the_import_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "DAG_SECONDS", -1.0)
    client = airflow(
        {
            "/dags/orders_hourly": [AirflowRefused("GET", "url", 404, "not found")],
            "/importErrors": [
                {"import_errors": [{"stack_trace": "SpecErrors: pipeline.yaml:3: unknown key"}]}
            ],
        }
    )
    with pytest.raises(DagMissing) as missing:
        backfill.wait_for_dag(client, "orders")
    assert "  | SpecErrors: pipeline.yaml:3: unknown key" in str(missing.value)
    assert missing.value.next_command == "./headgate check orders"


@pytest.mark.parametrize(
    ("first", "last", "said", "way_on"),
    [
        (
            "2012-12-31T23",
            "2013-01-01T02",
            "2012-12-31T23 lies before the schedule",
            "2013-01-01T00 --to 2013-01-01T02",
        ),
        (
            "2013-01-31T22",
            "2013-02-01T00",
            "2013-02-01T00 lies beyond the schedule",
            "2013-01-31T22 --to 2013-01-31T23",
        ),
        ("2013-01-03T00", "2013-01-02T00", "lies after the last", "2013-01-02T00 --to 2013-01-03T00"),
        ("2014-01-03T00", "2014-01-04T00", "2014-01-04T00 lies beyond", "2013-01-31T23 --to 2013-01-31T23"),
    ],
)
def test_hours_outside_the_schedule_are_refused(first: str, last: str, said: str, way_on: str) -> None:
    hours = [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, last)]
    with pytest.raises(HoursRefused) as refused:
        check_hours(SPEC, *hours)
    assert said in refused.value.what
    assert refused.value.next_command == f"./headgate run orders --from {way_on}"


def test_hours_within_the_schedule_pass() -> None:
    check_hours(SPEC, datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 1, 31, 23, tzinfo=UTC))
