"""A decision is in the name of who triggered the run, or of whom a command of Headgate did it for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from headgate.airflow.operators.decide import who_asked, who_decides


@pytest.mark.parametrize(
    ("user", "conf", "who"),
    [
        ("anna", {}, "anna"),
        ("anna", None, "anna"),
        ("admin", {"decision": "accept"}, "admin"),
        ("admin", {"asked_by": "ben"}, "ben"),
        ("anna", {"asked_by": "ben"}, "anna"),  # whoever may trigger the DAG writes what they like there
        (None, {"asked_by": "ben"}, ""),
    ],
)
def test_the_commands_account_alone_is_believed_for_whom_it_asks(
    user: str | None, conf: dict[str, Any] | None, who: str
) -> None:
    run = SimpleNamespace(run_id="a run", triggering_user_name=user, conf=conf)
    assert who_asked(run) == who
    if who:
        assert who_decides(run, "A decision", "./headgate gate") == who
