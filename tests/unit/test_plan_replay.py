"""Which runs cover hours that are to be replayed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from headgate.cli.plan_text import plan_text
from headgate.cli.registered_champion import Champion
from headgate.planning.plan import make_plan
from headgate.planning.replay import runs_of
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.hours import Hours
from tests.unit.planned_trips import SILVER, START, document, published_with
from tests.unit.spec_folders import TRIPS_FILES

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def up_to(hours: int) -> datetime:
    return BEGIN + hours * HOUR


RUNS = {
    up_to(23): HourRange(None, up_to(24)),
    up_to(4): HourRange(up_to(4), up_to(5)),  # replayed by itself
    up_to(24): HourRange(up_to(24), up_to(25)),
    up_to(28): HourRange(up_to(25), up_to(29)),  # healed three missed hours
    up_to(29): HourRange(up_to(29), up_to(30)),
}
"""The ranges of the runs, by their hour: a backlog of 24 hours first."""


@pytest.mark.parametrize(
    ("wanted", "runs"),
    [
        pytest.param((None, 30), (23, 29), id="everything"),
        pytest.param((None, 24), (23, 23), id="the backlog is one run"),
        pytest.param((3, 5), (23, 23), id="a part of the backlog"),
        pytest.param((24, 25), (24, 24), id="one hour"),
        pytest.param((25, 30), (28, 29), id="a range that healed, and on"),
        pytest.param((27, 28), (28, 28), id="within it"),
        pytest.param((29, 30), (29, 29), id="the last hour"),
    ],
)
def test_the_widest_run_that_covers_the_first_hour_begins(
    wanted: tuple[int | None, int], runs: tuple[int, int]
) -> None:
    start, end = wanted
    hours = Hours((HourRange(None if start is None else up_to(start), up_to(end)),))
    assert runs_of(hours, RUNS) == ((up_to(runs[0]), up_to(runs[1])),)


def test_ranges_that_are_apart_are_run_apart() -> None:
    hours = Hours((HourRange(up_to(24), up_to(25)), HourRange(up_to(29), up_to(30))))
    assert runs_of(hours, RUNS) == ((up_to(24), up_to(24)), (up_to(29), up_to(29)))


def test_hours_before_the_schedule_are_told_to_need_it(tmp_path: Path) -> None:
    before = document(tmp_path, {SILVER: TRIPS_FILES[SILVER].replace("return rows", "return None")})
    plan = make_plan(document(tmp_path, TRIPS_FILES), published_with(before), [])
    console = Console(width=80)
    with console.capture() as capture:
        console.print(plan_text(plan, Champion(answered=True), START + timedelta(days=1)), crop=False)
    assert capture.get().splitlines()[-1].strip() == (
        "These hours lie before the schedule, which must begin earlier for that."
    )
