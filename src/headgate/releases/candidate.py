"""Learn a pipeline's next candidate from where its ledger, model log and release log stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.hops.run_range import held_because
from headgate.learning.increment import Parent
from headgate.learning.learn import CHALLENGE, Situation, learn
from headgate.releases.forgotten import forgetting_of
from headgate.releases.model_headers import headers
from headgate.releases.model_log import nodes_of
from headgate.releases.release_rows import releases, serving
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


def learn_candidate(
    session: Callable[[], SparkSession], settings: Settings, loaded: LoadedPipeline, name: str
) -> dict[str, Any]:
    """Stage a candidate under the attempt `name` and return its manifest; see `learn`."""
    return learn(session, settings, loaded, name, situation_of(settings, loaded))


def situation_of(settings: Settings, loaded: LoadedPipeline) -> Situation:
    """Where ledger, model log and release log stand; candidates for the challenge are nobody's parents."""
    pipeline = loaded.spec.pipeline
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    known = [header for header in headers(settings, pipeline) if header["track"] != CHALLENGE]
    parent = known[-1] if known else None
    pins = {table: pin for table, pin in parent["pins"].items() if ledger.holds(table, pin)} if parent else {}
    held = ledger.held()
    return Situation(
        frontier=ledger.frontier(),
        versions={**ledger.versions(), **pins},  # maintenance alone is nothing to learn from
        parent=_parent(settings, pipeline, parent, ledger) if parent else None,
        serving=serving(releases(settings, pipeline)) is not None,
        held=f"Hours of the examples are to be derived again: {held_because(held)}." if held else None,
    )


def _parent(settings: Settings, pipeline: str, header: dict[str, Any], ledger: Ledger) -> Parent:
    forgotten = forgetting_of(ledger, header) is not None
    return Parent(header, lambda: nodes_of(settings, pipeline, header["model"]), forgotten)
