"""A cause as a message: for a channel and as a mail, with nothing in it that the data could make act."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.pages.paths import outside
from headgate.spec.command import as_typed

LONGEST = 1500
"""Characters of what happened that a message has; the page has the rest."""

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Kinds of characters that are not seen, and could end a line or turn its direction."""


@dataclass(frozen=True)
class Message:
    """What is sent: `title` in one line; `text` for a channel in Slack's markup; `html` for a mail."""

    title: str
    text: str
    html: str


def message_of(cause: Cause, owner: str) -> Message:
    """The message about a cause in the pipeline of `owner`, with links as seen from outside of Airflow."""
    values = {
        "title": visible(cause.title),
        "what": _cut(visible(cause.what)),
        "page": outside(cause.page),
        "next_command": visible(as_typed(cause.next_command)),
        "owner": visible(owner),
    }
    escaped = {name: _in_code(value) for name, value in values.items()}
    return Message(values["title"], _channel(escaped), _mail().render(values))


def visible(text: str) -> str:
    """The text in one line, characters that are not seen spelled out: `\\x1b`, `\\u202e`."""
    return "".join(_spelled(sign) if unicodedata.category(sign) in HIDDEN else sign for sign in text)


def _spelled(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii") if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _in_code(text: str) -> str:
    """Escaped as Slack asks for; without the backticks that would end a block of code."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("`", "ˋ")


def _channel(values: dict[str, str]) -> str:
    """In blocks of code neither Slack nor those that take its messages know links, names or markup."""
    return (
        f"`{values['title']}`\n```{values['what']}```\n{values['page']}\n"
        f"Next:\n```{values['next_command']}```\nOwner: `{values['owner']}`"
    )


@cache
def _mail() -> Template:
    loader = PackageLoader("headgate.airflow.alerts")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template("mail.html")
