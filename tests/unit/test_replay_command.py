"""Which hours `headgate replay` asks for, and what it refuses before anything starts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from headgate.cli import replay as replay_module
from headgate.cli import replay_hours as replay_hours_module
from headgate.cli import start_run as start_run_module
from headgate.cli.replay import Layer, WhichHours, _hours
from headgate.cli.replay_hours import replay_command, replay_hours
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

FIRST, LAST, DONE = (datetime(2013, 1, 8, hour, tzinfo=UTC) for hour in (0, 6, 9))
LOADED = cast(
    LoadedPipeline,
    SimpleNamespace(
        spec=SimpleNamespace(
            pipeline="flights", hops=("bronze", "silver", "gold"), schedule=SimpleNamespace(start=FIRST)
        )
    ),
)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay_module, "Ledger", lambda *_: SimpleNamespace(last_hour_done=lambda: DONE))


def test_hours_are_those_that_are_named_or_all_from_a_moment_on(tmp_path: Path, done: None) -> None:
    settings = Settings(home=tmp_path)
    assert _hours(settings, LOADED, FIRST, LAST, Layer.silver, None, "") == (FIRST, LAST)
    assert _hours(settings, LOADED, None, None, Layer.bronze, LAST, "late") == (LAST, DONE)


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ((FIRST, None, Layer.bronze, None, ""), "a replay names its first and its last hour"),
        ((FIRST, LAST, Layer.bronze, None, "late"), "--why goes with --restamp"),
        ((FIRST, None, Layer.bronze, LAST, "late"), "--restamp says why, and takes the place of"),
        ((None, None, Layer.silver, LAST, "late"), "--restamp says why, and takes the place of"),
        ((None, None, Layer.bronze, LAST, " "), "--restamp says why, and takes the place of"),
    ],
)
def test_a_replay_that_says_too_little_or_too_much_is_refused(
    tmp_path: Path, asked: tuple[Any, ...], problem: str
) -> None:
    with pytest.raises(WhichHours, match=problem) as refused:
        _hours(Settings(home=tmp_path), LOADED, *asked)
    assert refused.value.left == "Nothing was started."
    way = (
        './headgate replay flights --restamp 2013-01-08T06 --why "..."'
        if asked[3]
        else "./headgate replay flights --from HOUR --to HOUR"
    )
    assert refused.value.next_command == way


@pytest.mark.parametrize(("why", "added"), [(None, {}), ("late", {"restamp": True, "why": "late"})])
def test_the_form_says_whether_to_stamp_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str | None, added: dict[str, object]
) -> None:
    posted: list[dict[str, Any]] = []

    class Posted(Exception):
        pass

    class Client:
        def post(self, path: str, body: dict[str, Any]) -> None:
            posted.append(body)
            raise Posted

    for name in ("create_pools", "wait_for_dag"):
        monkeypatch.setattr(start_run_module, name, lambda *_: None)
    for name in ("replay_range", "Ledger"):
        monkeypatch.setattr(replay_hours_module, name, lambda *_: None)
    with pytest.raises(Posted):
        replay_hours(
            Settings(home=tmp_path), cast(Any, Client()), LOADED, FIRST, LAST, "bronze", cast(Any, None),
            restamp=why,
        )  # fmt: skip
    hours = {"from": "2013-01-08T00:00:00+00:00", "to": "2013-01-08T06:00:00+00:00", "layer": "bronze"}
    assert posted == [{"logical_date": None, "conf": {**hours, **added}}]


@pytest.mark.parametrize(
    ("why", "asked"),
    [
        (None, "--from 2013-01-08T00 --to 2013-01-08T06 --layer bronze"),
        ("last night's files", """--restamp 2013-01-08T00 --why 'last night'"'"'s files'"""),
    ],
)
def test_what_failed_is_asked_for_again_as_it_was_asked(why: str | None, asked: str) -> None:
    assert replay_command("flights", FIRST, LAST, "bronze", why) == f"./headgate replay flights {asked}"
