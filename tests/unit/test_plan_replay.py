"""The commands that derive hours again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from headgate.cli.plan_document import replay_commands
from headgate.planning.replay import Replay
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.hours import Hours

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)


def hours(*ranges: tuple[int | None, int]) -> Hours:
    found = ((None if start is None else BEGIN + start * HOUR, BEGIN + end * HOUR) for start, end in ranges)
    return Hours.of(HourRange(start, end) for start, end in found)


@pytest.mark.parametrize(
    ("replay", "commands"),
    [
        pytest.param(
            Replay(hours((None, 30))), ["--from 2024-01-01T00 --to 2024-01-02T05"], id="from the beginning"
        ),
        pytest.param(
            Replay(hours((24, 25), (29, 30)), "silver"),
            [
                "--from 2024-01-02T00 --to 2024-01-02T00 --layer silver",
                "--from 2024-01-02T05 --to 2024-01-02T05 --layer silver",
            ],
            id="ranges that are apart",
        ),
        pytest.param(
            Replay(hours((None, -5))),
            ["--from 2023-12-31T18 --to 2023-12-31T18"],
            id="before the schedule",
        ),
        pytest.param(Replay(hours((None, 30)), by_next_run=True), [], id="left to the next run"),
        pytest.param(Replay(), [], id="nothing"),
    ],
)
def test_each_range_has_its_command(replay: Replay, commands: list[str]) -> None:
    assert replay_commands("trips", replay, BEGIN) == [
        f"./headgate replay trips {words}" for words in commands
    ]
