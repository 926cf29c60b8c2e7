"""The pages of pipelines: how far each is, what holds it back, what its hours were and what to do next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from headgate.airflow.pages import pages_app, pipeline_page, pipelines_page
from headgate.airflow.pages.dag_runs import TaskSeconds
from headgate.airflow.pages.render import duration, percent, size
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import DAY, Ledger, release
from tests.unit.in_airflow.viewer import reading, signed_in

NOW = datetime(2024, 1, 2, 13, 30, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


class Clock(datetime):
    @classmethod
    def now(cls, tz: object = None) -> datetime:
        return NOW


@pytest.fixture
def look(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The text of a page, white space apart, for somebody who may read `shop` only."""
    client = signed_in(monkeypatch)
    monkeypatch.setattr(pages_app, "datetime", Clock)
    runs = {DAY + timedelta(hours=7): "backfill__7"}
    monkeypatch.setattr(pipelines_page, "runs_of_hours", lambda dag, hours: runs)
    monkeypatch.setattr(pipeline_page, "live_tasks", lambda dags: {"shop_hourly/silver.gate": "running"})
    return reading(client)


@pytest.fixture
def ledger(pipelines: Settings) -> Ledger:
    return Ledger(pipelines)


@pytest.fixture
def timed(look: Callable[..., str], ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hour, and the seconds that a gate took in the last three runs."""
    ledger.hour(6, rows_in=20, quarantined=0, published=8)
    gate = [TaskSeconds("silver.gate", [2.0, 90.0, 4.0])]
    monkeypatch.setattr(pipeline_page, "task_seconds", lambda dag, runs: gate if dag == "shop_hourly" else [])


def test_a_pipeline_without_an_hour_says_what_to_do(look: Callable[..., str]) -> None:
    text = look("/pipelines")
    assert "No hour is published yet. Airflow runs an hour as soon as it is over" in text
    assert 'href="/dags/shop_hourly">shop_hourly</a>' in text
    assert "pipeline-orders" not in text
    assert "No run of this pipeline has succeeded yet." in look("/pipelines/shop")
    assert "No hour has been through a gate yet." in look("/pipelines/shop")


def test_the_overview_tells_how_far_a_pipeline_is(
    look: Callable[..., str], ledger: Ledger, pipelines: Settings
) -> None:
    ledger.hour(5, rows_in=60, quarantined=3, published=12, since=0)
    ledger.hour(6, rows_in=20, quarantined=0, published=8)
    release(pipelines, 1, "promote", 1)
    release(pipelines, 2, "hold", 2)
    text = look("/pipelines")
    assert "<dt>Last hour done</dt><dd>2024-01-01 06:00</dd>" in text
    assert "<dt>Behind now</dt><dd>1 d 6 h</dd>" in text
    assert "<dt>Published</dt><dd>1 h 24 min ago</dd>" in text
    assert "<dt>Still to do</dt><dd>30 hours</dd>" in text
    assert 'version 1, <a href="/headgate/reports/shop/models/1.html">model 1</a>' in text
    assert '<dt>Last release</dt><dd><a href="/headgate/releases/shop/2">2: hold</a> version 2</dd>' in text
    assert text.count('<span class="tag open">open</span>') == 4
    assert "2024-01-01 00:00 to 2024-01-01 05:00, 6 hours, by the hour: 10 in" in text
    assert "<title>2024-01-01 06:00: 8 published</title>" in text
    assert "by the hour, 80 in the last 2 runs" in text


def learned(settings: Settings, *models: int) -> None:
    rows = [{"model": model, "kind": "header", "header": "{}"} for model in models]
    schema = pa.schema([("model", pa.int64()), ("kind", pa.string()), ("header", pa.string())])
    write_deltalake(str(settings.lake / "shop" / "ops" / "models"), pa.Table.from_pylist(rows, schema))


def test_a_model_that_is_not_decided_on_is_a_candidate_and_no_challenger(
    look: Callable[..., str], ledger: Ledger, pipelines: Settings
) -> None:
    ledger.hour(6, rows_in=20, quarantined=0, published=8)
    learned(pipelines, 1, 2)
    release(pipelines, 1, "promote", 1)
    for page in ("/pipelines", "/pipelines/shop"):
        assert "<dt>Candidate</dt><dd>model 2, not decided yet</dd>" in look(page)
        assert "Challenger" not in look(page)
    release(pipelines, 2, "hold", 2)
    assert "Candidate" not in look("/pipelines")


def test_the_challenger_is_whom_the_release_log_has_on_trial(
    look: Callable[..., str], ledger: Ledger, pipelines: Settings
) -> None:
    ledger.hour(6, rows_in=20, quarantined=0, published=8)
    learned(pipelines, 1, 2, 3)
    release(pipelines, 1, "promote", 1)
    release(pipelines, 2, "challenge", 2, frontier="2024-01-01T06:00:00+00:00")
    for page in ("/pipelines", "/pipelines/shop"):
        text = look(page)
        assert (
            '<dt>Challenger</dt><dd>version 2, <a href="/headgate/reports/shop/models/2.html">model 2</a>, '
            "on trial since 2024-01-01 06:00</dd>"
        ) in text
        assert "<dt>Candidate</dt><dd>model 3, not decided yet</dd>" in text
    release(pipelines, 3, "hold", 2)
    assert "Challenger" not in look("/pipelines")


def test_what_serves_does_not_wait_for_the_first_hour(look: Callable[..., str], pipelines: Settings) -> None:
    for page in ("/pipelines", "/pipelines/shop"):
        assert "<dt>Champion</dt><dd> none yet</dd>" in look(page)
    release(pipelines, 1, "promote", 1)
    for page in ("/pipelines", "/pipelines/shop"):
        assert "<dt>Champion</dt><dd> version 1" in look(page)


def test_of_an_hour_that_was_published_again_the_last_publish_counts(
    look: Callable[..., str], ledger: Ledger
) -> None:
    ledger.hour(6, rows_in=20, quarantined=0, published=8)
    ledger.hour(6, rows_in=21, quarantined=1, published=9)
    text = look("/pipelines")
    assert "<title>2024-01-01 06:00: 21 in</title>" in text
    assert "20 in" not in text


def test_tables_that_are_rolled_back_come_with_the_way_forward(
    look: Callable[..., str], ledger: Ledger
) -> None:
    ledger.hour(5, rows_in=1, quarantined=0, published=1, since=0)
    ledger.hour(6, rows_in=1, quarantined=0, published=1)
    told = {"verdict": "to those of release 1", "decided_by": "anna", "why": HOSTILE}
    ledger.line("rollback", 6, "rolled_back", since=6, **told)
    for page in ("/pipelines", "/pipelines/shop"):
        text = look(page)
        assert "Hours wait: the tables are rolled back, to those of release 1" in text
        assert "By anna: &lt;script&gt;" in text and "<script>alert" not in text
        assert "<code>./headgate replay shop --from 2024-01-01T06 --to 2024-01-01T06</code>" in text
    assert '<span class="tag waits">waits</span>' in look("/pipelines")
    ledger.line("gold", 6, rows={"gold.examples": (1, 0, 1)})
    assert "rolled back" not in look("/pipelines")


def test_a_closed_gate_comes_with_its_reason_its_next_step_and_its_links(
    look: Callable[..., str], ledger: Ledger
) -> None:
    ledger.hour(6, rows_in=20, quarantined=0, published=8)
    ledger.line("bronze", 7)
    ledger.line("silver", 7, "closed", verdict="silver.orders amount.between: 2 of 3 rows break")
    for path in ("/pipelines", "/pipelines/shop"):
        text = look(path)
        assert "The silver gate is closed at 2024-01-01 07:00" in text
        assert "silver.orders amount.between: 2 of 3 rows break" in text
        assert "clear the task silver.stage of this run" in text
        report = "/headgate/reports/shop/silver/2024-01-01T07/2024-01-01T07--00000005.html"
        assert f'<a href="{report}">Report</a>' in text
        assert 'href="/dags/shop_hourly/runs/backfill__7/tasks/silver.gate"' in text
        assert '<span class="tag closed">closed</span>' in text


def test_a_gate_that_opened_again_holds_nothing_back(look: Callable[..., str], ledger: Ledger) -> None:
    ledger.line("silver", 7, "closed", verdict="broken")
    ledger.hour(7, rows_in=20, quarantined=0, published=8)
    assert "is closed" not in look("/pipelines")


def test_the_way_shows_what_is_at_work(look: Callable[..., str], ledger: Ledger) -> None:
    ledger.hour(6, rows_in=20, quarantined=0, published=8)
    ledger.line("bronze", 7)
    text = look("/pipelines/shop")
    silver = text[text.index("<h2>silver</h2>") : text.index("<h2>gold</h2>")]
    assert '<span class="tag waits">waits</span>' in silver
    assert '<span class="tag running">running</span> gate is running' in silver
    assert "nothing serves yet" in text


def test_the_calendar_tells_what_became_of_each_hour(look: Callable[..., str], ledger: Ledger) -> None:
    ledger.hour(2, rows_in=60, quarantined=0, published=12, since=0)
    ledger.hour(3, rows_in=20, quarantined=2, published=8)
    ledger.line("bronze", 4)
    ledger.line("bronze", 5)
    ledger.line("silver", 5, "closed", verdict="broken")
    text = look("/pipelines/shop")
    for said in (
        "2024-01-01 00:00: done, 12 rows published, 0 quarantined, by the run of 2024-01-01 02:00",
        "2024-01-01 02:00: done, 12 rows published, 0 quarantined&#34;",
        "2024-01-01 03:00: done, rows quarantined, 8 rows published, 2 quarantined",
        "2024-01-01 04:00: begun, not through",
        "2024-01-01 05:00: a gate is closed",
        "2024-01-01 06:00: not done yet",
    ):
        assert f'title="{said.removesuffix("&#34;")}' in text
    assert text.count('class="cell ') == 24 + 5
    assert "Earlier days" not in text


def test_every_hour_of_the_calendar_is_a_link_that_says_what_became_of_it(
    look: Callable[..., str], ledger: Ledger
) -> None:
    ledger.hour(3, rows_in=20, quarantined=2, published=8)
    ledger.line("bronze", 4)
    ledger.line("bronze", 5)
    ledger.line("silver", 5, "closed", verdict="broken")
    text = look("/pipelines/shop")
    for place, said in (
        ("published/shop/gold/2024-01-01T03--00000003", "2024-01-01 03:00: done, rows quarantined, 8 rows"),
        ("published/shop/bronze/2024-01-01T04--00000004", "2024-01-01 04:00: begun, not through"),
        (
            "validation/shop/silver/2024-01-01T05/2024-01-01T05--00000006",
            "2024-01-01 05:00: a gate is closed",
        ),
    ):
        link = text[text.index(f'href="/headgate/{place}"') :]
        assert link.partition(">")[2].startswith(f'<span class="unseen">{said}')
    cells = text[text.index('<table class="calendar">') : text.index("</table>", text.index("calendar"))]
    assert cells.count("<a ") == 3
    assert '<a class="unseen" href="#after-hours">Skip the hours</a>' in text
    assert '<h2 id="after-hours">' in text
    assert "publish" in look("/published/shop/gold/2024-01-01T03--00000003").lower()


def test_what_the_bars_of_a_chart_say_is_text_too(look: Callable[..., str], timed: None) -> None:
    text = look("/pipelines/shop")
    assert "<summary>each run</summary><p>2.0 s · 1 min 30 s · 4.0 s</p>" in text
    assert "<summary>each run</summary><p>3.0 KB</p>" in text
    overview = look("/pipelines")
    assert "<summary>The same as a table</summary>" in overview
    numbers = "".join(f'<td class="number">{said}</td>' for said in (20, 0, 8))
    assert f'<th scope="row">2024-01-01 06:00</th>{numbers}' in overview


def test_seconds_and_bytes_are_told_by_task(look: Callable[..., str], timed: None) -> None:
    text = look("/pipelines/shop")
    numbers = "".join(f'<td class="number">{said}</td>' for said in ("4.0 s", "4.0 s", "1 min 30 s"))
    assert f'<th scope="row">silver.gate</th>{numbers}' in text
    assert '<th scope="row">gold</th><td class="number">3.0 KB</td>' in text


def test_the_tab_of_a_dag_finds_its_pipeline(look: Callable[..., str]) -> None:
    for dag in ("shop_hourly", "shop_learn", "shop_promote"):
        assert "<h1>shop" in look(f"/pipeline?dag={dag}")
    assert "somebody_elses is none of Headgate's pipelines" in look("/pipeline?dag=somebody_elses")
    look("/pipeline?dag=orders_hourly", status=403)
    look("/pipelines/orders", status=403)


def test_a_publish_shows_the_versions_of_its_tables(look: Callable[..., str], ledger: Ledger) -> None:
    path, versions = "/published/shop/gold/2024-01-01T06--a", {"gold.examples": 7}
    ledger.line("gold", 6, "intent", number=4, versions=versions, attempt="2024-01-01T06--a")
    assert "Publish 4 has begun and not ended" in look(path)
    rows = {"gold.examples": (8, 0, 8)}
    ledger.line("gold", 6, rows=rows, number=4, versions=versions, attempt="2024-01-01T06--a")
    text = look(path)
    numbers = "".join(f'<td class="number">{said}</td>' for said in (6, 7, 8))
    assert f'<th scope="row">gold.examples</th>{numbers}' in text
    assert "Publish 4 gave these tables these versions" in text
    assert "has published nothing" in look("/published/shop/gold/2024-01-01T07--b", status=404)
    look("/published/orders/gold/2024-01-01T06--a", status=403)


def test_what_comes_from_data_stays_text(look: Callable[..., str], ledger: Ledger) -> None:
    ledger.line("silver", 7, "closed", verdict=HOSTILE)
    for path in ("/pipelines", "/pipelines/shop"):
        text = look(path)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert "<script>alert" not in text and "<img" not in text
    assert "<script>alert" not in look("/pipeline?dag=%3Cscript%3Ealert(1)%3C/script%3E")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.04, "0.0 s"),
        (59.94, "59.9 s"),
        (60, "1 min"),
        (185, "3 min 5 s"),
        (3600, "1 h"),
        (7800, "2 h 10 min"),
        (86400 * 2 + 3600, "2 d 1 h"),
        (86400 * 30, "30 d"),
        (None, "–"),
        (timedelta(minutes=3), "3 min"),
    ],
)
def test_durations_are_short(seconds: float | timedelta | None, said: str) -> None:
    assert duration(seconds) == said


def test_sizes_and_shares_are_short() -> None:
    assert [size(n) for n in (0, 999, 1000, 25_400, 3_000_000, 4e12)] == [
        "0 bytes", "999 bytes", "1.0 KB", "25.4 KB", "3.0 MB", "4,000.0 GB",
    ]  # fmt: skip
    assert [percent(n) for n in (0, 0.0004, 0.05, 0.9995, 1)] == [
        "0.0 %", "< 0.1 %", "5.0 %", "> 99.9 %", "100.0 %",
    ]  # fmt: skip
