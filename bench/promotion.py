"""How often the rules of promotion err, on a year of real flights: chance promoted, gains found, harm let by.

Scores are made once (`promotion_scores.py`) and stay in the state folder. Challenge track: families of trials
(`promotion_families.py`). A family is 500 consecutive hours in which as many trials begin as the spec allows,
at random hours, all at once, which is more than the one at a time of the platform; each is followed to its
end. Where nothing is to be found, champion and candidate change places on each day at random. Where there is
something, the candidate's AUC on all rows is higher by 0.01: once with scores that go along with the
champion's, once with those of another model. Some trials are decided a second time by the function that
decides on the platform, on the rows themselves; the measurement stops where that says otherwise.

Refresh track: candidates that harm, by noise, by a shift of all scores, or by guessing at one airport, are
put before `decide` at random hours, on the cohorts of the embargo, as on the platform. Shares come with exact
bounds (`promotion_bounds.py`).
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from headgate.learning.evaluation import CANDIDATE, CHAMPION, blocks_in, evaluate_scores
from headgate.learning.metrics import log_losses
from headgate.learning.slices import parts, slices
from headgate.learning.trial import Trial
from headgate.releases.challenge_decision import weigh
from headgate.releases.decision import decide
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR, HourRange
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.pipeline import Examples, Model, Promotion
from headgate.spec.settings import REPOSITORY, Settings

GAIN = 0.01
"""By how much the AUC of a candidate that is worth promoting is higher, on all rows."""
TOLERANCE = 1.0e-4
CHECKED = 2
"""Trials of each kind that are decided a second time."""
HARM_HOURS = 400
"""Hours at which each kind of harm is put before the guards: the share that passes is known to 5 points."""
SEED = 500
FAMILIES = runpy.run_path(str(REPOSITORY / "bench" / "promotion_families.py"))
BOUNDS = runpy.run_path(str(REPOSITORY / "bench" / "promotion_bounds.py"))
SCORES = runpy.run_path(str(REPOSITORY / "bench" / "promotion_scores.py"))
PAIRS = (("forest", "boosting"), ("forest", "forecast"), ("boosting", "forecast"))
HARMS: dict[str, tuple[float, ...]] = {
    "noise": (0, 0.2, 0.4, 0.8, 1.6),
    "shift": (0.1, 0.3, 0.6),
    "JFK": (1,),
}
"""Standard deviation of noise on each score's logit; shift of all logits; one airport's scores its mean."""


class SimulationDiffers(HeadgateError):
    """A simulated trial ended otherwise than the function says that decides on the platform."""


def measure(settings: Settings, families: int) -> Path:
    """Simulate, print the figures and return the file with all of them."""
    folder = settings.home / "bench" / "promotion"
    loaded = load_pipeline(settings, SCORES["PIPELINE"])
    year = Year(loaded, pd.read_parquet(SCORES["stored_scores"](settings, loaded, folder)))
    figures = {
        "rows": len(year.rows),
        "days": int(year.rows["day"].nunique()),
        "models": {name: year.alone(year.scores[name]) for name in SCORES["MODELS"]},
        "null": year.null(families),
        "found": {name: year.found(name, families) for name in ("close", "apart")},
        "refresh": [year.harm(kind, size) for kind, sizes in HARMS.items() for size in sizes],
    }
    path = folder / "figures.json"
    path.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    _show(figures, path)
    return path


class Year:
    """The stored scores, calibrated by a slope and an intercept each, and what is simulated on them."""

    def __init__(self, loaded: LoadedPipeline, rows: pd.DataFrame) -> None:
        spec = loaded.spec
        assert spec.examples is not None and spec.model is not None
        self.examples: Examples = spec.examples
        self.model: Model = spec.model
        self.promotion = spec.promotion or Promotion()
        self.policy = self.promotion.challenge
        as_of, known = rows[self.examples.as_of], rows[self.examples.label_known_at]
        day = (as_of - pd.Timedelta(1)).dt.floor("D")
        in_time = known <= day + pd.Timedelta(days=1) + self.examples.complete_after
        whole = (day > day.min()) & (day < day.max())
        kept = rows.assign(day=day)[in_time & whole]
        self.rows = kept.sort_values([self.examples.as_of, *self.examples.entity], ignore_index=True)
        self.label = self.rows[self.examples.label].to_numpy(np.float64)
        self.scores = {name: self._calibrated(_logit(self.rows[name])) for name in SCORES["MODELS"]}
        self.masks = [
            inside for name, cut in self.model.slices.items() for _, inside in parts(self.rows[name], cut)
        ]

    def alone(self, score: np.ndarray) -> dict[str, float]:
        """AUC and log loss on all rows."""
        return {
            "auc": float(roc_auc_score(self.label, score)),
            "log_loss": float(log_losses(self.label, score).mean()),
        }

    def null(self, families: int) -> dict[str, Any]:
        """Families in which champion and candidate change places on each day at random."""
        draw = np.random.default_rng(SEED)
        pairs = [self._pair(self.scores[one], self.scores[other]) for one, other in PAIRS]
        length = int(self.policy.hold_after / timedelta(days=1))
        ended, promoted = [], 0
        for number in range(families):
            trials = []
            for since in self._family(draw):
                pair, swapped = pairs[draw.integers(len(pairs))], draw.integers(0, 2, size=length)
                trials.append(self._trial(pair, since, swapped))
                if number < CHECKED:
                    self._same(pair, since, swapped, trials[-1])
            promoted += any(trial.outcome == "promote" for trial in trials)
            ended += trials
        return {
            "families": families,
            "promoted": promoted,
            "upper": BOUNDS["upper_bound"](promoted, families),
            "trials": _ends(ended),
            "largest_day": {
                " / ".join(names): float(np.abs(pair.loss[0] / pair.count[0]).max())
                for names, pair in zip(PAIRS, pairs, strict=True)
            },
        }

    def found(self, name: str, trials: int) -> dict[str, Any]:
        """Trials of a candidate whose AUC is higher by GAIN: see `_better`."""
        draw = np.random.default_rng(SEED + 1)
        champion, candidate = self._better(name)
        pair = self._pair(champion, candidate)
        ended = []
        for number in range(trials):
            since = self._family(draw)[0]
            ended.append(self._trial(pair, since, None))
            if number < CHECKED:
                self._same(pair, since, None, ended[-1])
        days = [end.after / timedelta(days=1) for end in ended if end.outcome == "promote"]
        gain = pair.loss[0] / pair.count[0]
        return {
            "champion": self.alone(champion),
            "candidate": self.alone(candidate),
            "correlation": float(np.corrcoef(_logit(champion), _logit(candidate))[0, 1]),
            "daily_gain": {"mean": float(gain.mean()), "sd": float(gain.std()), "least": float(gain.min())},
            "power": len(days) / trials,
            "days_to_promotion": [float(value) for value in np.percentile(days, [10, 50, 90])]
            if days
            else [],
            "trials": _ends(ended),
        }

    def harm(self, kind: str, size: float, hours: int = HARM_HOURS) -> dict[str, Any]:
        """How often the guards of the refresh track let a candidate by that is harmed in one way.

        It is put before them at that many random `hours`; `passed_between` is the 95 % interval of `passed`.
        """
        draw = np.random.default_rng(SEED + 2)
        candidate = self._harmed(kind, size, draw)
        held: dict[str, int] = {}
        last = min(300, int(self.rows["day"].nunique()))
        for _ in range(hours):
            hour = int(draw.integers(3 * 24, last * 24))
            frontier = self.rows["day"].iloc[0].to_pydatetime().replace(tzinfo=UTC) + hour * HOUR
            for reason in self._refresh(frontier, candidate):
                held[reason] = held.get(reason, 0) + 1
        champion = self.alone(self.scores["forest"])
        passed = held.pop("passed", 0)
        return {
            "kind": kind,
            "size": size,
            "hours": hours,
            "passed": passed / hours,
            "passed_between": BOUNDS["interval"](passed, hours),
            "held_by": {check: count / hours for check, count in held.items()},
            **{name: value - champion[name] for name, value in self.alone(candidate).items()},
        }

    def _refresh(self, frontier: datetime, candidate: np.ndarray) -> list[str]:
        """The checks that hold the candidate at this frontier; `passed` where none does."""
        end = frontier - self.promotion.embargo_to
        cohorts = HourRange(frontier - self.promotion.embargo_from, end)
        as_of = self.rows[self.examples.as_of]
        start, until = (pd.Timestamp(moment).tz_convert(None) for moment in (cohorts.start, end))
        inside = ((as_of > start) & (as_of <= until)).to_numpy()
        rows, label = self.rows[inside], self.label[inside]
        scores = {CANDIDATE: candidate[inside], CHAMPION: self.scores["forest"][inside]}
        seed = self.model.seed
        judged = evaluate_scores(label, as_of[inside], scores, cohorts, costs=None, seed=seed)
        places = blocks_in(as_of[inside], cohorts, judged["blocks"])
        found = slices(rows, label, scores, self.model.slices, against=CHAMPION, blocks=places, seed=seed)
        serving = {"version": 1, "trained_until": judged["range"]["start"]}
        decision = decide({**judged, "champion": serving, "slices": found}, self.promotion, 1)
        return [reason.check for reason in decision.reasons if not reason.passed] or ["passed"]

    def _better(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Champion and candidate. `close`: the candidate is the mean of forest and boosting, and the champion
        the same, mixed with as much of the forecast as costs GAIN. `apart`: the champion is the forecast, and
        the candidate boosting with as much noise on each score as leaves GAIN."""
        forest, boosting, forecast = (_logit(self.scores[one]) for one in ("forest", "boosting", "forecast"))
        if name == "close":
            best = (forest + boosting) / 2
            mixed = self._where(lambda w: (1 - w) * best + w * forecast, self._auc(best) - GAIN, 0, 1)
            return self._calibrated(mixed), self._calibrated(best)
        noise = np.random.default_rng(SEED + 3).normal(size=len(boosting))
        noisy = self._where(lambda w: boosting + w * noise, self._auc(forecast) + GAIN, 0, 8)
        return self._calibrated(forecast), self._calibrated(noisy)

    def _where(self, made: Callable[[float], np.ndarray], auc: float, low: float, high: float) -> np.ndarray:
        """The logits `made` at the point between at which their AUC has fallen to `auc`."""
        while True:
            middle = (low + high) / 2
            logits = made(middle)
            found = self._auc(logits)
            if abs(found - auc) < TOLERANCE:
                return logits
            low, high = (middle, high) if found > auc else (low, middle)

    def _auc(self, logits: np.ndarray) -> float:
        return float(roc_auc_score(self.label, logits))

    def _calibrated(self, logits: np.ndarray) -> np.ndarray:
        column = logits.reshape(-1, 1)
        fitted = LogisticRegression(C=1e6).fit(column, self.label)
        return np.asarray(fitted.predict_proba(column)[:, 1])

    def _harmed(self, kind: str, size: float, draw: np.random.Generator) -> np.ndarray:
        logits = _logit(self.scores["forest"])
        if kind == "noise":
            return _probability(logits + draw.normal(0, size, size=len(logits)) if size else logits)
        if kind == "shift":
            return _probability(logits + size)
        there = (self.rows["origin"] == kind).to_numpy()
        return np.where(there, self.scores["forest"][there].mean(), self.scores["forest"])

    def _family(self, draw: np.random.Generator) -> list[datetime]:
        """When the trials of a family begin: at random hours of a random span."""
        span = int(self.policy.within / HOUR)
        last = self.rows["day"].nunique() * 24 - int(self.policy.hold_after / HOUR) - span - 48
        start = int(draw.integers(last))
        first = self.rows["day"].iloc[0].to_pydatetime().replace(tzinfo=UTC)
        return [
            first + (start + int(hour)) * HOUR for hour in draw.integers(0, span, size=self.policy.at_most)
        ]

    def _pair(self, champion: np.ndarray, candidate: np.ndarray) -> Any:
        days = self.rows["day"]
        return FAMILIES["pair_of"](self.label, days, champion, candidate, self.masks, self.model.seed)

    def _trial(self, pair: Any, since: datetime, swapped: np.ndarray | None) -> Any:
        return FAMILIES["run_trial"](pair, since, self.policy, self.examples.complete_after, swapped)

    def _same(self, pair: Any, since: datetime, swapped: np.ndarray | None, ended: Any) -> None:
        """Raise SimulationDiffers where the function that decides on the platform says otherwise."""
        start = int(np.ceil((since - pair.first) / timedelta(days=1)))
        day = pair.place - start
        turned = np.zeros(len(day), dtype=bool)
        inside = (day >= 0) & (day < self.policy.hold_after / timedelta(days=1))
        if swapped is not None:
            turned[inside] = swapped[day[inside]] == 1
        roles = {
            "champion": np.where(turned, pair.candidate, pair.champion),
            "challenger": np.where(turned, pair.champion, pair.candidate),
        }
        rows = self.rows[inside]
        said = rows.assign(model=2, scored_at=rows[self.examples.as_of])
        outcomes = pd.concat(
            said.assign(role=role, probability=score[inside]) for role, score in roles.items()
        )
        frontier = since + self.policy.hold_after + timedelta(days=3)
        weighed = weigh(outcomes, Trial(2, since, frontier), self.examples, self.model, self.policy)
        last = pair.first + timedelta(days=start + len(weighed.days)) + self.examples.complete_after - since
        if weighed.outcome != ended.outcome or (ended.outcome == "promote" and last != ended.after):
            raise SimulationDiffers(
                f"a trial from {since:%Y-%m-%d %H:%M} on: {ended} against {weighed.outcome}"
            )


def _ends(ended: list[Any]) -> dict[str, float]:
    """The shares of trials by how they ended."""
    names = [end.because or end.outcome for end in ended]
    return {name: names.count(name) / len(names) for name in sorted(set(names))}


def _logit(probability: Any) -> np.ndarray:
    safe = np.clip(np.asarray(probability, dtype=np.float64), 1e-4, 1 - 1e-4)
    return np.asarray(np.log(safe / (1 - safe)))


def _probability(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logits)))


def _show(figures: dict[str, Any], path: Path) -> None:
    console = Console(highlight=False)
    null = figures["null"]
    console.print(
        f"challenge, nothing to be found: {null['promoted']} of {null['families']:,} families promote "
        f"({100 * null['promoted'] / null['families']:.2f} %; upper 95 % bound {100 * null['upper']:.2f} %)"
    )
    for name, found in figures["found"].items():
        days = ", ".join(f"{value:.0f}" for value in found["days_to_promotion"])
        console.print(
            f"challenge, AUC +{GAIN} ({name}, correlation {found['correlation']:.2f}): "
            f"{100 * found['power']:.0f} % promote; days until then, 10/50/90 %: {days}"
        )
    table = Table("refresh: harm", "log loss", "AUC", "passes", "95 % between", "held by")
    for one in figures["refresh"]:
        held = ", ".join(f"{check} {100 * share:.0f} %" for check, share in one["held_by"].items())
        table.add_row(
            f"{one['kind']} {one['size']:g}",
            f"{one['log_loss']:+.4f}",
            f"{one['auc']:+.4f}",
            f"{100 * one['passed']:.1f} %",
            " and ".join(f"{100 * end:.1f} %" for end in one["passed_between"]),
            held,
        )
    console.print(table)
    console.print(f"all figures: {path}", soft_wrap=True)
