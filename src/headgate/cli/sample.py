"""`headgate sample`: write a pipeline's sample data into its landing folder."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from headgate.cli.hour_option import hour_text, parse_hour
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.settings import Settings

WriteSample = Callable[[Path, datetime, datetime, datetime], dict[str, int]]

LOAD_AT = datetime(2013, 1, 1, tzinfo=UTC)
DAYS = timedelta(days=35)
"""The sample's defaults: the full load's moment, which is also the first hour, and five weeks of changes."""


class NoSample(HeadgateError):
    """The pipeline brings no sample, or asks for hours that are none."""


def sample(
    pipeline: Annotated[str, typer.Argument(help="A pipeline that brings a sample.py, like flights.")],
    first: Annotated[
        datetime | None,
        typer.Option(
            "--from", parser=parse_hour, metavar="HOUR", help="The first hour; --load-at if not given."
        ),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to", parser=parse_hour, metavar="HOUR", help="The last hour, included; five weeks on."
        ),
    ] = None,
    load_at: Annotated[
        datetime | None,
        typer.Option(
            "--load-at",
            parser=parse_hour,
            metavar="HOUR",
            help=f"When the full load is taken; {hour_text(LOAD_AT)} if not given.",
        ),
    ] = None,
) -> None:
    """Write a full load and the change files of some hours into the pipeline's landing folder.

    Hours are named by their start, in UTC. The same command again changes nothing; later hours may follow.
    """
    settings = Settings()
    taken = load_at or LOAD_AT
    begin = first or taken
    end = last + HOUR if last is not None else begin + DAYS
    if end <= begin:
        raise NoSample(
            what=f"No hour lies between {hour_text(begin)} and {hour_text(end - HOUR)}.",
            left="No file was written.",
            next_command=f"./headgate sample {pipeline} --from {hour_text(begin)} --to {hour_text(begin)}",
        )
    landing = settings.landing / pipeline
    counts = load_sample_writer(settings.pipelines, pipeline)(landing, begin, end, taken)
    typer.echo(f"{landing}: {counts['written']} files written, {counts['unchanged']} there already")


def load_sample_writer(pipelines: Path, pipeline: str) -> WriteSample:
    """`write_sample` of `<pipelines>/<pipeline>/sample.py`, imported by its path.

    Raises NoSample where the pipeline has no such file or the file no such function.
    """
    path = pipelines / pipeline / "sample.py"
    name = f"headgate_sample_{pipeline}"
    specification = importlib.util.spec_from_file_location(name, path) if path.is_file() else None
    if specification is None or specification.loader is None:
        raise NoSample(
            what=f"The pipeline {pipeline!r} has no sample.",
            where=str(path),
            left="No file was written.",
            next_command="./headgate sample flights",
        )
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    finally:
        sys.modules.pop(name, None)
    write = getattr(module, "write_sample", None)
    if not callable(write):
        raise NoSample(
            what=f"The sample of {pipeline!r} has no function write_sample.",
            where=str(path),
            left="No file was written.",
            next_command=f"Give {path.name} a function write_sample(landing, start, end, load_at).",
        )
    return write  # type: ignore[no-any-return]  # the signature is the pipeline author's
