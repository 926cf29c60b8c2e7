"""Begin the trial of a challenger: on record first, then the alias `challenger` in MLflow."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from headgate.hops.ledger import Ledger
from headgate.releases.absent_inputs import absent_inputs
from headgate.releases.carry_out import carry_out, finish_last
from headgate.releases.forgotten import why_forgotten
from headgate.releases.hand_move import record_hand_move
from headgate.releases.model_headers import header_of
from headgate.releases.registry import Version, champion, open_client, version_of_model
from headgate.releases.release_log import append_release
from headgate.releases.release_manifest import manifest_of
from headgate.releases.release_rows import CHALLENGE, Release, releases
from headgate.releases.trials import began_within, on_trial
from headgate.spec.duration import format_duration
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient


class NoTrial(HeadgateError):
    """A model cannot be put on trial now."""


def challenge(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, model: int, *, by: str, why: str
) -> Release:
    """Put a model of the model log on trial against the champion, and return the release that records it.

    From the next whole day of data on both score the same hours; `promote` decides on it by what they said.
    A model that is on trial already stays so, and nothing is recorded again. An alias `champion` that
    somebody moved is recorded first. Raises NoTrial where nothing serves, the model serves itself or may have
    learned from a subject that was forgotten since, MLflow does not show it, another model is on trial, too
    many trials began lately, or what serves scores no hour any more; UnknownModel, NoAddress,
    DecidedElsewhere.
    """
    client = open_client()
    history = releases(settings, loaded.spec.pipeline)
    begun = on_trial(history)
    if begun is not None and begun.model == model:
        carry_out(client, loaded.spec.pipeline, begun)
        return begun
    finish_last(client, loaded.spec.pipeline, history)
    record_hand_move(spark, settings, loaded, client, champion(client, loaded.spec.pipeline))
    row = record_challenge(spark, settings, loaded, client, model, by=by, why=why)
    carry_out(client, loaded.spec.pipeline, row)
    return row


def record_challenge(
    spark: SparkSession,
    settings: Settings,
    loaded: LoadedPipeline,
    client: MlflowClient,
    model: int,
    *,
    by: str,
    why: str,
) -> Release:
    """The first half of `challenge`: the record alone, with the same refusals."""
    pipeline = loaded.spec.pipeline
    history, now = releases(settings, pipeline), champion(client, pipeline)
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    forgotten = why_forgotten(ledger, header_of(settings, pipeline, model))
    if forgotten is not None:
        raise _no_trial(
            pipeline, model, forgotten, f"choose a later one: ./headgate releases list {pipeline}"
        )
    frontier = ledger.frontier()
    version = version_of_model(client, pipeline, model)
    refuse_challenge(loaded, history, now, model, frontier, shown=version is not None)
    _refuse_silent(settings, loaded, now, model)
    assert version is not None and frontier is not None and now is not None
    said = f"{by} put model {model} on trial against version {now.version}: {why}"
    row = Release(
        release=len(history) + 1,
        decision=CHALLENGE,
        version=int(version.version),
        model=model,
        previous_champion=now.version,
        reasons=[{"check": "trial", "passed": True, "said": said}],
        frontier=frontier.isoformat(),
        decided_by=by,
        why=why,
        **manifest_of(settings, pipeline, ledger, model),
    )
    return append_release(spark, settings, pipeline, row)


def refuse_challenge(
    loaded: LoadedPipeline,
    history: list[Release],
    now: Version | None,
    model: int,
    frontier: datetime | None,
    *,
    shown: bool,
) -> None:
    """Raise NoTrial where the model cannot be put on trial; `shown`: MLflow has a version of it."""
    pipeline, begun = loaded.spec.pipeline, on_trial(history)
    policy = loaded.spec.promotes_by.challenge
    if now is None or frontier is None:
        raise _no_trial(
            pipeline,
            model,
            "nothing serves that it could be compared with",
            f"let the first model prove itself: trigger the DAG {pipeline}_learn",
        )
    if now.model == model:
        raise _no_trial(
            pipeline, model, "it serves already", f"choose another: ./headgate releases list {pipeline}"
        )
    if not shown:
        raise _no_trial(
            pipeline, model, "MLflow has no version of it", f"./headgate releases reconcile {pipeline}"
        )
    if begun is not None:
        raise _no_trial(
            pipeline,
            model,
            f"model {begun.model} is on trial since {_hour(begun)}",
            "wait for its decision, or take the alias challenger from it in MLflow",
        )
    lately = began_within(history, frontier, policy.within)
    if len(lately) >= policy.at_most:
        span = format_duration(policy.within)
        free = datetime.fromisoformat(lately[-policy.at_most].frontier) + policy.within
        raise _no_trial(
            pipeline,
            model,
            f"{len(lately)} trials began in the last {span} of data, and at most {policy.at_most} may: with "
            "more, one would win by chance",
            f"the same again when the data have reached {free:%Y-%m-%d %H:%M}",
        )


def _refuse_silent(settings: Settings, loaded: LoadedPipeline, now: Version | None, model: int) -> None:
    """Raise NoTrial where the champion scores no hour that the model could be compared on."""
    pipeline, serves = loaded.spec.pipeline, now.model if now else None
    absent = [] if serves is None else absent_inputs(loaded, header_of(settings, pipeline, serves))
    if absent:
        raise _no_trial(
            pipeline,
            model,
            f"champion model {serves} needs {', '.join(absent)}, which examples have none of any more, so it "
            "scores no hour to compare with",
            f"let the next model be judged without a trial: trigger the DAG {pipeline}_learn",
        )


def _no_trial(pipeline: str, model: int, what: str, next_command: str) -> NoTrial:
    return NoTrial(
        f"model {model} of {pipeline} cannot be put on trial: {what}",
        where=f"{pipeline}_ops.releases",
        left="no trial began; the aliases in MLflow are as they were",
        next_command=next_command,
    )


def _hour(row: Release) -> str:
    return f"{datetime.fromisoformat(row.frontier):%Y-%m-%d %H:%M}"
