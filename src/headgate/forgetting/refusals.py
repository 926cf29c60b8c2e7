"""Why a subject is not forgotten, and what to do about it."""

from __future__ import annotations

from headgate.forgetting.mentioned import Mentioned
from headgate.hops.ledger import Ledger
from headgate.hops.run_range import not_at_rest
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline

UNTOUCHED = "Nothing was changed."


class NotToForget(HeadgateError):
    """Nothing may be forgotten now, or nobody says why."""


class NotThere(HeadgateError):
    """Nothing is kept of the subject."""


class StillThere(HeadgateError):
    """Rows of the subject are left in tables."""


def require_possible(loaded: LoadedPipeline, ledger: Ledger, by: str, why: str) -> None:
    """Raise NotToForget while hours are open, or other hours are to be derived first, or without a reason."""
    pipeline = loaded.spec.pipeline
    open_work = not_at_rest(pipeline, ledger, loaded.spec.schedule.start)
    if not by.strip() or not why.strip():
        problem, way = "forgetting says who asks for it, and why", 'the same with --why "..."'
    elif ledger.last_hour_done() is None and ledger.held() is None:
        problem, way = "nothing is published yet", "./headgate status"
    elif open_work is not None:
        problem, way = open_work
    else:
        return
    raise NotToForget(
        f"Nothing of {pipeline} is forgotten now: {problem}.",
        where=f"{pipeline}_forget",
        left=UNTOUCHED,
        next_command=way,
    )


def require_unnamed(pipeline: str, mentioned: Mentioned, by: str, why: str) -> None:
    """Raise NotToForget where the reason, which is kept, names what is to be forgotten."""
    if mentioned.in_text(f"{by} {why}"):
        raise NotToForget(
            "The reason names what is to be forgotten, and it would be kept.",
            where=f"{pipeline}_forget",
            left=UNTOUCHED,
            next_command="the same with a --why that does not name it, like the number of the request",
        )


def not_there(pipeline: str, table: str) -> NotThere:
    """Nothing is kept under this key."""
    return NotThere(
        f"No row of {pipeline}.{table} has this key, nor does any other row name it.",
        where=f"{pipeline}_silver.{table}",
        left=UNTOUCHED,
        next_command=f"look at keys: ./headgate query 'SELECT * FROM {pipeline}_silver.{table} LIMIT 5'",
    )


def still_there(pipeline: str, left: dict[str, int]) -> StillThere:
    """Tables that still hold rows after everything was derived again: a transform brings them back."""
    told = ", ".join(f"{rows} rows of {table}" for table, rows in sorted(left.items()))
    return StillThere(
        f"Not all of the subject is gone: {told} still hold it.",
        where=f"{pipeline}_forget",
        left="The archive no longer has it, and hours wait.",
        next_command="look where the transforms of these tables take it from; then ask for the same again",
    )
