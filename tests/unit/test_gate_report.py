"""The page that a gate writes: what it says, and that nothing in the data can make it do anything."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headgate.gates.report import render
from headgate.gates.verdict import RuleResult, Verdict, judge
from headgate.spec.hour_range import HourRange

PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</style><script>alert(1)</script>",
    "</title><meta http-equiv=refresh content='0;url=//evil.example'>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}{% raw %}",
    "' onmouseover='alert(1)",
]


HOURS = HourRange(datetime(2013, 1, 29, 7, tzinfo=UTC), datetime(2013, 1, 29, 8, tzinfo=UTC))


@dataclass
class Manifest:
    pipeline: str = "flights"
    hop: str = "silver"
    attempt: str = "2013-01-29T07--1f2e3d4c"
    hour: datetime = datetime(2013, 1, 29, 7, tzinfo=UTC)
    hours: HourRange = HOURS
    inputs: dict[str, int] = field(default_factory=lambda: {"bronze.flights": 41})
    digest: str = "d1g357"
    code: str = "c0de"
    spec: str = "5bec"
    bytes: int = 123456
    seconds: float = 3.21


class Page(HTMLParser):
    """The tags, attributes and text of a page, as a browser's parser would see them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += " "
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def broken(text: str = "XXX", **changes: object) -> RuleResult:
    result = RuleResult(
        table="silver.flights",
        rule="origin.one_of",
        kind="row",
        column="origin",
        on_fail="close",
        rows=90,
        unexpected=2,
        passed=False,
        samples=[{"key": {"flight_id": text}, "value": text}],
        why="flights leave from three airports",
        words="origin is one of EWR, JFK, LGA",
    )
    return replace(result, **changes)  # type: ignore[arg-type]


def verdict(*rules: RuleResult) -> Verdict:
    return judge(
        digest="d1g357",
        rules=list(rules),
        rows={"silver.flights": {"staged": 1090, "quarantined": 3}},
        hours={},
        max_quarantine_share=0.05,
        report="r.html",
    )


def words(page: str) -> str:
    return " ".join(Page(page).text.split())


def test_a_closed_gate_says_so_first_with_the_reason_and_the_way_on() -> None:
    text = words(render(verdict(broken()), Manifest()))
    start = text.index("flights · silver · hour 2013-01-29 07:00 UTC")
    assert text[start:].startswith(
        "flights · silver · hour 2013-01-29 07:00 UTC The gate is closed silver.flights origin.one_of: "
        "2 of 90 rows break “origin is one of EWR, JFK, LGA” (such as flight_id=XXX: XXX) "
        "Nothing of this hour is published"
    )
    assert "Next: Mend the source file, the contract or the transform" in text


def test_an_open_gate_says_what_passed() -> None:
    text = words(render(verdict(broken(passed=True, unexpected=0, samples=[])), Manifest()))
    assert "The gate is open 1,090 rows staged, 3 quarantined." in text
    assert "1 rule holds holds origin is one of EWR, JFK, LGA origin.one_of 90 rows" in text


def test_rows_range_attempt_and_digest_are_told() -> None:
    text = words(render(verdict(), Manifest()))
    assert "silver.flights 1,090 3 0.3 %" in text
    assert "rows known after 2013-01-29 07:00, until 2013-01-29 08:00" in text
    assert (
        "attempt 2013-01-29T07--1f2e3d4c digest of the rows d1g357 read from bronze.flights version 41"
        in text
    )
    assert "staged 123,456 bytes in 3.2 s" in text


def test_broken_rules_come_before_those_that_hold_and_closing_ones_first() -> None:
    rules = [
        broken(rule="a", passed=True, unexpected=0, samples=[]),
        broken(rule="b", on_fail="warn"),
        broken(rule="c", on_fail="quarantine"),
        broken(rule="d"),
    ]
    text = words(render(verdict(*rules), Manifest()))
    tags = ["closes origin", "quarantines origin", "warns origin", "1 rule holds holds origin"]
    assert sorted(tags, key=text.index) == tags


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (broken(), "2 of 90 rows · 2.2 %"),
        (broken(rows=1_000_000, unexpected=1), "1 of 1,000,000 rows · < 0.1 %"),
        (broken(), "flights leave from three airports flight_id value XXX XXX and 1 more"),
        (broken(samples=[{"key": {"a": None}, "value": None}]), "a value missing missing"),
        (broken(kind="hours", rows=1, unexpected=1), "1 of 1 hour · 100.0 %"),
        (broken(error="no column x", samples=[]), "not judged Could not be judged: no column x"),
        (broken(personal=True), "Personal values are not shown."),
    ],
)
def test_a_broken_rule_tells(result: RuleResult, text: str) -> None:
    assert text in words(render(verdict(result), Manifest()))


def test_a_page_without_any_table() -> None:
    empty = judge(digest="d", rules=[], rows={}, hours={}, max_quarantine_share=0.05, report="r")
    assert "no table was staged" in words(render(empty, Manifest(inputs={})))


def test_it_loads_nothing_and_runs_nothing() -> None:
    page = render(verdict(broken()), Manifest())
    parsed = Page(page)
    assert page.index("Content-Security-Policy") < page.index("<title>")
    assert {"script", "link", "img", "iframe", "form", "object", "base"}.isdisjoint(parsed.tags)
    assert "http:" not in page and "https:" not in page and "url(" not in page
    assert [name for name, _ in parsed.attributes if name.startswith("on") or name in ("src", "style")] == []
    assert "content=\"default-src 'none'; style-src 'sha256-" in unescape(page)


HARMLESS = Page(render(verdict(broken("plain")), Manifest(attempt="plain")))


def assert_harmless(text: str) -> None:
    page = Page(
        render(
            verdict(
                broken(text, words=text, why=text),
                broken(text, rule=text, error=text, table=text),
            ),
            Manifest(attempt=text, inputs={text: 1}),
        )
    )
    assert set(page.tags) == set(HARMLESS.tags)
    assert {name for name, _ in page.attributes} == {name for name, _ in HARMLESS.attributes}
    assert [value for name, value in page.attributes if name == "href"] == ["data_docs/index.html"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_hostile_value_stays_text(payload: str) -> None:
    assert_harmless(payload)
    assert payload in Page(render(verdict(broken(payload)), Manifest())).text


@given(st.text(alphabet=st.sampled_from(list("<>\"'&/=-! {}%#;script\n")), min_size=1, max_size=40))
def test_any_value_stays_text(text: str) -> None:
    assert_harmless(text)
