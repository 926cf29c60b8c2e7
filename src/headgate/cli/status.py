"""`headgate status`."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from headgate.cli.pipeline_status import PipelineStatus, pipeline_statuses
from headgate.gates.ways_out import kept_closing, next_step
from headgate.spec.command import as_typed
from headgate.spec.load import pipeline_names
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from headgate.stack.health import PartHealth, stack_health
from headgate.stack.layout import Layout
from headgate.stack.memory import megabytes_by_part
from headgate.stack.served_health import served_health
from headgate.stack.served_stack import served_stack


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead.")] = False,
) -> None:
    """Show the health of every part, and how far each pipeline is.

    Times are the starts of hours, in UTC. Exits with 1 when a part is not healthy.
    """
    settings = Settings()
    served = served_stack()
    parts = served_health(settings, served) if served else stack_health(settings)
    pipelines = pipeline_statuses(settings)
    if as_json:
        typer.echo(json.dumps(_document(parts, pipelines)))
    else:
        console = Console(highlight=False)
        console.print(_parts_table(settings, parts))
        console.print(_pipelines_table(pipelines))
        for line in told_lines(settings, parts, pipelines):
            console.print(line, markup=False, soft_wrap=True)
        for held in (pipeline for pipeline in pipelines if pipeline.held):
            console.print(f"{held.pipeline}: {held.held}, and hours wait. To go forward:")
            console.print(f"  {held.forward}", soft_wrap=True)
        if served or any(part.pid for part in parts):
            found = addresses(settings)
            console.print(f"Airflow {found.airflow}   MLflow {found.mlflow}")
    if not all(part.healthy for part in parts):
        raise typer.Exit(1)


def told_lines(settings: Settings, parts: list[PartHealth], pipelines: list[PipelineStatus]) -> list[str]:
    """What somebody is to do something about: closed gates, broken specs, a stack that is down."""
    lines = []
    for pipeline in pipelines:
        for gate in pipeline.closed_gates:
            why = "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in gate.why)
            report = settings.reports / gate.report
            lines += [
                f"{pipeline.pipeline}: the {gate.hop} gate is closed at {gate.hour:%Y-%m-%d %H:%M}: {why}",
                f"  report: {report}",
                f"  next: {next_step(pipeline.pipeline, gate.hop, kept_closing(report))}",
            ]
    sound = {pipeline.pipeline for pipeline in pipelines}
    broken = [name for name in pipeline_names(settings) if name not in sound]
    if broken:
        lines.append(f"Not shown, as their specs have mistakes: {', '.join(broken)}. ./headgate check")
    if not any(part.healthy for part in parts):
        lines.append(as_typed("The stack is down. To start it: ./headgate up"))
    return lines


def _hour(hour: datetime | None) -> str | None:
    return hour.isoformat() if hour else None


def _document(parts: list[PartHealth], pipelines: list[PipelineStatus]) -> dict[str, Any]:
    return {
        "parts": [
            {"part": part.part, "healthy": part.healthy, "state": part.state.lower(), "words": part.words}
            for part in parts
        ],
        "pipelines": [
            {
                "pipeline": pipeline.pipeline,
                "last_hour_done": _hour(pipeline.last_hour_done),
                "closed_gates": [asdict(gate) | {"hour": _hour(gate.hour)} for gate in pipeline.closed_gates],
                "champion": pipeline.champion,
                "held": pipeline.held,
                "forward": pipeline.forward,
            }
            for pipeline in pipelines
        ],
    }


def _parts_table(settings: Settings, parts: list[PartHealth]) -> Table:
    memory = megabytes_by_part(Layout.of(settings))
    table = Table("part", "health", "memory", "", title="The stack", title_justify="left")
    for part in parts:
        health = "[green]healthy[/]" if part.healthy else f"[red]{part.state.lower()}[/]"
        size = f"{memory[part.part]:,} MB" if part.part in memory else ""
        table.add_row(part.part, health, size, part.words)
    if memory:
        table.add_row("together", "", f"{sum(memory.values()):,} MB", "")
    return table


def _pipelines_table(pipelines: list[PipelineStatus]) -> Table:
    table = Table(
        "pipeline", "last hour done", "closed gates", "champion", title="Pipelines", title_justify="left"
    )
    for pipeline in pipelines:
        hour = pipeline.last_hour_done
        gates = [f"[red]{gate.hop} {gate.hour:%Y-%m-%d %H:%M}[/]" for gate in pipeline.closed_gates]
        table.add_row(
            pipeline.pipeline,
            f"{hour:%Y-%m-%d %H:%M}" if hour else "none yet",
            "\n".join(gates) or "none",
            f"version {pipeline.champion}" if pipeline.champion else "none",
        )
    return table
