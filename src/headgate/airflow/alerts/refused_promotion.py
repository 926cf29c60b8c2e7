"""A candidate that the rules of promotion refused."""

from __future__ import annotations

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.pages.paths import page_address
from headgate.releases.release_rows import Release
from headgate.spec.load import LoadedPipeline

PROMOTION = "promotion"


def refused_promotion(loaded: LoadedPipeline, history: list[Release]) -> list[Cause]:
    """The cause that the latest candidate was refused; none where the latest decision is another.

    Candidate after candidate that the same checks refuse beside the same champion are one cause.
    """
    if not history or history[-1].decision != "hold":
        return []
    release, name = history[-1], loaded.spec.pipeline
    failed = [reason for reason in release.reasons if not reason["passed"]]
    checks = ",".join(sorted(str(reason["check"]) for reason in failed))
    return [
        Cause(
            key=f"{PROMOTION}/refused/{release.previous_champion or 0}/{checks}",
            kind=PROMOTION,
            title=f"{name}: version {release.version} was not promoted",
            what="; ".join(str(reason["said"]) for reason in failed)
            + f". As before, {serving_before(release)} serves.",
            page=page_address("releases", name, str(release.release)),
            next_command=f"./headgate releases show {name} {release.release}",
        )
    ]


def serving_before(release: Release) -> str:
    """What served when the decision was made, in words."""
    return f"version {release.previous_champion}" if release.previous_champion else "no version"
