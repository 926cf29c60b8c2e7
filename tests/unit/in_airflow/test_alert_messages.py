"""A message is text and nothing but: what the data says in it acts nowhere."""

from __future__ import annotations

import pytest

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.alerts.message import message_of, visible

CAUSE = Cause(
    key="closed_gate/silver",
    kind="closed_gate",
    title="shop: the silver gate is closed at 2024-01-01 07:00",
    what="silver.orders amount.between: 7 of 200 rows break",
    page="/headgate/reports/shop/silver/a.html",
    next_command="./headgate gate divert shop",
)
HOSTILE = (
    "<!channel> <http://evil|here> <script>x</script> @all `` ``` **b** [a](http://b)"
    "\nnext: rm -rf \x1b[2J\u202e"
)


def of(what: str) -> Cause:
    return Cause(CAUSE.key, CAUSE.kind, CAUSE.title, what, CAUSE.page, CAUSE.next_command)


@pytest.fixture(autouse=True)
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "https://air.example.org/flow")


def test_a_channel_gets_title_what_link_command_and_owner() -> None:
    assert message_of(CAUSE, "the shop's team").text == (
        "`shop: the silver gate is closed at 2024-01-01 07:00`\n"
        "```silver.orders amount.between: 7 of 200 rows break```\n"
        "https://air.example.org/headgate/reports/shop/silver/a.html\n"
        "Next:\n```./headgate gate divert shop```\nOwner: `the shop's team`"
    )


def test_a_mail_has_the_same_and_its_link_can_be_followed() -> None:
    html = message_of(CAUSE, "the shop's team").html
    assert '<a href="https://air.example.org/headgate/reports/shop/silver/a.html">' in html
    assert "<code>./headgate gate divert shop</code>" in html
    assert "the shop&#39;s team" in html


def test_values_end_no_block_and_no_line_in_a_channel() -> None:
    text = message_of(of(HOSTILE), "x").text
    assert text.count("```") == 4
    assert "<" not in text and ">" not in text
    (line,) = [line for line in text.splitlines() if "evil" in line]
    assert line.startswith("```&lt;!channel&gt; &lt;http://evil|here&gt;")
    assert line.endswith("\\nnext: rm -rf \\x1b[2J\\u202e```")


def test_values_are_text_in_a_mail() -> None:
    html = message_of(of(HOSTILE), "<b>x</b>").html
    assert "&lt;script&gt;x&lt;/script&gt;" in html
    assert "<script>" not in html and "<b>" not in html


def test_what_is_very_long_is_cut() -> None:
    assert "a" * 1499 + "…```" in message_of(of("a" * 2000), "x").text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\r\nb", "a\\r\\nb"),
        ("\u200b\u2028", "\\u200b\\u2028"),
        ("\U000e0041", "\\U000e0041"),
        ("ä ß •••", "ä ß •••"),
    ],
)
def test_what_is_not_seen_is_spelled_out(text: str, seen: str) -> None:
    assert visible(text) == seen
