"""Who did what, out of what keeps a record: Airflow, MLflow, Headgate's own logs in the lake."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Place = Literal["airflow", "mlflow", "headgate"]


@dataclass(frozen=True, order=True)
class Act:
    """One thing that somebody did, or tried: `did` to `what`, for the reason `why`.

    `place` is whose record says so; the same act may be on record in two, as the request in Airflow and the
    decision in the lake that followed from it.
    """

    at: datetime
    who: str
    place: Place
    did: str
    what: str
    why: str = ""


def in_order(
    acts: Iterable[Act], begin: datetime | None = None, end: datetime | None = None, who: str | None = None
) -> list[Act]:
    """The acts from `begin` up to before `end`, of `who` alone if named, oldest first."""
    return sorted(
        act
        for act in acts
        if (begin is None or act.at >= begin)
        and (end is None or act.at < end)
        and (who is None or act.who == who)
    )
