"""Two subjects are forgotten: the certificate of each names the models that may have learned from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from headgate.forgetting import forget as forget_module
from headgate.forgetting.found import Found
from headgate.forgetting.subject import Subject
from headgate.hops.ledger import FORGET, Entry
from headgate.spec.settings import Settings

START = datetime(2024, 1, 1, tzinfo=UTC)


def begun(number: int, since: int, examples: int) -> Entry:
    """The first line of a forgetting: of a subject known since an hour, the examples at a version before."""
    start, end = (START + timedelta(hours=hour) for hour in (since, 9))
    return Entry(
        number, number, FORGET, "forgetting", end - timedelta(hours=1), start, end, end, f"forget-{number}",
        "salted", versions_before={"gold.examples": examples}, decided_by="anna", why="asked",
    )  # fmt: skip


FIRST, SECOND = begun(20, since=2, examples=4), begun(30, since=5, examples=9)
MODELS = [(1, 1, 3), (2, 3, 4), (3, 4, 8), (4, 6, 8), (5, 10, 12)]
"""Number, version of the examples, hour of the frontier: of both forgettings, of either, of none."""


@pytest.mark.parametrize(("line", "models"), [(FIRST, [1, 2, 3]), (SECOND, [3, 4])])
def test_a_model_that_knew_both_is_on_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: Entry, models: list[int]
) -> None:
    headers = [
        {
            "model": number,
            "pins": {"gold.examples": version},
            "frontier": (START + timedelta(hours=hour)).isoformat(),
        }
        for number, version, hour in MODELS
    ]
    monkeypatch.setattr(forget_module, "headers", lambda *_: headers)
    loaded = cast(Any, SimpleNamespace(spec=SimpleNamespace(pipeline="orders")))
    found = Found()
    found.removed = dict.fromkeys(("attempts", "reports", "statistics", "messages", "requests"), 0)
    forgetting = forget_module._Forgetting(
        cast(Any, None),
        Settings(home=tmp_path),
        loaded,
        Subject("orders", {"order_id": "7"}),
        line,
        START,
    )
    assert forgetting._certify(found, {})["models"] == models
