"""How far each pipeline is: the last hour done, the gates that hold the water back, the champion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from headgate.cli.registered_champion import registered_champion
from headgate.hops.ledger import Ledger
from headgate.hops.run_range import held_because, way_forward
from headgate.spec.command import as_typed
from headgate.spec.load import LoadedPipeline, load_all
from headgate.spec.settings import Settings


@dataclass(frozen=True)
class ClosedGate:
    """A closed gate: the hop, its hour (start), why, and the report below the reports folder."""

    hop: str
    hour: datetime
    why: str
    report: str


@dataclass(frozen=True)
class PipelineStatus:
    """One pipeline. `champion` is the version in the registry, None where there is none or nobody answers;
    `held` says why hours wait for what is to be derived again, `forward` the command that derives it."""

    pipeline: str
    last_hour_done: datetime | None
    closed_gates: tuple[ClosedGate, ...]
    champion: str | None
    held: str | None = None
    forward: str | None = None


def _status(settings: Settings, loaded: LoadedPipeline) -> PipelineStatus:
    name = loaded.spec.pipeline
    ledger = Ledger(settings, name, loaded.spec.hops[-1])
    gates = tuple(
        ClosedGate(hop=entry.hop, hour=entry.hour, why=entry.verdict, report=entry.report)
        for entry in ledger.shut_gates()
    )
    version = registered_champion(settings, name).version if loaded.spec.model else None
    held = ledger.held()
    return PipelineStatus(
        name,
        ledger.last_hour_done(),
        gates,
        str(version) if version else None,
        held_because(held) if held else None,
        as_typed(f"./headgate {way_forward(name, held, loaded.spec.schedule.start)}") if held else None,
    )


def pipeline_statuses(settings: Settings) -> list[PipelineStatus]:
    """The status of every pipeline whose spec is sound, by name."""
    return [_status(settings, loaded) for loaded in load_all(settings)[0]]
