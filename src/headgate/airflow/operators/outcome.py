"""What an error of a job means for its task: skip, fail for good, or try again."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException


def task_outcome(error: Exception) -> Exception | None:
    """The Airflow exception for an error that Headgate raised on purpose; None: retry as usual.

    An hour behind a closed gate skips its run. A closed gate and every other refusal fail the task
    without retry, since a second try would find the same; their text says what to do.
    """
    from headgate.spec.errors import HeadgateError

    if not isinstance(error, HeadgateError):
        return None
    from headgate.hops.run_range import Behind

    return AirflowSkipException(str(error)) if isinstance(error, Behind) else AirflowFailException(str(error))
