"""What an error of a job means for its task: skip, fail for good, or try again."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException


def task_outcome(error: Exception) -> Exception | None:
    """The Airflow exception for an error that has words of its own; None: it is raised as it is.

    An hour behind a closed gate skips its run, an hour that no model scores its scores. A closed gate and
    every other refusal fail the task without retry, since a second try would find the same; their text says
    what to do. A landing file that is still being written is tried again: it may be complete by then. So is
    all else; where the engine ended, the text says so instead of what the client saw of it.
    """
    from headgate.spec.errors import HeadgateError

    if not isinstance(error, HeadgateError):
        return AirflowException(str(engine_ended())) if _engine_has_ended(error) else None
    from headgate.hops.run_range import Behind
    from headgate.ingest.landing import StillWritten
    from headgate.serving.live_models import NothingToScore

    if isinstance(error, StillWritten):
        return AirflowException(str(error))
    skips = isinstance(error, Behind | NothingToScore)
    return AirflowSkipException(str(error)) if skips else AirflowFailException(str(error))


def engine_ended() -> Exception:
    """What a task says whose engine ended under it."""
    from headgate.spec.errors import HeadgateError

    return HeadgateError(
        "The engine ended while this task was at work.",
        left="What was committed stays; a publish that was begun is finished first by the next try.",
        next_command="Nothing: the task is tried again and waits for the engine. If it fails for good: "
        "./headgate status",
    )


def _engine_has_ended(error: Exception) -> bool:
    from headgate.lake.engine_patience import engine_has_ended

    return engine_has_ended(error)
