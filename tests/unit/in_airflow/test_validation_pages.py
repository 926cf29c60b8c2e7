"""The pages about validation: verdict, rules in words, samples as text, trends, a table's history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from headgate.airflow.pages import pages_app
from headgate.gates.verdict import RuleResult, Verdict
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import Ledger
from tests.unit.in_airflow.viewer import reading, signed_in

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
AMOUNT = RuleResult(
    table="silver.orders",
    rule="amount.between",
    kind="row",
    column="amount",
    on_fail="quarantine",
    rows=200,
    unexpected=7,
    passed=False,
    samples=[{"key": {"order_id": "17"}, "value": "-3.5"}, {"key": {"order_id": None}, "value": None}],
    why="money is never negative",
    words="amount is at least 0",
)
HELD = replace(AMOUNT, rule="order_id.required", words="order_id is never missing", unexpected=0, passed=True)
CLOSING = replace(AMOUNT, on_fail="close")


def verdict(*rules: RuleResult) -> Verdict:
    passed = not any(rule.closes for rule in rules)
    rows = {"silver.orders": {"staged": 200, "quarantined": 7}}
    return Verdict("d" * 64, passed, list(rules), rows, "", "200 rows staged, 7 quarantined")


@pytest.fixture
def judged(pipelines: Settings) -> Callable[..., str]:
    """Puts what silver's gate said of an hour on record; gives the attempt."""
    ledger = Ledger(pipelines)

    def judged(hour: int, found: Verdict | None, state: str = "done", said: str = "passed") -> str:
        ledger.line("silver", hour, state, rows={"silver.orders": (200, 7, 193)}, verdict=said)
        name = f"2024-01-01T{hour:02d}"
        attempt = f"{name}--0000000{ledger.lines}"
        folder = pipelines.reports / "shop" / "silver" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{attempt}.html").write_text("the report")
        if found is not None:
            (folder / f"{attempt}.json").write_text(found.to_json())
        return attempt

    return judged


@pytest.fixture
def look(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The text of a page, white space apart, for somebody who may read `shop` only."""
    client = signed_in(monkeypatch)
    monkeypatch.setattr(pages_app, "run_hour", lambda dag, run: run)
    monkeypatch.setattr(pages_app, "staged_attempt", lambda dag, run, hop: last_attempt(pipelines, hop, run))
    return reading(client)


def last_attempt(settings: Settings, hop: str, hour: str) -> str | None:
    """As if the run of an hour had made the last attempt of it."""
    files = sorted((settings.reports / "shop" / hop / hour).glob("*.html"))
    return files[-1].stem if files else None


TAB = "/validation?dag=shop_hourly&run=2024-01-01T07&task=silver.gate"


def test_an_open_gate_tells_its_verdict_its_rules_and_a_few_rows(
    look: Callable[..., str], judged: Callable[..., str]
) -> None:
    attempt = judged(7, verdict(HELD, AMOUNT))
    text = look(TAB)
    assert text.index("The gate is open") < text.index("amount is at least 0") < text.index("1 rule holds")
    assert "200 rows staged, 7 quarantined." in text
    assert "7 of 200 rows · 3.5 %" in text
    assert "money is never negative" in text
    assert "<td><code>17</code></td><td><code>-3.5</code></td>" in text
    assert "<td><code>missing</code></td><td><code>missing</code></td>" in text
    assert "and 5 more" in text
    assert f'href="/headgate/reports/shop/silver/2024-01-01T07/{attempt}.html"' in text
    assert "<iframe" not in text


def test_a_closed_gate_tells_what_closed_it_and_what_to_do(
    look: Callable[..., str], judged: Callable[..., str]
) -> None:
    judged(7, verdict(CLOSING), "closed")
    text = look(TAB)
    assert "The gate is closed" in text
    assert "silver.orders amount.between: 7 of 200 rows break “amount is at least 0”" in text
    assert "Nothing of this hour is published" in text
    assert "<strong>Next:</strong> Mend the source file" in text


def test_the_trend_of_a_rule_goes_up_to_the_hour_and_no_further(
    look: Callable[..., str], judged: Callable[..., str]
) -> None:
    judged(4, verdict(AMOUNT))
    judged(5, verdict(replace(AMOUNT, unexpected=0, passed=True)))
    judged(5, verdict(replace(AMOUNT, unexpected=2)))
    judged(7, verdict(AMOUNT))
    judged(8, verdict(AMOUNT))
    text = look(TAB)
    assert "broken in 3 of the last 3 judged runs" in text
    assert "<title>2024-01-01 05:00: 2 of 200 · 1.0 %</title>" in text
    said = ("04:00: 7 of 200 · 3.5 %", "05:00: 2 of 200 · 1.0 %", "07:00: 7 of 200 · 3.5 %")
    listed = " · ".join(f"2024-01-01 {one}" for one in said)
    assert f"<summary>each run</summary><p>{listed}</p>" in text
    assert "2024-01-01 08:00" not in text


def test_a_column_that_is_personal_now_is_masked_whatever_it_was_then(
    look: Callable[..., str], judged: Callable[..., str], pipelines: Settings
) -> None:
    two = replace(
        AMOUNT,
        column=None,
        rule="amount_order_id.equal",
        samples=[{"key": {"order_id": "17"}, "value": "order_id=17, amount=-3.5"}],
    )
    judged(7, verdict(AMOUNT, replace(two, on_fail="close")), "closed")
    assert "-3.5" in look(TAB)
    contract = pipelines.expectations / "shop" / "silver.orders.yaml"
    text = contract.read_text()
    contract.write_text(text.replace("amount: {type: double}", "amount: {type: double, personal: true}"))
    shown = look(TAB)
    assert "-3.5" not in shown
    assert "<td><code>17</code></td><td><code>•••</code></td>" in shown
    assert "Personal values are not shown." in shown
    contract.write_text(contract.read_text().replace("{type: bigint}", "{type: bigint, personal: true}"))
    shown = look(TAB)
    assert "<code>17</code>" not in shown and "order_id=17" not in shown


def make_personal(settings: Settings, column: str) -> None:
    contract = settings.expectations / "shop" / "silver.orders.yaml"
    text = contract.read_text()
    contract.write_text(text.replace(f"{column}: {{type: ", f"{column}: {{personal: true, type: "))


def test_what_was_accepted_is_masked_like_what_closed(
    look: Callable[..., str], judged: Callable[..., str], pipelines: Settings
) -> None:
    closed = replace(verdict(CLOSING), message="silver.orders amount.between (such as order_id=17: -3.5)")
    judged(7, closed.accept("anna", "the source had an outage"))
    assert "accepted by anna: the source had an outage (silver.orders amount.between" in look(TAB)
    assert "order_id=17: -3.5" in look(TAB)
    make_personal(pipelines, "amount")
    shown = look(TAB)
    assert "accepted by anna: the source had an outage (silver.orders amount.between" in shown
    assert "order_id=17: •••" in shown and "-3.5" not in shown
    make_personal(pipelines, "order_id")
    assert "order_id=•••: •••" in look(TAB) and "order_id=17" not in look(TAB)


def test_a_text_that_fits_no_type_is_masked_where_its_column_is_personal(
    look: Callable[..., str], judged: Callable[..., str], pipelines: Settings
) -> None:
    typed = replace(
        CLOSING,
        kind="columns",
        column=None,
        rule="values.typed",
        samples=[{"key": {"column": "amount"}, "value": "2 rows are no double, like 'Mr Secret'"}],
    )
    judged(7, verdict(typed), "closed")
    assert "Mr Secret" in look(TAB)
    make_personal(pipelines, "amount")
    assert "Secret" not in look(TAB) and "column=amount: •••" in look(TAB)


def test_a_rule_on_columns_counts_columns(look: Callable[..., str], judged: Callable[..., str]) -> None:
    found = [{"key": {"column": "amount"}, "value": "2 rows are no double"}]
    typed = replace(CLOSING, kind="columns", column=None, rule="values.typed", rows=3, unexpected=1)
    judged(7, verdict(replace(typed, samples=found)), "closed")
    assert "1 of 3 columns · 33.3 %" in look(TAB)
    assert '<th scope="col">column</th><th scope="col">found</th>' in look(TAB)


def test_the_note_of_a_closed_gate_masks_like_its_report(
    look: Callable[..., str],
    judged: Callable[..., str],
    pipelines: Settings,
) -> None:
    attempt = judged(7, verdict(CLOSING), "closed", "amount.between (such as order_id=17: -3.5)")
    for page in ("/pipelines", "/pipelines/shop"):
        assert "(such as order_id=17: -3.5, order_id=None)" in look(page)
    make_personal(pipelines, "amount")
    for page in ("/pipelines", "/pipelines/shop"):
        assert "7 of 200 rows break “amount is at least 0” (such as order_id=17: •••" in look(page)
        assert "-3.5" not in look(page)
    (pipelines.reports / "shop" / "silver" / "2024-01-01T07" / f"{attempt}.json").unlink()
    for page in ("/pipelines", "/pipelines/shop"):
        text = look(page)
        assert "-3.5" not in text
        assert (
            "The verdict beside its report was removed, and what the ledger quotes may be personal." in text
        )
        assert "./headgate query &#34;SELECT verdict FROM shop_ops.hops&#34;" in text


def test_every_attempt_of_an_hour_is_to_be_seen(look: Callable[..., str], judged: Callable[..., str]) -> None:
    first = judged(7, verdict(CLOSING), "closed")
    second = judged(7, verdict(HELD))
    text = look(f"/validation/shop/silver/2024-01-01T07/{first}")
    assert "The gate is closed" in text
    assert f'href="/headgate/validation/shop/silver/2024-01-01T07/{second}"' in text
    assert "2 attempts came to this gate" in text


REPLAY_TAB = "/validation?dag=shop_replay&run=manual__1&task=silver.gate"


def test_a_task_shows_what_the_gate_said_in_its_own_run(
    look: Callable[..., str], judged: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hourly = judged(7, verdict(HELD))
    replayed = judged(7, verdict(CLOSING), "closed")
    own = {
        ("shop_hourly", "2024-01-01T07", "silver"): hourly,
        ("shop_replay", "manual__1", "silver"): replayed,
    }
    monkeypatch.setattr(pages_app, "staged_attempt", lambda dag, run, hop: own.get((dag, run, hop)))
    for tab, said, attempt in (
        (TAB, "The gate is open", hourly),
        (REPLAY_TAB, "The gate is closed", replayed),
    ):
        text = look(tab)
        assert said in text and "hour 2024-01-01 07:00 UTC" in text
        assert f'aria-current="true">{attempt}</a>' in text
        assert "2 attempts came to this gate" in text


def test_a_run_that_was_not_judged_shows_no_other_runs_report_as_its_own(
    look: Callable[..., str], judged: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    told, untold = judged(7, verdict(CLOSING), "closed"), judged(7, None)
    for own in (None, "2024-01-01T07--99999999"):
        monkeypatch.setattr(pages_app, "staged_attempt", lambda dag, run, hop, own=own: own)
        text = look(TAB)
        assert "In this run the gate of silver has not judged the hour 2024-01-01 07:00." in text
        assert "The gate is closed" not in text and "<iframe" not in text
        assert "What it said of this hour in other runs, or before this one was cleared:" in text
        assert f'href="/headgate/validation/shop/silver/2024-01-01T07/{told}"' in text
        assert f'href="/headgate/reports/shop/silver/2024-01-01T07/{untold}.html"' in text
    monkeypatch.setattr(pages_app, "staged_attempt", lambda dag, run, hop: None)
    assert "its run has staged nothing here yet" in look(REPLAY_TAB)
    look(REPLAY_TAB.replace("shop", "orders"), status=403)


def test_a_report_without_its_verdict_is_shown_as_it_is(
    look: Callable[..., str], judged: Callable[..., str]
) -> None:
    attempt = judged(7, None)
    assert f'<iframe src="/headgate/reports/shop/silver/2024-01-01T07/{attempt}.html"' in look(TAB)
    look(f"/validation/shop/silver/2024-01-01T07/{attempt}", status=404)


def test_the_history_of_a_table_tells_each_hour(look: Callable[..., str], judged: Callable[..., str]) -> None:
    judged(6, None)
    closed = judged(7, verdict(CLOSING, HELD), "closed")
    text = look("/history/shop/silver.orders")
    assert text.index("2024-01-01 07:00</a>") < text.index("2024-01-01 06:00</a>")
    assert f'href="/headgate/validation/shop/silver/2024-01-01T07/{closed}"' in text
    assert '<span class="tag closes">closes</span> amount is at least 0 <span class="soft">7 of 200' in text
    assert text.count("not kept") == 1
    assert "No gate has judged gold.examples yet." in look("/history/shop/gold.examples")
    look("/history/shop/silver.nothing", status=404)
    look("/history/orders/silver.orders", status=403)


def test_the_history_of_predictions_is_that_of_the_hop_that_scores(
    look: Callable[..., str], pipelines: Settings
) -> None:
    Ledger(pipelines).line("scores", 7, rows={"gold.predictions": (40, 0, 40)})
    text = look("/history/shop/gold.predictions")
    assert 'href="/headgate/validation/shop/scores/2024-01-01T07/2024-01-01T07--00000001"' in text
    assert '<td class="number">40</td><td class="number">0</td><td class="number">40</td>' in text


def test_an_error_is_told_by_its_class_where_a_column_is_personal(
    look: Callable[..., str], judged: Callable[..., str], pipelines: Settings
) -> None:
    raised = "[CAST_INVALID_INPUT] The value 'SW1A 1AA' of the type STRING cannot be cast"
    judged(7, verdict(replace(CLOSING, error=raised)), "closed")
    assert "SW1A 1AA" in look(TAB)
    make_personal(pipelines, "order_id")
    assert "SW1A" not in look(TAB) and "SW1A" not in look("/pipelines")
    assert "could not be judged ([CAST_INVALID_INPUT]; its text may have personal values" in look(TAB)


def test_what_comes_from_data_stays_text(look: Callable[..., str], judged: Callable[..., str]) -> None:
    hostile = replace(
        CLOSING,
        table=HOSTILE,
        rule=HOSTILE,
        words=HOSTILE,
        why=HOSTILE,
        error=HOSTILE,
        samples=[{"key": {HOSTILE: HOSTILE}, "value": HOSTILE}],
    )
    judged(7, verdict(hostile), "closed")
    for path in (TAB, "/history/shop/silver.orders"):
        text = look(path)
        assert "<script>alert" not in text and "<img" not in text
    assert look(TAB).count("&lt;script&gt;alert(1)") >= 7


@pytest.mark.parametrize("path", ["..%2f..%2fsecret", "../../secret", "%2e%2e"])
def test_nothing_but_a_verdict_is_read(look: Callable[..., str], path: str, pipelines: Settings) -> None:
    pipelines.reports.mkdir(parents=True)
    (pipelines.home / "secret.json").write_text(verdict(HELD).to_json())
    look(f"/validation/shop/silver/2024-01-01T07/{path}", status=404)
