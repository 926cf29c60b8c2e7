"""Something that people are told, once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """A cause to tell somebody.

    `key` is the same as long as the cause is, whatever is tried meanwhile. `kind` is a word of the spec's
    `alerts.on`. `title` is one line, `what` says what happened, with values of the data in it, masked where
    they are personal. `page` is an address from the root of Airflow's host, `next_command` leads on.
    """

    key: str
    kind: str
    title: str
    what: str
    page: str
    next_command: str
