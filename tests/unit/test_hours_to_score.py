"""Which hours a run scores, and with which champion: what ledger, release log and model log say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headgate.hops.ledger import Entry, Ledger
from headgate.releases.release_rows import Release
from headgate.serving import batch, live_models
from headgate.serving.batch import next_batch
from headgate.serving.live_models import NothingToScore
from headgate.spec.settings import Settings

FIRST = datetime(2013, 1, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
TRAINED = {1: -48, 2: -47, 3: 3}
"""By model: the last hour that it learned from, counted from FIRST."""

WAIT = "Nothing: once a model is promoted, it scores the hours that come after."
Done = tuple[str, int | None, int]
Move = tuple[int, int | None, int | None]


def at(hours: int) -> datetime:
    """A moment, counted from FIRST."""
    return FIRST + hours * HOUR


def entry(number: int, hop: str, start: int | None, end: int) -> Entry:
    """A finished publish of the hours from `start` to `end`."""
    return Entry(
        number, number, hop, "done", at(end - 1), None if start is None else at(start), at(end), None, "", ""
    )


class World:
    """A ledger and two logs that are lists."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = Settings(home=home)
        self.patch = monkeypatch
        monkeypatch.setattr(
            live_models, "header_of", lambda *asked: {"training": {"end": at(TRAINED[asked[2]]).isoformat()}}
        )

    def next(self, hour: int, done: list[Done], moves: list[Move]) -> tuple[int, int, int | None]:
        """The batch of the run that ends at `hour`: after which hour it begins, its last, the version."""
        ledger = Ledger(self.settings, "rides", "gold")
        ledger._entries = [entry(number, *line) for number, line in enumerate(done, start=1)]
        history = [
            Release(
                number,
                "by_hand" if model is None else "promote",
                version,
                model,
                None,
                [],
                frontier=at(frontier).isoformat(),
            )
            for number, (frontier, version, model) in enumerate(moves, start=1)
        ]
        self.patch.setattr(batch, "releases", lambda *_: history)
        found = next_batch(self.settings, "rides", ledger, at(hour - 1))
        assert found.hours.start is not None
        (model,) = found.models
        return (
            int((found.hours.start - FIRST) / HOUR),
            int((found.hours.end - FIRST) / HOUR),
            model.version,
        )


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Nothing published."""
    return World(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("done", "moves", "hour", "expected"),
    [
        pytest.param([("gold", None, 1)], [(0, 1, 1)], 1, (0, 1, 1), id="from its release on"),
        pytest.param(
            [("gold", None, 0), ("gold", 0, 1), ("gold", 1, 2)],
            [(0, 1, 1)],
            2,
            (1, 2, 1),
            id="of hours before the first that was scored only the run's own",
        ),
        pytest.param(
            [("gold", 0, 1), ("scores", 0, 1), ("gold", 1, 2)], [(0, 1, 1)], 2, (1, 2, 1), id="hour by hour"
        ),
        pytest.param(
            [("gold", 0, 1), ("scores", 0, 1), ("gold", 1, 2), ("gold", 2, 3)],
            [(0, 1, 1)],
            3,
            (1, 3, 1),
            id="what an earlier run missed is healed",
        ),
        pytest.param(
            [("gold", 0, 1), ("scores", 0, 1), ("gold", 1, 7)], [(0, 1, 1)], 7, (1, 7, 1), id="several hours"
        ),
        pytest.param(
            [("gold", 0, 1)], [(0, 1, 1), (1, 2, 2)], 1, (0, 1, 1), id="not a champion of a later hour"
        ),
        pytest.param(
            [("gold", 0, 1), ("scores", 0, 1), ("gold", 1, 2)],
            [(0, 1, 1), (1, 2, 2)],
            2,
            (1, 2, 2),
            id="the champion that came in between",
        ),
        pytest.param(
            [("gold", 0, 1), ("scores", 0, 1), ("gold", 1, 5), ("gold", 5, 6)],
            [(0, 1, 1), (1, None, None), (5, 1, 1)],
            6,
            (5, 6, 1),
            id="not the time in which nobody served",
        ),
        pytest.param(
            [("gold", 0, 1), ("scores", 0, 1), ("gold", 1, 5)],
            [(0, 1, 1), (1, 3, 3)],
            5,
            (3, 5, 3),
            id="not what the champion learned from",
        ),
    ],
)
def test_a_run_scores_what_was_not_scored_yet(
    world: World, done: list[Done], moves: list[Move], hour: int, expected: tuple[int, int, int]
) -> None:
    assert world.next(hour, done, moves) == expected


@pytest.mark.parametrize(
    ("done", "moves", "why", "then"),
    [
        ([], [(0, 1, 1)], "its gold is not published", "Clear the run from gold.stage on."),
        ([("gold", 0, 1)], [], "no model served yet when it began", WAIT),
        ([("gold", 0, 1)], [(1, 1, 1)], "no model served yet when it began", WAIT),
        (
            [("gold", 0, 1)],
            [(0, 1, 1), (0, None, None)],
            "the alias champion was removed, so no model serves",
            WAIT,
        ),
        (
            [("gold", 0, 1)],
            [(0, 9, None)],
            "version 9 serves, which the model log does not have",
            "Move the alias champion to one of Headgate's versions, or: ./headgate rollback",
        ),
        (
            [("gold", 0, 1)],
            [(0, 3, 3)],
            "the champion serves, or learned, up to 2013-01-10 03:00",
            "Nothing: hours after that are scored by their own runs.",
        ),
        (
            [("gold", 0, 1), ("scores", 0, 1), ("gold", 0, 1)],
            [(0, 1, 1)],
            "all hours up to 2013-01-10 01:00 have been, and what was said stays",
            "Nothing: hours that are derived again keep the predictions that were made when they were new.",
        ),
    ],
)
def test_an_hour_that_is_not_scored_says_why(
    world: World, done: list[Done], moves: list[Move], why: str, then: str
) -> None:
    with pytest.raises(NothingToScore) as refused:
        world.next(1, done, moves)
    assert str(refused.value) == (
        f"This hour of rides is not scored: {why}.\n"
        "  where: rides_gold.predictions\n"
        "  left behind: The hour is done all the same; no prediction was added or changed.\n"
        f"  next: {then}"
    )
