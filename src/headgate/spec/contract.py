"""The shape of `expectations/<pipeline>/<layer>.<table>.yaml`: the one contract of a table."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from headgate.spec.pipeline import Duration, Name, Strict

OnFail = Literal["warn", "quarantine", "close"]
ColumnType = Literal["string", "boolean", "int", "bigint", "double", "date", "timestamp"]


class Between(Strict):
    """An inclusive range; either end may be open."""

    min: float | str | None = None
    max: float | str | None = None


class Column(Strict):
    """One column: its type and what holds for each of its values.

    `on_fail` says what a broken `required`, `one_of` or `between` of this column does; where it is not said,
    silver quarantines and the other layers close. `references` names `table.column` of a silver table where
    the value must exist; a missing one warns, or closes where `on_fail` says so: it depends on other rows.
    `known_missing` are values that are known not to be there, `mostly` the share of rows that must find
    theirs. `personal` values never appear in a report or in statistics. `why` is the reason for the rules
    of this column.
    """

    type: ColumnType = "string"
    description: str = ""
    required: bool = False
    one_of: list[str | int | float | bool] | None = None
    between: Between | None = None
    references: str | None = None
    known_missing: list[str | int | float | bool] = Field(default_factory=list)
    mostly: float = 1.0
    personal: bool = False
    why: str = ""
    on_fail: OnFail = "quarantine"


class Rule(Strict):
    """A further rule in Great Expectations' own form, with the sentence why it stands here."""

    expect: str
    kwargs: dict[str, object] = Field(default_factory=dict)
    why: str = ""
    on_fail: OnFail = "close"


class Freshness(Strict):
    """The newest value of `column` lies at most `max_age` before the window's end."""

    column: str
    max_age: Duration
    why: str = ""
    on_fail: Literal["warn", "close"] = "warn"


class Volume(Strict):
    """Rows of one hour, inclusive; judged hour by hour on the staged summary."""

    min: int | None = None
    max: int | None = None
    why: str = ""
    on_fail: Literal["warn", "close"] = "warn"


class Quiet(Strict):
    """Hours of the day in which little happens, from the hour `start` to the hour `end` on a zone's clock.

    Of hours that start in them no least volume is asked, and of ranges that end with them no freshness.
    """

    start: int = Field(ge=0, le=23)
    end: int = Field(ge=0, le=23)
    zone: str = "UTC"

    def covers(self, hour: datetime) -> bool:
        """Whether the hour that starts at this moment is quiet."""
        clock = hour.astimezone(ZoneInfo(self.zone)).hour
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    def __str__(self) -> str:
        return f"from {self.start:02d}:00 to {self.end:02d}:00 {self.zone}"


class Contract(Strict):
    """What a table promises. `description` states the grain; `key` are the columns that identify a row."""

    description: str
    key: list[Name] = Field(min_length=1)
    columns: dict[Name, Column] = Field(min_length=1)
    rules: list[Rule] = Field(default_factory=list)
    freshness: Freshness | None = None
    volume: Volume | None = None
    quiet: Quiet | None = None

    @property
    def expects_rows(self) -> bool:
        """Whether hours without rows can break it too."""
        return self.freshness is not None or self.volume is not None
