"""Reports as they were written, and what became personal since: masked, or withheld."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from headgate.gates.verdict import RuleResult, Verdict
from headgate.spec.settings import Settings
from tests.unit.in_airflow.viewer import signed_in

HOUR, ATTEMPT = "2024-01-01T07", "2024-01-01T07--0a1b2c3d"
PLACE = f"/reports/shop/silver/{HOUR}"
ROW = RuleResult(
    table="silver.orders",
    rule="amount.between",
    kind="row",
    column="amount",
    on_fail="warn",
    rows=200,
    unexpected=7,
    passed=False,
    samples=[{"key": {"order_id": "17"}, "value": "-3.5"}],
)
HELD = replace(ROW, unexpected=0, passed=True, samples=[])
FIGURE = replace(HELD, rule="amount.max_to_be_between", kind="table", rows=0)
TYPE = replace(HELD, rule="amount.type", kind="table", rows=0)
ERROR = replace(
    HELD,
    column="order_id",
    rule="order_id.between",
    passed=False,
    error="[CAST_INVALID_INPUT] The value 'SW1A 1AA' of the type STRING",
)
AS_WRITTEN, SAID, WITHHELD = "as it was written", "The gate is", "is withheld"


@pytest.fixture
def client(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    return signed_in(monkeypatch)


def write(settings: Settings, *rules: RuleResult) -> Path:
    """A report with Data Docs, and the verdict beside it; gives the verdict's file."""
    folder = settings.reports / "shop" / "silver" / HOUR
    (folder / "data_docs").mkdir(parents=True)
    for name in (f"{ATTEMPT}.html", "data_docs/index.html", "data_docs/silver.orders.html"):
        (folder / name).write_text(AS_WRITTEN)
    verdict = folder / f"{ATTEMPT}.json"
    verdict.write_text(Verdict("d" * 64, True, list(rules), {}, "", "200 rows").to_json())
    return verdict


def make_personal(settings: Settings) -> None:
    contract = settings.expectations / "shop" / "silver.orders.yaml"
    contract.write_text(contract.read_text().replace("amount: {", "amount: {personal: true, "))


def followed(client: TestClient, path: str) -> str:
    """The page that an address leads to; tests have the pages at the root, Airflow below a prefix."""
    answer = client.get(path, follow_redirects=False)
    there = answer.headers.get("Location")
    return client.get(there.removeprefix("/headgate")).text if there else answer.text


@pytest.mark.parametrize(
    ("rules", "report", "docs"),
    [
        ([ROW], SAID, WITHHELD),
        ([HELD, FIGURE], SAID, WITHHELD),
        ([ERROR], SAID, WITHHELD),
        ([HELD, TYPE], AS_WRITTEN, AS_WRITTEN),
        ([replace(FIGURE, personal=True)], AS_WRITTEN, AS_WRITTEN),
        ([replace(ROW, personal=True, samples=[])], AS_WRITTEN, AS_WRITTEN),
    ],
    ids=["a sample", "a figure", "an error", "no value", "a figure that was personal", "was personal"],
)
def test_a_report_with_what_is_personal_since_is_shown_masked_and_its_data_docs_are_withheld(
    client: TestClient, pipelines: Settings, rules: list[RuleResult], report: str, docs: str
) -> None:
    write(pipelines, *rules)
    names = (f"{ATTEMPT}.html", "data_docs/index.html", "data_docs/silver.orders.html")
    assert [client.get(f"{PLACE}/{name}").text for name in names] == [AS_WRITTEN] * 3
    make_personal(pipelines)
    shown = [followed(client, f"{PLACE}/{name}") for name in names]
    assert report in shown[0] and docs in shown[1] and docs in shown[2]
    assert "-3.5" not in shown[0] and "SW1A" not in shown[0]


def test_a_report_whose_verdict_is_gone_is_withheld_where_a_column_is_personal(
    client: TestClient, pipelines: Settings
) -> None:
    write(pipelines, HELD).unlink()
    assert client.get(f"{PLACE}/{ATTEMPT}.html").text == AS_WRITTEN
    make_personal(pipelines)
    answer = client.get(f"{PLACE}/{ATTEMPT}.html")
    assert answer.status_code == 403
    assert f"{ATTEMPT}.html is withheld" in answer.text
    assert "It was written before a column of its tables became personal" in answer.text


def test_a_verdict_itself_is_no_report(client: TestClient, pipelines: Settings) -> None:
    write(pipelines, ROW)
    assert client.get(f"{PLACE}/{ATTEMPT}.json").status_code == 404


def test_nothing_is_shown_of_a_pipeline_of_which_nobody_knows_what_is_personal(
    client: TestClient, pipelines: Settings
) -> None:
    write(pipelines, ROW)
    (pipelines.pipelines / "shop" / "pipeline.yaml").write_text("pipelin: shop")
    for page in (f"{PLACE}/{ATTEMPT}.html", f"/validation/shop/silver/{HOUR}/{ATTEMPT}"):
        answer = client.get(page)
        assert (answer.status_code, "No such pipeline" in answer.text) == (404, True)
