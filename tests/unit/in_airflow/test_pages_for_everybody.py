"""Pages for everybody: headings in steps, native elements with names, and ways on where there is nothing."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from headgate.airflow.pages import access, pages_app, pipeline_page, render
from headgate.airflow.pages.dag_runs import TaskSeconds
from headgate.airflow.pages.form_token import form_token
from headgate.gates.verdict import RuleResult, Verdict
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import ORDERS_CONTRACT, Ledger, changes, release, request
from tests.unit.in_airflow.viewer import VIEWER, signed_in

HOUR, FIRST, LAST = "2024-01-01T05", "2024-01-01T05--00000001", "2024-01-01T05--00000002"
JUDGED = f"/validation/shop/silver/{HOUR}"
PAGES = [
    *("/pipelines", "/pipelines/shop", "/pipelines/shop?until=0001-01-01", "/pipeline?dag=shop_learn"),
    *("/pipeline?dag=somebody_elses", "/quarantine", "/quarantine/shop/orders"),
    *("/quarantine/shop/orders?rule=amount.between&hour=2024-01-01T09", "/quarantine/shop/none"),
    *("/releases", "/releases/shop/1", "/releases/shop/9", "/releases/shop/1/back", "/releases/shop/2/back"),
    *(
        "/compare/shop?first=1&second=2",
        "/reports",
        "/catalog",
        "/catalog?q=none",
        "/catalog/shop/silver.orders",
    ),
    *("/catalog/shop/gold.examples", "/history/shop/silver.orders", "/history/shop/gold.examples"),
    *(f"/published/shop/gold/{HOUR}--00000003", "/published/shop/gold/none", "/learned/shop/none"),
    *(f"{JUDGED}/{LAST}", f"{JUDGED}/{FIRST}", f"{JUDGED}/none", "/pipelines/orders", "/nothing"),
    *("/validation?dag=shop_hourly&run=r&task=silver.gate", "/validation?dag=x&run=r&task=y"),
    *("/reports/shop/models/1.html", "/compare/shop?first=one&second=2"),
]
VOID = ("meta", "link", "input", "img")


@pytest.fixture
def client(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Somebody who may do everything with `shop`, to which nothing has come yet."""
    monkeypatch.setattr(pages_app, "run_hour", lambda dag, run: HOUR)
    monkeypatch.setattr(pages_app, "staged_attempt", lambda dag, run, hop: None)
    return signed_in(monkeypatch)


@pytest.fixture
def filled(client: TestClient, pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The same when there is something of everything: a closed gate, rows apart, requests, releases."""
    timed = [TaskSeconds("silver.gate", [2.0, 4.0])]
    monkeypatch.setattr(pipeline_page, "task_seconds", lambda dag, runs: timed)
    (pipelines.expectations / "shop" / "silver.orders.yaml").write_text(ORDERS_CONTRACT)
    ledger = Ledger(pipelines)
    version = changes(pipelines, {"_failed_rules": ["amount.between"]}, {"_failed_rules": ["amount.between"]})
    ledger.hour(4, rows_in=20, quarantined=2, published=8)
    ledger.line("bronze", 5)
    ledger.line("silver", 5, versions={"silver.orders_changes": version})
    ledger.line("gold", 5, versions={"gold.examples": 1}, attempt=f"{HOUR}--00000003")
    ledger.line("bronze", 6)
    ledger.line("silver", 6, "closed", verdict="broken")
    request(pipelines, 1, changes=[["orders/2024/a.csv", 1, 0]])
    for number, decision in ((1, "promote"), (2, "hold")):
        release(pipelines, number, decision, number)
    folder = pipelines.reports / "shop" / "silver" / HOUR
    (folder / "data_docs").mkdir(parents=True)
    (folder / "data_docs" / "index.html").write_text("data docs")
    rules = [
        RuleResult("silver.orders", name, "row", "amount", "quarantine", 20, broken, not broken, words=name)
        for name, broken in (("amount.between", 2), ("amount.required", 0))
    ]
    told = Verdict("d" * 64, True, rules, {"silver.orders": {"staged": 20, "quarantined": 2}}, "", "20 rows")
    for moment, name in enumerate((FIRST, LAST), 1):
        (folder / f"{name}.json").write_text(told.to_json())
        (folder / f"{name}.html").write_text("report")
        os.utime(folder / f"{name}.html", (moment, moment))
    return client


@dataclass
class Seen(HTMLParser):
    """The elements of a page: tag, attributes, text, and the tags around."""

    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = Element(tag, dict(attributes), [one.tag for one in self.open])
        self.elements.append(found)
        if tag not in VOID:
            self.open.append(found)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.text += data


@dataclass
class Element:
    tag: str
    attributes: dict[str, str | None]
    around: list[str]
    text: str = ""


def elements_of(text: str) -> list[Element]:
    seen = Seen()
    seen.feed(text.replace("<!doctype html>", ""))
    assert seen.open == []
    return seen.elements


def question(client: TestClient) -> str:
    """The page that asks whether all rows are to be dismissed."""
    form = {"action": "dismiss", "which": "all", "why": "w", "token": form_token(VIEWER, "shop_quarantine")}
    return client.post("/quarantine/shop/orders", data=form).text


@pytest.fixture
def texts(filled: TestClient) -> dict[str, str]:
    return {path: filled.get(path).text for path in PAGES} | {"question": question(filled)}


def test_headings_begin_with_one_and_go_down_step_by_step(texts: dict[str, str]) -> None:
    for path, text in texts.items():
        if "<html" in text:
            levels = [int(one.tag[1]) for one in elements_of(text) if re.fullmatch("h[1-6]", one.tag)]
            assert levels[0] == 1 and levels.count(1) == 1, path
            assert all(later <= before + 1 for before, later in pairwise(levels)), path


def test_headings_of_pages_without_anything_go_down_step_by_step_too(client: TestClient) -> None:
    for path in PAGES:
        levels = [int(level) for level in re.findall("<h([1-6])", client.get(path).text)]
        assert levels[0] == 1 and levels.count(1) == 1, path
        assert all(later <= before + 1 for before, later in pairwise(levels)), path


def test_what_one_acts_on_is_native_and_has_a_name(texts: dict[str, str]) -> None:
    acted: dict[str, int] = {}
    for path, text in texts.items():
        for one in elements_of(text):
            names = one.attributes
            assert not [name for name in names if name.startswith("on") or name in ("style", "tabindex")], (
                path
            )
            assert names.get("role") in (None, "status", "alert", "img", "search"), path
            assert ("href" in names) == (one.tag in ("a", "link")), path
            assert ("name" in names) <= (one.tag in ("input", "select", "button", "meta")), path
            acted[one.tag] = acted.get(one.tag, 0) + 1
            if one.tag == "input" and names.get("type") != "hidden":
                assert "label" in one.around or names.get("aria-label"), path
            if one.tag == "select":
                assert "label" in one.around, path
            if one.tag in ("a", "button", "summary", "legend") and "disabled" not in names:
                assert one.text.strip() or names.get("aria-label"), path
            if one.tag == "svg":
                assert names.get("aria-label", "").strip(), path  # type: ignore[union-attr]
    assert all(acted[tag] for tag in ("a", "button", "input", "select", "details", "form", "svg"))


SCRIPT = 'document.addEventListener("click"'


def test_the_one_script_adds_no_action_to_what_is_no_link() -> None:
    text = render._source("leave_frame.js")
    assert text.count("addEventListener") == 1 and SCRIPT in text and 'closest("a[target=_top]")' in text


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("/pipelines", "switched on; for hours gone by choose <em>Trigger</em>, <em>Backfill</em> there."),
        (
            "/pipelines/shop",
            "switched on; for hours gone by choose <em>Trigger</em>, <em>Backfill</em> there.",
        ),
        ("/pipelines/shop", "Its runs in Airflow</a> say how far they are."),
        ("/quarantine", ">What was asked for before</a>"),
        ("/quarantine/shop/orders", '<a href="/headgate/catalog/shop/silver.orders">The contract</a>'),
        ("/quarantine/shop/orders?rule=x", '<a href="/headgate/quarantine/shop/orders">All 0 rows</a>'),
        ("/releases", '<a href="/headgate/pipelines/shop">How far the pipeline is</a>'),
        ("/reports", '<a href="/headgate/pipelines">pipeline</a> says what it waits for.'),
        ("/history/shop/silver.orders", '<a href="/headgate/pipelines/shop">How far the pipeline is</a>'),
        ("/published/shop/gold/none", '<a href="/headgate/reports#shop">What its gates said</a>'),
        ("/pipeline?dag=x", '<a href="/headgate/pipelines">All pipelines</a>'),
        ("/releases/shop/1", '<a href="/headgate/releases">All releases</a>'),
        ("/catalog?q=none", '<a href="/headgate/catalog">All tables</a>'),
        ("/learned/shop/none", '<a href="/headgate/releases">Releases</a>'),
    ],
)
def test_a_page_without_anything_leads_on(client: TestClient, path: str, way: str) -> None:
    assert way in " ".join(client.get(path).text.split())


@pytest.mark.parametrize("path", ["/pipelines", "/quarantine", "/reports"])
def test_without_a_pipeline_pages_say_how_one_comes(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(access, "is_allowed", lambda method, dag, user: False)
    text = " ".join(client.get(path).text.split())
    assert "There is no pipeline that you may read." in text
    assert "<strong>Next:</strong> <code>./headgate new NAME</code> writes one that runs" in text


def test_data_docs_are_linked_by_the_attempt_that_they_are_of(texts: dict[str, str]) -> None:
    link = f'href="/headgate/reports/shop/silver/{HOUR}/data_docs/index.html"'
    replaced = "Great Expectations' Data Docs are kept of the latest attempt alone."
    assert link in texts[f"{JUDGED}/{LAST}"] and replaced not in texts[f"{JUDGED}/{LAST}"]
    assert link not in texts[f"{JUDGED}/{FIRST}"] and replaced in texts[f"{JUDGED}/{FIRST}"]
