"""Record what somebody answered who was asked whether a candidate is to serve, and let it serve if so."""

from __future__ import annotations

from dataclasses import asdict

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.releases.carry_out import carry_out, finish_last
from headgate.releases.decision import Reason
from headgate.releases.forgotten import FORGOTTEN, why_forgotten
from headgate.releases.hand_move import record_hand_move
from headgate.releases.model_headers import header_of, same_recipe
from headgate.releases.registry import Version, champion, open_client, version_of_model
from headgate.releases.release_log import append_release
from headgate.releases.release_manifest import frontier_now, manifest_of
from headgate.releases.release_rows import ASK, CHALLENGE, Release, answer_to, last_move, releases
from headgate.releases.why import APPROVAL
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

NOBODY = "nobody in time"
"""Who answered where no answer came."""


class NothingAsked(HeadgateError):
    """The release did not ask anybody."""


class NotShown(HeadgateError):
    """MLflow has no version of the model that was approved of."""


def answer(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    asked: int,
    *,
    approved: bool,
    by: str,
) -> Release:
    """Promote or hold what the release `asked` asked about, and return the release that records it.

    An answer counts once: repeated, it does what a killed try left undone. Approved or not, the version is
    held where another one serves now than when it was asked; but what won a trial does not lose it since the
    champion was refreshed meanwhile, which learned on by the same recipe. It is held, too, where a subject
    was forgotten since that the model may have learned from. Where the version was deleted in MLflow since,
    it is the one that shows the model now. Raises NothingAsked, NotShown, NoAddress, DecidedElsewhere.
    """
    pipeline, client = loaded.spec.pipeline, open_client()
    history = releases(settings, pipeline)
    row = next((one for one in history if one.release == asked and one.decision == ASK), None)
    if row is None:
        raise NothingAsked(
            f"release {asked} of {pipeline} asked nobody",
            where=f"{pipeline}_ops.releases",
            left="nothing was decided",
            next_command=f"./headgate releases list {pipeline}",
        )
    given = answer_to(history, row)
    if given is not None:
        carry_out(client, pipeline, given)
        return given
    shown = version_of_model(client, pipeline, row.model) if row.model is not None else None
    if shown is None and approved:
        raise NotShown(
            f"MLflow no longer has a version that shows model {row.model}, about which release {asked} asked",
            where=f"MLflow, registered model {pipeline}",
            left="nothing was decided, and the answer counts once the task runs again",
            next_command=f"./headgate releases reconcile {pipeline}, which shows it; then clear the task",
        )
    finish_last(client, pipeline, history)
    now = champion(client, pipeline)
    record_hand_move(spark, settings, loaded, client, now)
    refreshed = _refreshed(settings, pipeline, history, row, now)
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    reasons = [
        *_answered(approved, by),
        *champion_holds(row, now.version if now else None, refreshed),
        *_forgotten(settings, pipeline, ledger, row.model),
    ]
    release = Release(
        release=len(releases(settings, pipeline)) + 1,
        decision="promote" if all(reason.passed for reason in reasons) else "hold",
        version=int(shown.version) if shown else row.version,
        model=row.model,
        previous_champion=now.version if now else None,
        reasons=[*row.reasons, *(asdict(reason) for reason in reasons)],
        frontier=frontier_now(ledger),
        evaluation=row.evaluation,
        decided_by=by,
        **manifest_of(settings, pipeline, ledger, row.model),
    )
    written = append_release(spark, settings, pipeline, release)
    carry_out(client, pipeline, written)
    return written


def _answered(approved: bool, by: str) -> list[Reason]:
    said = f"{by} approved of it" if approved else f"{by} did not approve of it"
    said = "nobody approved of it in time" if by == NOBODY else said
    return [Reason(APPROVAL, approved, said)]


def champion_holds(row: Release, now: int | None, refreshed: bool) -> list[Reason]:
    """What the version that serves `now` says to what `row` asked: nothing where it served then.

    `refreshed`: it is of the recipe of the one that did.
    """
    if now == row.previous_champion:
        return []
    names = ["nothing" if one is None else f"version {one}" for one in (now, row.previous_champion)]
    if refreshed and row.evaluation.get("track") == CHALLENGE:
        said = f"{names[0]} serves now, {names[1]} refreshed: the trial was against its recipe"
        return [Reason("champion", True, said)]
    return [Reason("champion", False, f"{names[0]} serves now, but {names[1]} did when it was asked")]


def _forgotten(settings: Settings, pipeline: str, ledger: Ledger, model: int | None) -> list[Reason]:
    """That the model may know who was forgotten since it was asked about; nothing where it does not."""
    found = None if model is None else why_forgotten(ledger, header_of(settings, pipeline, model))
    return [] if found is None else [Reason(FORGOTTEN, False, found)]


def _refreshed(
    settings: Settings, pipeline: str, history: list[Release], row: Release, now: Version | None
) -> bool:
    """Whether what serves now is of the recipe of what served when `row` asked."""
    before = last_move(history[: row.release])
    serves, served = now.model if now else None, before.model if before else None
    return serves is not None and served is not None and same_recipe(settings, pipeline, serves, served)
