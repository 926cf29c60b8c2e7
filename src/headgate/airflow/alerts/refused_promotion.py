"""A candidate that the rules of promotion refused."""

from __future__ import annotations

from datetime import datetime, timedelta

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.pages.paths import page_address
from headgate.releases.release_rows import Release
from headgate.spec.load import LoadedPipeline

PROMOTION = "promotion"
TOLD_FOR = timedelta(days=1)
"""How long after a refusal it is told, where nobody was told yet."""


def refused_promotion(
    loaded: LoadedPipeline, history: list[Release], since: datetime, now: datetime
) -> list[Cause]:
    """The causes that candidates were refused: the latest decision, and those of the last day before it.

    Decisions follow each other faster than anybody looks, and a message may have to be sent again. What was
    decided before `since`, when somebody began to look, is no news. Candidate after candidate that the same
    checks refuse beside the same champion are one cause.
    """
    first = max(since, now - TOLD_FOR)
    found = [
        _cause(loaded.spec.pipeline, one)
        for one in history
        if one.decision == "hold"
        and (one is history[-1] or (one.decided_at is not None and one.decided_at >= first))
    ]
    return list({cause.key: cause for cause in found}.values())


def _cause(name: str, release: Release) -> Cause:
    failed = [reason for reason in release.reasons if not reason["passed"]]
    checks = ",".join(sorted(str(reason["check"]) for reason in failed))
    return Cause(
        key=f"{PROMOTION}/refused/{release.previous_champion or 0}/{checks}",
        kind=PROMOTION,
        title=f"{name}: version {release.version} was not promoted",
        what="; ".join(str(reason["said"]) for reason in failed)
        + f". As before, {serving_before(release)} serves.",
        page=page_address("releases", name, str(release.release)),
        next_command=f"./headgate releases show {name} {release.release}",
    )


def serving_before(release: Release) -> str:
    """What served when the decision was made, in words."""
    return f"version {release.previous_champion}" if release.previous_champion else "no version"
