"""Which models score a batch of hours, as the release log and the model log say: MLflow is not asked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from headgate.releases.model_headers import header_of
from headgate.releases.release_rows import Release, moves
from headgate.releases.trials import on_trial
from headgate.spec.errors import HeadgateError
from headgate.spec.hours import BEGINNING
from headgate.spec.predictions import CHALLENGER, CHAMPION
from headgate.spec.settings import Settings

WAIT = "Nothing: once a model is promoted, it scores the hours that come after."


class NothingToScore(HeadgateError):
    """No model serves that could score these hours, or they were scored before: their run goes on without."""


@dataclass(frozen=True)
class LiveModel:
    """A model that scores, in its `role`, from the frontier `since` on; `header` is the model log's."""

    role: str
    model: int
    version: int | None
    since: datetime
    header: dict[str, Any]

    @property
    def trained_until(self) -> datetime:
        """The last as-of hour that it learned from."""
        return datetime.fromisoformat(self.header["training"]["end"])

    @property
    def says_after(self) -> datetime:
        """It scores the as-of hours after this: it has its role, and did not learn from them."""
        return max(self.since, self.trained_until)


def live_champion(
    settings: Settings, pipeline: str, history: list[Release], last_hour: datetime
) -> LiveModel:
    """The champion of the hour that starts at `last_hour`: that of the last move of the alias before it.

    `since` is when the present row of champions began, without a gap in between. Raises NothingToScore.
    """
    began: Release | None = None
    now: Release | None = None
    for release in moves(history):
        if release.frontier and datetime.fromisoformat(release.frontier) > last_hour:
            break
        now = release
        began = None if release.version is None else (began or release)
    if now is None:
        raise nothing_to_score(pipeline, "no model served yet when it began", WAIT)
    if began is None or now.version is None:
        raise nothing_to_score(pipeline, "the alias champion was removed, so no model serves", WAIT)
    if now.model is None:
        raise nothing_to_score(
            pipeline,
            f"version {now.version} serves, which the model log does not have",
            "Move the alias champion to one of Headgate's versions, or: ./headgate rollback",
        )
    since = datetime.fromisoformat(began.frontier) if began.frontier else BEGINNING
    return LiveModel(CHAMPION, now.model, now.version, since, header_of(settings, pipeline, now.model))


def live_challengers(settings: Settings, pipeline: str, history: list[Release]) -> list[LiveModel]:
    """The model that is on trial now, if one is, from the frontier on at which its trial began."""
    begun = on_trial(history)
    if begun is None or begun.model is None:
        return []
    header = header_of(settings, pipeline, begun.model)
    since = datetime.fromisoformat(begun.frontier)
    return [LiveModel(CHALLENGER, begun.model, begun.version, since, header)]


def nothing_to_score(pipeline: str, why: str, then: str) -> NothingToScore:
    """Why an hour goes without scores, and what to do."""
    return NothingToScore(
        f"This hour of {pipeline} is not scored: {why}.",
        where=f"{pipeline}_gold.predictions",
        left="The hour is done all the same; no prediction was added or changed.",
        next_command=then,
    )
