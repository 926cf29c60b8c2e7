"""Record what somebody answered who was asked whether a candidate is to serve, and let it serve if so."""

from __future__ import annotations

from dataclasses import asdict

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.releases.carry_out import carry_out, finish_last
from headgate.releases.decision import Reason
from headgate.releases.hand_move import record_hand_move
from headgate.releases.registry import champion, open_client
from headgate.releases.release_log import append_release
from headgate.releases.release_manifest import frontier_now, manifest_of
from headgate.releases.release_rows import ASK, Release, answer_to, releases
from headgate.releases.why import APPROVAL
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

NOBODY = "nobody in time"
"""Who answered where no answer came."""


class NothingAsked(HeadgateError):
    """The release did not ask anybody."""


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
    held where another one serves now than when it was asked. Raises NothingAsked, NoAddress,
    DecidedElsewhere.
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
    finish_last(client, pipeline, history)
    now = champion(client, pipeline)
    record_hand_move(spark, settings, loaded, client, now)
    reasons = [*_answered(approved, by), *_same_champion(row, now.version if now else None)]
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    release = Release(
        release=len(releases(settings, pipeline)) + 1,
        decision="promote" if all(reason.passed for reason in reasons) else "hold",
        version=row.version,
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


def _same_champion(row: Release, now: int | None) -> list[Reason]:
    if now == row.previous_champion:
        return []
    names = ["nothing" if one is None else f"version {one}" for one in (now, row.previous_champion)]
    return [Reason("champion", False, f"{names[0]} serves now, but {names[1]} did when it was asked")]
