"""What there is to tell follows from the records: gates, late hours, decisions on candidates, drift."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.alerts.causes import causes
from headgate.monitoring.drift_check import ColumnDrift
from headgate.monitoring.drift_log import append_day
from headgate.spec.load import load_pipeline
from headgate.spec.pipeline import Drift
from headgate.spec.settings import Settings
from tests.unit.in_airflow.alerted_shop import AMOUNT, close_gate, write_alerts
from tests.unit.in_airflow.records import Ledger, release

DAY = datetime(2024, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2023, 12, 1, tzinfo=UTC)
OTHER = replace(AMOUNT, rule="status.one_of", column="status", words="status is one of open, paid")


@pytest.fixture(autouse=True)
def alerts(pipelines: Settings) -> None:
    write_alerts(pipelines, "{to: [channel], late_after: 90m}")


def told(settings: Settings, hours: float = 48, since: datetime = LONG_AGO) -> list[Cause]:
    """What there is to tell so many hours after the start of 2024-01-01."""
    loaded = load_pipeline(settings, "shop")
    assert loaded.spec.alerts is not None
    return causes(settings, loaded, loaded.spec.alerts, since, DAY + timedelta(hours=hours))


def done(ledger: Ledger, hour: int, after: timedelta) -> None:
    """An hour that went through, its last line written so long after its end."""
    at: Any = DAY + timedelta(hours=hour + 1) + after
    for hop in ("bronze", "silver", "gold"):
        ledger.line(hop, hour, recorded_at=at)


def test_a_closed_gate_says_what_broke_where_the_report_is_and_how_to_go_on(pipelines: Settings) -> None:
    close_gate(pipelines, Ledger(pipelines), 7, AMOUNT)
    (cause,) = told(pipelines)
    assert (cause.kind, cause.title) == ("closed_gate", "shop: the silver gate is closed at 2024-01-01 07:00")
    assert cause.what == (
        "silver.orders amount.between: 7 of 200 rows break “amount is at least 0” (such as order_id=17: -3.5)"
    )
    assert cause.page == "/headgate/validation/shop/silver/2024-01-01T07/2024-01-01T07--00000001"
    assert "./headgate gate accept shop" in cause.next_command


def test_a_gate_that_closes_again_on_the_same_rules_is_the_same_cause(pipelines: Settings) -> None:
    ledger = Ledger(pipelines)
    close_gate(pipelines, ledger, 7, AMOUNT)
    (first,) = told(pipelines)
    close_gate(pipelines, ledger, 7, replace(AMOUNT, unexpected=9))
    (again,) = told(pipelines)
    assert again.key == first.key
    assert "9 of 200 rows" in again.what
    close_gate(pipelines, ledger, 7, AMOUNT, OTHER)
    (other,) = told(pipelines)
    assert other.key != first.key


def test_a_gate_that_was_passed_and_closes_later_is_another_cause(pipelines: Settings) -> None:
    ledger = Ledger(pipelines)
    close_gate(pipelines, ledger, 7, AMOUNT)
    (first,) = told(pipelines)
    done(ledger, 7, timedelta(minutes=5))
    assert told(pipelines, hours=8) == []
    close_gate(pipelines, ledger, 7, AMOUNT)
    (later,) = told(pipelines, hours=8)
    assert later.key != first.key


def test_values_that_are_personal_by_now_are_masked(pipelines: Settings) -> None:
    close_gate(pipelines, Ledger(pipelines), 7, AMOUNT)
    contract = pipelines.expectations / "shop" / "silver.orders.yaml"
    text = contract.read_text()
    contract.write_text(
        text.replace("{type: bigint}", "{type: bigint, personal: true}").replace(
            "{type: double}", "{type: double, personal: true}"
        )
    )
    (cause,) = told(pipelines)
    assert "(such as order_id=•••: •••)" in cause.what
    assert "17" not in cause.what and "-3.5" not in cause.what


@pytest.mark.parametrize(
    ("hours", "since", "late"),
    [
        (1.4, LONG_AGO, False),
        (2.4, LONG_AGO, False),
        (2.6, LONG_AGO, True),
        (2.6, DAY + timedelta(hours=2), False),
        (3.6, DAY + timedelta(hours=2), True),
    ],
    ids=["running", "just-over", "late", "nobody-looked-yet", "late-since-somebody-looks"],
)
def test_an_hour_is_late_some_time_after_its_end(
    pipelines: Settings, hours: float, since: datetime, late: bool
) -> None:
    assert [cause.kind for cause in told(pipelines, hours, since)] == (["late_hour"] if late else [])


def test_a_late_hour_says_which_and_what_to_run(pipelines: Settings) -> None:
    done(Ledger(pipelines), 0, timedelta(minutes=5))
    (cause,) = told(pipelines, 5.6)
    assert cause.title == "shop: the hour 2024-01-01 01:00 is late"
    assert (
        cause.what == "It is not published 1 h 30 min after its end. The last hour done is 2024-01-01 00:00."
    )
    assert cause.page == "/headgate/pipeline?dag=shop_hourly"
    assert "./headgate run shop --from 2024-01-01T03 --to 2024-01-01T03" in cause.next_command


def test_lateness_is_one_cause_until_an_hour_is_in_time_again(pipelines: Settings) -> None:
    ledger = Ledger(pipelines)
    done(ledger, 0, timedelta(minutes=5))
    (first,) = told(pipelines, 4)
    done(ledger, 1, timedelta(hours=3))
    (still,) = told(pipelines, 6)
    assert (still.key, still.title) == (first.key, "shop: the hour 2024-01-01 02:00 is late")
    done(ledger, 5, timedelta(minutes=80))
    assert told(pipelines, 8) == []
    (later,) = told(pipelines, 9)
    assert later.key != first.key


def test_hours_behind_a_closed_gate_are_not_late_as_well(pipelines: Settings) -> None:
    ledger = Ledger(pipelines)
    done(ledger, 0, timedelta(minutes=5))
    close_gate(pipelines, ledger, 1, AMOUNT)
    assert [cause.kind for cause in told(pipelines, 9)] == ["closed_gate"]
    done(ledger, 1, timedelta(hours=7.5))  # passed at 9:30
    assert told(pipelines, 10.9) == []
    assert [cause.kind for cause in told(pipelines, 11.1)] == ["late_hour"]


def test_a_schedule_that_ended_is_watched_for_a_day_longer(pipelines: Settings) -> None:
    path = pipelines.pipelines / "shop" / "pipeline.yaml"
    path.write_text(path.read_text().replace("{start: 2024-01-01}", "{start: 2024-01-01, end: 2024-01-02}"))
    assert [cause.kind for cause in told(pipelines, 49.4)] == ["late_hour"]
    assert told(pipelines, 49.6) == []
    done(Ledger(pipelines), 23, timedelta(minutes=5))
    assert told(pipelines, 49.4) == []


def test_without_late_after_no_hour_is_late(pipelines: Settings) -> None:
    path = pipelines.pipelines / "shop" / "pipeline.yaml"
    path.write_text(path.read_text().replace(", late_after: 90m", ""))
    assert told(pipelines) == []


REFUSED = [
    {"check": "rows", "passed": True, "said": "500 labelled rows, 100 needed"},
    {"check": "calibration", "passed": False, "said": "calibration error 0.200, at most 0.100 allowed"},
]


def test_a_refused_candidate_says_why_and_what_serves(pipelines: Settings) -> None:
    release(pipelines, 1, "hold", 4, reasons=REFUSED)
    (cause,) = told(pipelines, 1)
    assert (cause.kind, cause.title) == ("promotion", "shop: version 4 was not promoted")
    assert cause.what == ("calibration error 0.200, at most 0.100 allowed. As before, no version serves.")
    assert cause.page == "/headgate/releases/shop/1"
    assert cause.next_command == "./headgate releases show shop 1"


def test_candidates_refused_for_the_same_reason_are_one_cause(pipelines: Settings) -> None:
    release(pipelines, 1, "hold", 4, reasons=REFUSED)
    (first,) = told(pipelines, 1)
    release(pipelines, 2, "hold", 5, reasons=REFUSED)
    (second,) = told(pipelines, 1)
    assert second.key == first.key
    release(pipelines, 3, "hold", 6, reasons=[{**REFUSED[0], "passed": False}])
    (third,) = told(pipelines, 1)
    assert third.key != first.key
    release(pipelines, 4, "promote", 7)
    assert told(pipelines, 1) == []


def test_a_refusal_is_told_for_a_day_whatever_was_decided_since(pipelines: Settings) -> None:
    release(pipelines, 1, "hold", 4, reasons=REFUSED, decided_at=DAY)
    release(pipelines, 2, "promote", 5, decided_at=DAY + timedelta(minutes=3))
    assert [cause.title for cause in told(pipelines, 1)] == ["shop: version 4 was not promoted"]
    assert told(pipelines, 1, since=DAY + timedelta(minutes=1)) == []
    assert [cause.kind for cause in told(pipelines, 25)] == ["late_hour"]


def test_a_candidate_that_waits_for_an_approval_is_told_until_somebody_answers(pipelines: Settings) -> None:
    release(pipelines, 1, "promote", 3)
    release(pipelines, 2, "ask", 4, previous_champion=3)
    (cause,) = told(pipelines, 1)
    assert (cause.kind, cause.title) == ("promotion", "shop: version 4 waits for an approval")
    assert cause.what == (
        "500 labelled rows, 100 needed. Until then version 3 serves; without an answer within 1 d it is held."
    )
    assert cause.page == "/dags/shop_approve/runs/approve__2/tasks/approve/required_actions"
    assert cause.next_command == "in Airflow, the DAG shop_approve, Required Actions: approve or reject"
    release(pipelines, 3, "ask", 5, previous_champion=3)
    assert [cause.title for cause in told(pipelines, 1)] == [
        "shop: version 4 waits for an approval",
        "shop: version 5 waits for an approval",
    ]
    release(pipelines, 4, "promote", 4, previous_champion=3)
    assert [cause.title for cause in told(pipelines, 1)] == ["shop: version 5 waits for an approval"]
    release(pipelines, 5, "hold", 5, previous_champion=4)
    assert [cause.title for cause in told(pipelines, 1)] == ["shop: version 5 was not promoted"]


def check_day(settings: Settings, number: int, model: int, *drifted: str) -> None:
    """Put a day on record on which these columns drifted."""
    found = [ColumnDrift(column, 900, 1.5, 0.4, 0.1, 0.3) for column in drifted]
    append_day(settings, "shop", date(2024, 1, number), model, model + 10, found, Drift(days=2, of=3))


def test_drift_is_one_cause_until_it_asks_no_more_or_another_champion_serves(pipelines: Settings) -> None:
    check_day(pipelines, 1, 7, "amount")
    assert told(pipelines, 1) == []
    check_day(pipelines, 2, 7, "amount", "hour")
    (cause,) = told(pipelines, 1)
    assert (cause.kind, cause.title) == (
        "drift",
        "shop: the data have drifted from what version 17 learned from",
    )
    assert cause.what == "amount: beyond the limit for days, up to 2024-01-02. The champion still serves."
    assert cause.page == "/headgate/pipelines/shop"
    assert cause.next_command == (
        "./headgate drift shop; then ./headgate challenge shop MODEL, with one that learned since; "
        "or in Airflow trigger shop_challenge"
    )
    check_day(pipelines, 3, 7, "amount", "hour")
    (still,) = told(pipelines, 1)
    assert (still.key, still.what[:12]) == (cause.key, "amount, hour")
    check_day(pipelines, 4, 8, "amount")
    (other,) = told(pipelines, 1)
    assert other.key != cause.key
    check_day(pipelines, 5, 8)
    check_day(pipelines, 6, 8)
    assert told(pipelines, 1) == []


def test_only_what_the_spec_asks_for_is_told(pipelines: Settings) -> None:
    close_gate(pipelines, Ledger(pipelines), 7, AMOUNT)
    release(pipelines, 1, "hold", 4, reasons=REFUSED)
    assert [cause.kind for cause in told(pipelines)] == ["closed_gate", "promotion"]
    path = pipelines.pipelines / "shop" / "pipeline.yaml"
    path.write_text(path.read_text().replace("to: [channel]", "to: [channel], on: [promotion]"))
    assert [cause.kind for cause in told(pipelines)] == ["promotion"]


def test_who_is_told_is_no_part_of_what_is_published(pipelines: Settings) -> None:
    path = pipelines.pipelines / "shop" / "pipeline.yaml"
    before = load_pipeline(pipelines, "shop").digest
    path.write_text(path.read_text().replace("to: [channel]", "to: [mail, channel], on: [promotion]"))
    assert load_pipeline(pipelines, "shop").digest == before
