"""Why a release was decided as it was, as lists say it."""

from __future__ import annotations

from typing import Any

import pytest

from headgate.releases.release_rows import Release
from headgate.releases.why import in_short

ROWS = {"check": "rows", "passed": True, "said": "900 labelled rows, 100 needed"}
LOSS = {"check": "log loss", "passed": True, "said": "log loss changes by -0.0010"}
WORSE = {"check": "log loss", "passed": False, "said": "log loss changes by +0.0200"}
YES = {"check": "approval", "passed": True, "said": "anna approved of it"}
NO = {"check": "approval", "passed": False, "said": "anna did not approve of it"}
MOVED = {"check": "alias", "passed": True, "said": "the alias champion was moved in MLflow"}


@pytest.mark.parametrize(
    ("decision", "reasons", "said"),
    [
        ("promote", [ROWS, LOSS], "all checks passed (2)"),
        ("ask", [ROWS, LOSS], "all checks passed (2), so somebody is asked"),
        ("promote", [ROWS, LOSS, YES], "anna approved of it, all checks passed (2)"),
        ("hold", [ROWS, LOSS, NO], "anna did not approve of it"),
        ("hold", [ROWS, WORSE], "log loss changes by +0.0200"),
        ("by_hand", [MOVED], "the alias champion was moved in MLflow"),
        ("by_hand", [], "the alias was moved by hand"),
    ],
)
def test_a_list_says_what_decided(decision: str, reasons: list[dict[str, Any]], said: str) -> None:
    assert in_short(Release(1, decision, 1, 1, None, reasons)) == said
