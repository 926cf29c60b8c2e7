"""Data Docs beside the report: offline, whole, bounded, and harmless."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from great_expectations.core.expectation_validation_result import (
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from headgate.gates import data_docs
from headgate.gates.data_docs import write
from headgate.gates.validate import Validation

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def validation(observed: str = "JFK", table: str = "silver.flights") -> Validation:
    kwargs = {"column": "origin", "value_set": [observed]}
    outcome = ExpectationValidationResult(
        success=False,
        expectation_config=ExpectationConfiguration(
            type="expect_column_most_common_value_to_be_in_set", kwargs=kwargs
        ),
        result={"observed_value": [observed]},
    )
    statistics = {
        "evaluated_expectations": 1,
        "successful_expectations": 0,
        "unsuccessful_expectations": 1,
        "success_percent": 0.0,
    }
    document = ExpectationSuiteValidationResult(
        success=False, results=[outcome], suite_name=table, statistics=statistics, meta={}
    )
    return Validation(table, [], document)


def test_an_index_leads_to_a_page_per_table(tmp_path: Path) -> None:
    tables = [validation(), validation(table="silver.weather")]
    index = write(tmp_path, "flights", "silver", "2013-01-29T07", tables)
    assert index == tmp_path / "flights/silver/2013-01-29T07/data_docs/index.html"
    assert re.findall(r'href="([^"]*)"', index.read_text()) == ["silver.flights.html", "silver.weather.html"]
    page = (index.parent / "silver.flights.html").read_text()
    assert "flights · silver · hour 2013-01-29 07:00 UTC" in page
    assert "JFK" in page


def test_pages_load_nothing_and_run_nothing(tmp_path: Path) -> None:
    index = write(tmp_path, "flights", "silver", "2013-01-29T07", [validation()])
    for page in index.parent.iterdir():
        text = page.read_text()
        assert "content=\"default-src 'none'; style-src 'sha256-" in unescape(text)
        assert not re.search(r"<(script|link|img|iframe)\b|https?://|\bon\w+=|url\(", text), page


def test_hostile_values_become_no_tags(tmp_path: Path) -> None:
    index = write(tmp_path, "flights", "silver", "2013-01-29T07", [validation(HOSTILE)])
    text = (index.parent / "silver.flights.html").read_text()
    assert "<script" not in text and "<img" not in text
    assert "‹img src=x onerror=alert(1)›" in text


def test_a_later_attempt_replaces_the_pages_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path, "flights", "silver", "2013-01-29T07", [validation(), validation(table="silver.weather")])
    index = write(tmp_path, "flights", "silver", "2013-01-29T07", [validation()])
    assert sorted(path.name for path in index.parent.iterdir()) == ["index.html", "silver.flights.html"]
    assert [path.name for path in index.parent.parent.iterdir()] == ["data_docs"]


def test_only_the_newest_hours_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_docs, "KEPT_HOURS", 2)
    for hour in ("2013-01-29T05", "2013-01-29T07", "2013-01-29T06", "2013-01-29T08"):
        write(tmp_path, "flights", "silver", hour, [validation()])
        (tmp_path / "flights/silver" / hour / "a.html").write_text("the report")
    kept = sorted(path.parent.name for path in tmp_path.glob("flights/silver/*/data_docs"))
    assert kept == ["2013-01-29T07", "2013-01-29T08"]
    assert len(list(tmp_path.glob("flights/silver/*/a.html"))) == 4


def test_nothing_half_written_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "flights", "silver", "2013-01-29T07", [validation()])

    def fail(*_: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr(data_docs, "_index", fail)
    with pytest.raises(OSError, match="disk full"):
        write(tmp_path, "flights", "silver", "2013-01-29T07", [validation("LGA")])
    folder = tmp_path / "flights/silver/2013-01-29T07"
    assert [path.name for path in folder.iterdir()] == ["data_docs"]
    assert "JFK" in (folder / "data_docs/silver.flights.html").read_text()


@pytest.mark.parametrize("name", ["", "..", "a/b", "/etc"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="is no name of a folder of reports"):
        write(tmp_path, "flights", name, "2013-01-29T07", [])
