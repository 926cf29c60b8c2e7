"""An hour as the command line takes it: `2013-01-29T07`, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

import typer


def parse_hour(text: str) -> datetime:
    """Read the start of an hour; a time without zone is UTC. Raises typer.BadParameter."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no hour; write it like 2013-01-29T07") from error
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment.minute or moment.second or moment.microsecond:
        raise typer.BadParameter(
            f"{text!r} is within an hour; name the hour by its start, like 2013-01-29T07"
        )
    return moment


def hour_text(hour: datetime) -> str:
    """An hour as `parse_hour` reads it."""
    return f"{hour.astimezone(UTC):%Y-%m-%dT%H}"


FROM = typer.Option("--from", parser=parse_hour, metavar="HOUR", help="The first hour, 2013-01-29T00.")
TO = typer.Option("--to", parser=parse_hour, metavar="HOUR", help="The last hour, included.")
