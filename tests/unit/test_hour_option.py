"""Hours on the command line: their start, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import typer

from headgate.cli.hour_option import hour_text, parse_hour


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2013-01-29T07", datetime(2013, 1, 29, 7, tzinfo=UTC)),
        ("2013-01-29 07:00", datetime(2013, 1, 29, 7, tzinfo=UTC)),
        ("2013-01-29T07:00:00Z", datetime(2013, 1, 29, 7, tzinfo=UTC)),
        ("2013-01-29T07:00-05:00", datetime(2013, 1, 29, 12, tzinfo=UTC)),
        ("2013-01-29", datetime(2013, 1, 29, 0, tzinfo=UTC)),
    ],
)
def test_hours_are_read_as_utc(text: str, hour: datetime) -> None:
    assert parse_hour(text) == hour


def test_an_hour_is_written_as_it_is_read() -> None:
    assert hour_text(datetime(2013, 1, 29, 7, tzinfo=UTC)) == "2013-01-29T07"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("yesterday", "'yesterday' is no hour; write it like 2013-01-29T07"),
        ("2013-01-29T07:30", "'2013-01-29T07:30' is within an hour; name the hour by its start"),
    ],
)
def test_what_is_no_hour_is_refused(text: str, said: str) -> None:
    with pytest.raises(typer.BadParameter, match=said.replace("?", r"\?")):
        parse_hour(text)
