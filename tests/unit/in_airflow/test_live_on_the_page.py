"""What a pipeline's page says of its predictions: how good they were, how far the data have drifted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from headgate.airflow.pages import records
from headgate.monitoring.drift_check import ColumnDrift
from headgate.monitoring.drift_log import append_day
from headgate.monitoring.live_day import LiveDay, keep_live_days
from headgate.spec.pipeline import Drift
from headgate.spec.settings import Settings
from tests.unit.in_airflow.viewer import reading, signed_in

NOTHING = "Nothing to look back at yet. Hours are scored once a champion serves"


@pytest.fixture
def page(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """The text of the page of `shop`, white space apart."""
    look = reading(signed_in(monkeypatch))
    return lambda: look("/pipelines/shop")


def test_before_the_first_score_the_page_says_how_it_comes(page: Callable[[], str]) -> None:
    assert NOTHING in page()


def test_the_figures_of_each_day_are_told_the_latest_first(
    page: Callable[[], str], pipelines: Settings
) -> None:
    figures = {"auc": 0.7138, "log_loss": 0.538, "calibration_error": 0.0621}
    keep_live_days(
        pipelines,
        "shop",
        [
            LiveDay(date(2024, 1, 1), "champion", (1, 2), 1200, 3, 1190, False, figures),
            LiveDay(date(2024, 1, 2), "champion", (2, 2), 600, 0, 0, True, {}),
        ],
    )
    text = page()
    assert NOTHING not in text
    assert text.index(">2024-01-02 *</th>") < text.index(">2024-01-01</th>")
    assert "* provisional: not all labels of the day can be known yet" in text
    row = text[text.index(">2024-01-01</th>") :].partition("</tr>")[0]
    assert "<td>champion</td><td>1 to 2</td>" in row
    numbers = [part.partition("</td>")[0] for part in row.split('<td class="number">')[1:]]
    assert numbers[:5] == ["1,200", "1,190", "0.714", "0.538", "0.062"]


def test_what_did_not_change_is_not_read_again(
    page: Callable[[], str], pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    for name in ("drift_days", "kept_live_days"):
        reads = getattr(records, name)

        def counted(*arguments: object, name: str = name, reads: Callable[..., object] = reads) -> object:
            read.append(name)
            return reads(*arguments)

        monkeypatch.setattr(records, name, counted)
    page()
    assert sorted(read) == ["drift_days", "kept_live_days"]
    page()
    assert len(read) == 2
    keep_live_days(pipelines, "shop", [LiveDay(date(2024, 1, 1), "champion", (1, 1), 5, 0, 0, True, {})])
    assert ">2024-01-01 *</th>" in page() and read[2:] == ["kept_live_days"]
    far = ColumnDrift("amount", 100, 0.9, 0.5, 0.1, 0.2)
    append_day(pipelines, "shop", date(2024, 1, 1), 1, 1, [far], Drift(days=3, of=5))
    assert "On 2024-01-01 drifted: amount." in page() and read[3:] == ["drift_days"]
    page()
    assert len(read) == 4


def test_what_drifted_is_named_with_what_follows_from_it(
    page: Callable[[], str], pipelines: Settings
) -> None:
    far = ColumnDrift("amount", 100, 0.9, 0.5, 0.1, 0.2)
    for number in (1, 2, 3):
        append_day(pipelines, "shop", date(2024, 1, number), 1, 1, [far], Drift(days=3, of=5))
    text = page()
    assert "A challenger is asked for: amount drift for days, up to 2024-01-03." in text
    assert "On 2024-01-03 drifted: amount." in text and "On 2024-01-01 drifted: amount." in text
