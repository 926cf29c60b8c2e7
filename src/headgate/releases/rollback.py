"""Go back to an earlier release: its model serves again and, where asked for, the tables are its tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from headgate.hops.finish import finish_open_intents
from headgate.hops.ledger import Ledger
from headgate.hops.roll_back import TablesBack, require_files, roll_tables_back
from headgate.hops.run_range import way_forward
from headgate.releases.carry_out import carry_out, finish_last
from headgate.releases.forgotten import forgetting_of, said_of
from headgate.releases.hand_move import record_hand_move
from headgate.releases.model_headers import header_of
from headgate.releases.registry import champion, open_client, version_of_model
from headgate.releases.release_log import append_release
from headgate.releases.release_manifest import frontier_now, manifest_of
from headgate.releases.release_rows import MOVES, Release, releases
from headgate.releases.tables_then import table_lines, tables_then
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

AS_IT_WAS = "The alias champion and all tables are as they were."


class NoWayBack(HeadgateError):
    """There is no such release, nothing to go back to, or it is live already."""


@dataclass(frozen=True)
class WayBack:
    """What a rollback does: `version` (of `model`) serves in place of `serves_now`; and what to `tables`."""

    target: Release
    model: int
    version: int
    serves_now: int | None
    tables: TablesBack | None

    def lines(self) -> list[str]:
        """The same in sentences, one a line."""
        now = "nothing" if self.serves_now is None else f"version {self.serves_now}"
        found = [
            f"champion: version {self.version} (model {self.model}) serves already"
            if self.serves_now == self.version
            else f"champion: version {self.version} (model {self.model}) in place of {now}"
        ]
        if self.tables is None:
            return [*found, "tables: they stay as they are"]
        return [*found, *table_lines(self.tables)]


def way_back(
    settings: Settings, loaded: LoadedPipeline, client: MlflowClient, to: int, *, tables: bool
) -> WayBack:
    """Find out what going back to the release `to` would do. Nothing is changed.

    Raises NoWayBack where there is no such release, it never served, its model is not in MLflow or its tables
    are not known any more; VersionsGone where the lake lacks versions.
    """
    pipeline = loaded.spec.pipeline
    target = _release(settings, pipeline, to)
    if target.decision not in MOVES or target.model is None:
        what = "no model of the log" if target.model is None else f"version {target.version}"
        decision = target.decision.replace("_", " ")
        raise _refused(f"Release {to} of {pipeline} let nothing serve: {decision} of {what}.", pipeline)
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    forgotten = forgetting_of(ledger, header_of(settings, pipeline, target.model))
    if forgotten is not None:
        raise _refused(
            f"Release {to} of {pipeline} cannot come back: its model {target.model} may have learned from a "
            f"subject that was forgotten since ({said_of(forgotten)}).",
            pipeline,
        )
    if ledger.forgetting() is not None:
        raise NoWayBack(
            f"A subject of {pipeline} is being forgotten, and nothing goes back meanwhile.",
            f"{pipeline}_ops.hops",
            AS_IT_WAS,
            f"./headgate {way_forward(pipeline, ledger.forgettings()[-1], loaded.spec.schedule.start)}",
        )
    registered = version_of_model(client, pipeline, target.model)
    if registered is None:
        raise NoWayBack(
            f"MLflow no longer has a version that shows model {target.model}, that of release {to}.",
            f"MLflow, registered model {pipeline}",
            AS_IT_WAS,
            f"./headgate releases reconcile {pipeline}, which shows it again; then the same",
        )
    now = champion(client, pipeline)
    back = _tables(settings, loaded, target.model, to) if tables else None
    if back is not None:
        require_files(settings, pipeline, back.versions)
    return WayBack(target, target.model, int(registered.version), now.version if now else None, back)


def require_change(pipeline: str, found: WayBack) -> None:
    """Raise NoWayBack where model and tables, as far as asked for, are live already."""
    if found.serves_now != found.version or (found.tables and found.tables.versions):
        return
    what = f"Version {found.version} of {pipeline}, that of release {found.target.release}, serves already"
    raise _refused(f"{what}{', and the tables are those of then' if found.tables else ''}.", pipeline)


def roll_back(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    to: int,
    *,
    tables: bool,
    by: str,
    why: str,
    run: str,
) -> Release:
    """Go back to the release `to` and return the release that records it: tables first, the alias last.

    `run` names the rollback: repeated under the same name it does what a killed try left undone, and nothing
    else. An alias that somebody moved since the last release is recorded first. Raises NoWayBack,
    VersionsGone, DecidedElsewhere.
    """
    pipeline, client = loaded.spec.pipeline, open_client()
    if not by.strip() or not why.strip():
        raise _refused("A rollback says who made it, and why.", pipeline)
    ledger = finish_open_intents(spark, settings, loaded, Ledger(settings, pipeline, loaded.spec.hops[-1]))
    history = releases(settings, pipeline)
    for release in history:
        if release.decision == "rollback" and release.reasons[0].get("run") == run:
            carry_out(client, pipeline, release)
            return release
    finish_last(client, pipeline, history)
    record_hand_move(spark, settings, loaded, client, champion(client, pipeline))
    done = any(entry.state == "rolled_back" and entry.attempt == run for entry in ledger.entries())
    found = way_back(settings, loaded, client, to, tables=tables and not done)
    if not done:
        require_change(pipeline, found)
    if found.tables is not None and found.tables.versions:
        ledger = roll_tables_back(
            spark, settings, loaded, ledger, found.tables,
            name=run, verdict=f"to those of release {to}", by=by.strip(), why=why.strip(),
        )  # fmt: skip
    what = "model and tables" if tables else "the model"
    said = f"{by.strip()} went back to {what} of release {to}: {why.strip()}"
    history = releases(settings, pipeline)
    release = Release(
        release=len(history) + 1,
        decision="rollback",
        version=found.version,
        model=found.model,
        previous_champion=found.serves_now,
        reasons=[{"check": "rollback", "passed": True, "said": said, "run": run, "tables": tables}],
        frontier=frontier_now(ledger),
        back_to=to,
        decided_by=by.strip(),
        why=why.strip(),
        **manifest_of(settings, pipeline, ledger, found.model),
    )
    written = append_release(spark, settings, pipeline, release)
    carry_out(client, pipeline, written)
    return written


def _release(settings: Settings, pipeline: str, number: int) -> Release:
    history = releases(settings, pipeline)
    found = next((row for row in history if row.release == number), None)
    if found is not None:
        return found
    there = f"its releases are 1 to {len(history)}" if history else "nothing was decided yet"
    raise _refused(f"{pipeline} has no release {number}: {there}.", pipeline)


def _tables(settings: Settings, loaded: LoadedPipeline, model: int, to: int) -> TablesBack:
    pipeline = loaded.spec.pipeline
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    back = tables_then(loaded, ledger, header_of(settings, pipeline, model))
    if back is None:
        raise _refused(f"The ledger of {pipeline} has no publish of the tables of release {to}.", pipeline)
    return back


def _refused(what: str, pipeline: str) -> NoWayBack:
    return NoWayBack(what, f"{pipeline}_ops.releases", AS_IT_WAS, f"./headgate releases list {pipeline}")
