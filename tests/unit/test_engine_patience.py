"""A client tells an engine that has ended from every other trouble, and soon."""

from __future__ import annotations

import grpc
import pytest
from pyspark.errors import AnalysisException
from pyspark.errors.exceptions.connect import SparkConnectException, SparkConnectGrpcException
from pyspark.sql.connect.client.retries import RetryPolicyState

from headgate.lake.engine_patience import engine_has_ended, noticing_its_end, waiting_for_it


class Refused(grpc.RpcError):
    """What the channel raises where nobody listens."""

    def code(self) -> grpc.StatusCode:
        return grpc.StatusCode.UNAVAILABLE


def client_error(status: grpc.StatusCode, condition: str | None = None) -> SparkConnectGrpcException:
    parameters = None if condition is None else {"handle": "0a1b"}
    return SparkConnectGrpcException("trouble", condition, parameters, grpc_status_code=status)


@pytest.mark.parametrize(
    ("error", "ended"),
    [
        (Refused(), True),
        (client_error(grpc.StatusCode.UNAVAILABLE), True),
        (client_error(grpc.StatusCode.INTERNAL, "INVALID_HANDLE.SESSION_CHANGED"), True),
        (client_error(grpc.StatusCode.INTERNAL, "INVALID_HANDLE.SESSION_NOT_FOUND"), True),
        (client_error(grpc.StatusCode.INTERNAL, "RESPONSE_ALREADY_RECEIVED"), True),
        (client_error(grpc.StatusCode.INTERNAL, "NO_ACTIVE_SESSION"), True),
        (
            SparkConnectException(
                "(java.lang.IllegalStateException) Cannot call methods on a stopped SparkContext.\nThis"
            ),
            True,
        ),
        (client_error(grpc.StatusCode.INTERNAL, "DELTA_CONCURRENT_APPEND"), False),
        (client_error(grpc.StatusCode.INTERNAL), False),
        (SparkConnectException("trouble"), False),
        (AnalysisException("no such column"), False),
        (ConnectionError("MLflow is away"), False),
    ],
)
def test_only_an_engine_that_has_ended_is_taken_for_one(error: Exception, ended: bool) -> None:
    assert engine_has_ended(error) is ended


def test_the_cause_may_lie_behind_another_error() -> None:
    error = RuntimeError("the job failed")
    error.__cause__ = Refused()
    assert engine_has_ended(error)


def test_a_session_at_work_gives_up_within_thirty_seconds_and_one_that_opens_waits_for_minutes() -> None:
    at_work, opening = (_longest_wait(policy) for policy in (noticing_its_end(), waiting_for_it()))
    assert 10 < at_work < 30
    assert 240 < opening < 420


def _longest_wait(policy: object) -> float:
    """Seconds that a policy waits in all before it gives up."""
    state, waited = RetryPolicyState(policy), 0.0
    while (pause := state.next_attempt()) is not None:
        waited += pause / 1000
    return waited
