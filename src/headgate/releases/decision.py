"""Decide from a recorded evaluation whether a candidate is to serve. Nothing but the evaluation counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from headgate.learning.baselines import BASE_RATE
from headgate.learning.evaluation import CANDIDATE, CHAMPION
from headgate.spec.pipeline import Promotion


@dataclass(frozen=True)
class Reason:
    """One check: its name, whether it passed, and the figures in a sentence."""

    check: str
    passed: bool
    said: str


@dataclass(frozen=True)
class Decision:
    """Promote when every check passed, else hold."""

    outcome: Literal["promote", "hold"]
    reasons: list[Reason]

    @property
    def why(self) -> str:
        """The sentences that decided: those of the failed checks, or all of them."""
        failed = [reason.said for reason in self.reasons if not reason.passed]
        return "; ".join(failed or [reason.said for reason in self.reasons])


def decide(evaluation: dict[str, Any], policy: Promotion, champion: int | None) -> Decision:
    """Weigh an evaluation against the policy; `champion` is the version that serves now.

    A first candidate must beat the base rate and every baseline in log loss, with the whole interval, on
    its held-out days. A later one must hold its ground against the champion: not significantly worse, log
    loss, distribution of scores and slices within bounds, on rows that the champion never trained on. Both
    need enough rows and calibration; on rows where the champion is no better calibrated, that is no fault.
    """
    reasons = [_enough_rows(evaluation, policy)]
    if reasons[0].passed:
        reasons.append(_same_champion(evaluation, champion))
        judge = _first(evaluation) if evaluation["champion"] is None else _refresh(evaluation, policy)
        reasons += [*judge, _calibrated(evaluation, policy)]
    return Decision("promote" if all(reason.passed for reason in reasons) else "hold", reasons)


def _enough_rows(evaluation: dict[str, Any], policy: Promotion) -> Reason:
    rows = evaluation["rows"]
    both = 0 < evaluation["positives"] < rows
    said = f"{rows:,} labelled rows, {policy.minimum_rows:,} needed" + ("" if both else ", with both labels")
    return Reason("rows", rows >= policy.minimum_rows and both, said)


def _same_champion(evaluation: dict[str, Any], champion: int | None) -> Reason:
    met = evaluation["champion"]["version"] if evaluation["champion"] else None
    names = [f"version {version}" if version is not None else "nothing" for version in (met, champion)]
    if met == champion:
        return Reason("champion", True, f"{names[0]} serves, as when it was evaluated")
    return Reason("champion", False, f"{names[1]} serves now, but {names[0]} did when it was evaluated")


def _first(evaluation: dict[str, Any]) -> Iterator[Reason]:
    if not evaluation["held_out"]:
        yield Reason(
            "held-out days", False, "nothing serves, and this candidate held no days out to prove itself on"
        )
    for name, difference in evaluation["differences"].items():
        said = f"{_losses(evaluation, name)} ({_interval(difference)} by {evaluation['blocks']})"
        yield Reason(f"beats {name}", difference["high"] < 0, said)
    if BASE_RATE not in evaluation["differences"]:
        yield Reason(
            f"beats {BASE_RATE}",
            False,
            "it was not compared with the base rate; model.baselines must list []",
        )


def _refresh(evaluation: dict[str, Any], policy: Promotion) -> Iterator[Reason]:
    trained, start = evaluation["champion"]["trained_until"], evaluation["range"]["start"]
    apart = datetime.fromisoformat(trained) <= datetime.fromisoformat(start)
    yield Reason("embargo", apart, f"the champion was trained up to {trained}, judged from {start}")
    difference = evaluation["differences"][CHAMPION]
    worse = f"{_losses(evaluation, CHAMPION)} ({_interval(difference)} by {evaluation['blocks']})"
    yield Reason("not significantly worse", difference["low"] <= 0, worse)
    mean, limit = difference["mean"], policy.max_log_loss_increase
    yield Reason("log loss", mean <= limit, f"log loss changes by {mean:+.4f}, at most {limit:+.4f} allowed")
    shift, most = evaluation["score_shift"], policy.max_score_shift
    yield Reason(
        "score distribution", shift <= most, f"scores shift by {shift:.3f}, at most {most:.3f} allowed"
    )
    yield slices_hold(evaluation["slices"], policy.max_slice_increase)


def slices_hold(found: dict[str, Any], most: float) -> Reason:
    """Whether the log loss of no slice is more than `most` higher than the champion's, chance apart.

    `found` is what `slices` gives. Slices without an interval have too few rows to tell.
    """
    compared = [
        (part["difference"], f"{column} {part['value'] or 'missing'}")
        for column, parts in found["columns"].items()
        for part in parts
        if part["difference"] is not None and found["against"] == CHAMPION
    ]
    worse = [(one["mean"], name, one) for one, name in compared if one["mean"] > most and one["low"] > 0]
    if not worse:
        return Reason("slices", True, f"none of {len(compared)} slices is worse by more than {most:.4f}")
    _, name, one = max(worse, key=lambda entry: entry[0])
    said = f"log loss of {name} changes by {_interval(one)}, at most {most:+.4f} allowed"
    return Reason("slices", False, said)


def _calibrated(evaluation: dict[str, Any], policy: Promotion) -> Reason:
    error = evaluation["figures"][CANDIDATE]["calibration_error"]
    limit, said = policy.max_calibration_error, f"calibration error {error:.3f}"
    if CHAMPION in evaluation["figures"]:
        champion = evaluation["figures"][CHAMPION]["calibration_error"]
        limit, said = max(limit, champion), f"{said}, the champion's {champion:.3f}"
    return Reason("calibration", error <= limit, f"{said}, at most {limit:.3f} allowed")


def _losses(evaluation: dict[str, Any], name: str) -> str:
    own, other = (evaluation["figures"][who]["log_loss"] for who in (CANDIDATE, name))
    return f"log loss {own:.4f} against {other:.4f} of {name}"


def _interval(difference: dict[str, Any]) -> str:
    return f"{difference['mean']:+.4f}, 95 % in [{difference['low']:+.4f}, {difference['high']:+.4f}]"
