"""Who did what, out of what keeps a record: Airflow, MLflow, Headgate's own logs in the lake."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from headgate.airflow.names import ENDINGS

Place = Literal["airflow", "mlflow", "headgate", "stack"]


@dataclass(frozen=True, order=True)
class Act:
    """One thing that somebody did, or tried: `did` to `what`, for the reason `why`.

    `place` is whose record says so; the same act may be on record in two, as the request in Airflow and the
    decision in the lake that followed from it. `stack`: what was done to the compose stack itself.
    """

    at: datetime
    who: str
    place: Place
    did: str
    what: str
    why: str = ""


def in_order(
    acts: Iterable[Act],
    begin: datetime | None = None,
    end: datetime | None = None,
    who: str | None = None,
    pipeline: str | None = None,
    text: str | None = None,
) -> list[Act]:
    """The acts from `begin` up to before `end`, oldest first.

    If named, of `who` alone; about `pipeline` alone; those alone that say `text`, in whatever case, of what
    was done to what.
    """
    return sorted(
        act
        for act in acts
        if (begin is None or act.at >= begin)
        and (end is None or act.at < end)
        and (who is None or act.who == who)
        and (pipeline is None or concerns(act, pipeline))
        and (text is None or text.casefold() in f"{act.did} {act.what}".casefold())
    )


def concerns(act: Act, pipeline: str) -> bool:
    """Whether the record names the pipeline as that which was acted on, one of its DAGs, or its model."""
    if act.place == "mlflow":
        return f"name {pipeline}" in act.what.split(", ")
    first = re.split(r"[\s/]", act.what, maxsplit=1)[0]
    return first in {pipeline, *(pipeline + ending for ending in ENDINGS)}
