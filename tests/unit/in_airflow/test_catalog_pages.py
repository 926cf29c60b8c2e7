"""The catalog: tables that are found, what a table promises, where it comes from, what was published."""

from __future__ import annotations

import json
from collections.abc import Callable

import pyarrow as pa
import pytest
import yaml
from airflow.api_fastapi.core_api.security import get_user
from deltalake import write_deltalake
from fastapi.testclient import TestClient

from headgate.airflow.pages import access, pages_app, records
from headgate.hops.statistics_log import SCHEMA
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import DAY, Ledger
from tests.unit.in_airflow.viewer import VIEWER, may_do_all_with

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
Look = Callable[..., str]


@pytest.fixture
def look(pipelines: Settings, monkeypatch: pytest.MonkeyPatch) -> Look:
    """The text of a page, white space apart, for somebody who may read `shop` only."""
    monkeypatch.setattr(access, "is_allowed", may_do_all_with("shop"))
    app = pages_app.pages_app()
    app.dependency_overrides[get_user] = lambda: VIEWER
    client = TestClient(app)

    def look(path: str, status: int = 200) -> str:
        answer = client.get(path)
        assert answer.status_code == status, answer.text
        return " ".join(answer.text.split()) if "yaml" not in answer.headers["content-type"] else answer.text

    return look


def statistics(settings: Settings, number: int, hour: int, column: str, **values: object) -> None:
    """What a publish of `silver.orders_changes` kept of a column: ten rows, one of them without a value."""
    row = {
        "number": number,
        "hop": "silver",
        "table": "silver.orders_changes",
        "column": column,
        "range_start": DAY.replace(hour=hour),
        "range_end": DAY.replace(hour=hour + 1),
        "type": "string",
        "personal": False,
        "rows": 10,
        "nulls": 1,
        "quarantined": 0,
        "deletions": 0,
        "not_finite": 0,
        "distinct": 3,
        "values_short": 0,
        **values,
    }
    path = settings.lake / "shop" / "ops" / "statistics"
    write_deltalake(str(path), pa.Table.from_pylist([row], SCHEMA), mode="append")


@pytest.mark.parametrize(
    ("words", "tables"),
    [
        ("", ["silver.orders", "gold.examples"]),
        ("LABEL_known", ["gold.examples"]),
        ("order amount", ["silver.orders", "gold.examples"]),
        ("as-of", ["gold.examples"]),
        ("nothing+has+this", []),
    ],
)
def test_the_search_finds_every_word_in_names_descriptions_and_columns(
    look: Look, words: str, tables: list[str]
) -> None:
    text = look(f"/catalog?q={words}")
    found = [name for name in ("silver.orders", "gold.examples") if f"/headgate/catalog/shop/{name}" in text]
    assert found == tables
    assert "/headgate/catalog/orders/" not in text, "a pipeline that the viewer may not read"
    if not tables:
        assert "No table that you may read has all of these words" in text


def test_a_table_tells_contract_origin_readers_and_inputs(look: Look) -> None:
    text = look("/catalog/shop/gold.examples")
    assert "One row per order and as-of hour." in text
    assert "<dt>key</dt><dd>order_id, as_of</dd>" in text
    assert "<dt>owner</dt><dd>the shop&#39;s team</dd>" in text
    assert '<a href="/headgate/releases">the model</a>' in text
    assert '<th scope="row">amount <span class="tag feature">feature</span>' in text
    origin = '<a href="/headgate/catalog/shop/silver.orders">silver.orders</a>'
    assert f'{origin}<div class="soft">by the function labels</div>' in text
    assert "Nothing of it is published yet, so there are no statistics." in text
    silver = look("/catalog/shop/silver.orders")
    assert '<a href="/headgate/catalog/shop/bronze.orders">bronze.orders</a>.amount</td>' in silver
    assert '<a href="/headgate/catalog/shop/gold.examples">gold.examples</a>' in silver


def test_statistics_of_the_last_publish_and_of_an_earlier_one(look: Look, pipelines: Settings) -> None:
    ledger = Ledger(pipelines)
    for hour, version in ((6, 3), (7, 4)):
        versions = {"silver.orders_changes": version}
        ledger.line("silver", hour, rows={"silver.orders": (10, 0, 10)}, number=hour, versions=versions)
        counts = [("open", 6 + version - 3), (HOSTILE, 3)]
        statistics(pipelines, hour, hour, "order_id", values=counts)
    text = look("/catalog/shop/silver.orders")
    assert "<dt>Delta version of silver.orders_changes</dt><dd>4</dd>" in text
    assert '<td class="number">10.0 %</td> <td class="number">3</td>' in text
    assert 'open <span class="soft">70.0 %</span>' in text
    assert HOSTILE not in text and "&lt;script&gt;" in text
    assert '<option value="2024-01-01T06">2024-01-01 06:00, version 3</option>' in text
    earlier = look("/catalog/shop/silver.orders?hour=2024-01-01T06")
    assert "<dt>Delta version of silver.orders_changes</dt><dd>3</dd>" in earlier
    assert 'open <span class="soft">60.0 %</span>' in earlier


def test_statistics_are_merged_again_only_when_something_changed(
    look: Look, pipelines: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged: list[str] = []
    merge = records.merged_statistics

    def counted(settings: Settings, loaded: object, table: str, *hours: object) -> object:
        merged.append(table)
        return merge(settings, loaded, table, *hours)  # type: ignore[arg-type]

    monkeypatch.setattr(records, "merged_statistics", counted)
    ledger = Ledger(pipelines)
    versions = {"silver.orders_changes": 3}
    ledger.line("silver", 6, rows={"silver.orders": (10, 0, 10)}, number=6, versions=versions)
    statistics(pipelines, 6, 6, "order_id", values=[("secret", 10)])
    for _ in range(2):
        assert "secret" in look("/catalog/shop/silver.orders")
    assert merged == ["silver.orders_changes"]
    contract = pipelines.expectations / "shop" / "silver.orders.yaml"
    contract.write_text(contract.read_text().replace("{type: bigint}", "{type: bigint, personal: true}"))
    assert "secret" not in look("/catalog/shop/silver.orders") and len(merged) == 2
    statistics(pipelines, 6, 6, "amount", values=[("open", 10)])
    assert 'open <span class="soft">100.0 %</span>' in look("/catalog/shop/silver.orders")
    assert len(merged) == 3


def test_models_that_use_a_table(look: Look, pipelines: Settings) -> None:
    header = {"algorithm": "random_forest", "features": [{"name": "amount"}]}
    rows = pa.table({"model": [1], "kind": ["header"], "header": [json.dumps(header)]})
    write_deltalake(str(pipelines.lake / "shop" / "ops" / "models"), rows)
    assert '<a href="/headgate/reports/shop/models/1.html">model 1</a>' in look("/catalog/shop/gold.examples")
    assert "Models that use it" not in look("/catalog/shop/silver.orders")


def test_the_contract_to_take_away(look: Look) -> None:
    document = yaml.safe_load(look("/catalog/shop/gold.examples/contract.yaml"))
    assert (document["kind"], document["name"]) == ("DataContract", "shop_gold.examples")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/catalog/orders/silver.orders", 403),
        ("/catalog/orders/silver.orders/contract.yaml", 403),
        ("/catalog/shop/silver.other", 404),
        ("/catalog/shop/silver.other/contract.yaml", 404),
        ("/catalog/shop/silver.orders?hour=yesterday", 404),
    ],
)
def test_what_may_not_be_seen_or_is_not_there(look: Look, path: str, status: int) -> None:
    look(path, status)


def test_what_is_searched_for_stays_text(look: Look) -> None:
    text = look("/catalog?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "<script>alert" not in text
