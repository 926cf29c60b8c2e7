"""A case of bad input: what lies in the landing folder, and what becomes of it.

A case has keys of its own: `@1` in its text stands for the first. Texts are written as UTF-8; a lone
surrogate (`\\udce9`) is written as the byte that it escapes. `docs/bad-input.md` shows the same cases.
"""

from __future__ import annotations

from dataclasses import dataclass

AT = "2024-01-01 00:05:00"
COLUMNS = "Op,committed_at,order_id,status,amount,due,note"
GOOD = f"{COLUMNS}\nI,{AT},@1,open,1,,\n"
FOLDER = "2024/01/01/00"


@dataclass(frozen=True)
class Row:
    """A row of the change log: its key (`@1` is 1; None without one), its values, why it is kept apart.

    `rescued` is the text of `_rescued`; of a long note its length is given.
    """

    key: int | None
    status: str | None = "open"
    amount: float | None = 1.0
    note: str | int | None = None
    due: str | None = None
    apart: tuple[str, ...] = ()
    rescued: str | None = None
    op: str | None = "I"


ONE = (Row(1),)


@dataclass(frozen=True)
class Taken:
    """Something whose hour goes through: `rows` are all that it brings, `live` the keys that are live then.

    `told` is what the report of bronze says of it; empty where it says nothing. `path` is below the feed's
    folder; without one the file is named after its number.
    """

    name: str
    outcome: str
    text: str | bytes
    rows: tuple[Row, ...] = ()
    live: tuple[int, ...] = ()
    told: str = ""
    path: str = ""


@dataclass(frozen=True)
class Closes:
    """A file that closes the bronze gate, and what the gate says of it."""

    name: str
    outcome: str
    text: str | bytes
    told: str
    path: str = ""


@dataclass(frozen=True)
class Later:
    """A file as the first run finds it (None: not there) and as the second one does, an hour later.

    `live`: the status of the keys that are live after that.
    """

    name: str
    outcome: str
    before: str | None
    after: str | None
    live: dict[int, str]
    told: str = ""
    path: str = ""


def changes(*lines: str) -> str:
    """A file of changes; each line is `Op,order_id,status,amount,due,note`, all at the same moment."""
    rows = [line.replace(",", f",{AT},", 1) for line in lines]
    return "\n".join([COLUMNS, *rows]) + "\n"


NO_KEY, NO_TIME = ("order_id.required",), ("committed_at.required",)
NO_ROW = ("op.required", "order_id.required", "committed_at.required")
LONG = 10_000_000
