"""`prove convergence` counts what differs and what raises, tells it, and ends with its counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.proofs import convergence, real_hours
from tests.proofs.story_of_orders import HISTORIES, Difference


class NoSpark:
    """Stands where the proof has a session, for cases that need none."""

    def stop(self) -> None:
        pass


def fails(error: BaseException) -> Callable[..., Any]:
    def raising(*_: object) -> Any:
        raise error

    return raising


LOST = Difference(3, "gold", "expected only", ("31", None))
CASES: dict[str, tuple[Callable[..., Any], Callable[..., Any], int, list[str]]] = {
    "nothing differs": (lambda *_: [], lambda *_: [], HISTORIES, [f"{HISTORIES + 1} passed, 0 failed"]),
    "rows of one history differ": (
        lambda *_: [LOST, LOST],
        lambda *_: [],
        HISTORIES,
        ["history=3", "History(changes=(Change(", f"{HISTORIES} passed, 1 failed"],
    ),
    "a case raises": (
        fails(RuntimeError("no such table")),
        lambda *_: [],
        HISTORIES + 1,
        ["no such table", "History(changes=(Change(", f"1 passed, {2 * HISTORIES} failed"],
    ),
    "real hours differ": (
        lambda *_: [],
        lambda *_: ["live: None"],
        1,
        ["live: None", "RealHours(start=", f"{HISTORIES} passed, 1 failed"],
    ),
    "real hours raise": (
        lambda *_: [],
        fails(RuntimeError("gate closed")),
        1,
        ["gate closed", "RealHours(start=", f"{HISTORIES} passed, 1 failed"],
    ),
}


@pytest.fixture(autouse=True)
def no_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    def local_spark(_: Path, __: str) -> NoSpark:
        return NoSpark()

    monkeypatch.setattr(convergence, "local_spark", local_spark)


@pytest.mark.parametrize("case", CASES)
def test_every_case_is_counted_and_what_failed_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], case: str
) -> None:
    story, real, runs, told = CASES[case]
    monkeypatch.setattr(convergence, "differences", story)
    monkeypatch.setattr(real_hours, "differences", real)
    assert convergence.prove(runs, 7) is (case == "nothing differs")
    printed = capsys.readouterr().out
    assert [text for text in told if text not in printed] == []
    assert printed.splitlines()[-1] == told[-1]


def test_an_interrupted_proof_ends_with_its_counts_as_well(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(convergence, "differences", fails(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        convergence.prove(1, 7)
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 0 failed"
