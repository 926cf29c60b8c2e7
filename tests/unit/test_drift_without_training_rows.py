"""Drift cannot be told where the version that the champion learned from is gone; other errors are errors."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pyspark.errors import AnalysisException

from headgate.monitoring import check_drift

GONE = "[DELTA_VERSION_NOT_FOUND] Cannot time travel Delta table to version 2. Available versions: [5, 5]."
OTHER = "[UNRESOLVED_COLUMN] A column with name `delay` cannot be resolved."


def yardsticks(monkeypatch: pytest.MonkeyPatch, said: str) -> tuple[Any, Any]:
    """What is found where reading the training rows fails so."""

    def fails(*_: object) -> None:
        raise AnalysisException(said)

    monkeypatch.setattr(check_drift, "training_days", fails)
    monkeypatch.setattr(check_drift, "score_days", lambda *_: pytest.fail("nothing to hold scores against"))
    nothing, champion = cast(Any, None), cast(Any, SimpleNamespace(header={}))
    now = datetime(2013, 1, 12, tzinfo=UTC)
    return check_drift._yardsticks(nothing, nothing, "rides", nothing, nothing, champion, now)


def test_a_version_that_is_gone_leaves_no_yardstick(monkeypatch: pytest.MonkeyPatch) -> None:
    assert yardsticks(monkeypatch, GONE) == ([], {})


def test_another_error_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AnalysisException, match="UNRESOLVED_COLUMN"):
        yardsticks(monkeypatch, OTHER)
