"""How long a client of the engine waits for it, and how it tells that the engine has ended."""

from __future__ import annotations

import grpc
from pyspark.errors import PySparkException
from pyspark.errors.exceptions.connect import SparkConnectGrpcException
from pyspark.sql.connect.client.retries import DefaultPolicy

LONGEST_PAUSE = 2_500
"""Milliseconds between two tries, so that an engine that is back is found at once."""

ENDED = (
    "INVALID_HANDLE.SESSION_CHANGED",
    "INVALID_HANDLE.SESSION_NOT_FOUND",
    "RESPONSE_ALREADY_RECEIVED",
    "NO_ACTIVE_SESSION",
)
"""Error conditions by which a session tells that its engine is stopping or was started anew: the engine's
answer, or the client's word for half of one."""
STOPPING = "Cannot call methods on a stopped SparkContext"
"""What an engine that is about to end says to those who still ask; it has no condition."""


def waiting_for_it() -> DefaultPolicy:
    """For a session that is about to open: some 5 minutes, in which an engine that was killed is back."""
    return DefaultPolicy(max_retries=120, max_backoff=LONGEST_PAUSE)


def noticing_its_end() -> DefaultPolicy:
    """For a session at work: some 15 seconds. It is lost with its engine, so that waiting is of no use."""
    return DefaultPolicy(max_retries=8, max_backoff=LONGEST_PAUSE)


def engine_has_ended(error: BaseException) -> bool:
    """Whether the error, or one that led to it, says that the engine of the session is no more."""
    found: BaseException | None = error
    while found is not None:
        if _says_so(found):
            return True
        found = found.__cause__ or found.__context__
    return False


def _says_so(error: BaseException) -> bool:
    if isinstance(error, SparkConnectGrpcException):
        if error.getGrpcStatusCode() is grpc.StatusCode.UNAVAILABLE:
            return True
    elif isinstance(error, grpc.RpcError):
        return error.code() is grpc.StatusCode.UNAVAILABLE
    return isinstance(error, PySparkException) and (error.getCondition() in ENDED or STOPPING in str(error))
