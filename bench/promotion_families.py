"""Families of trials, simulated over stored scores: the policy of the challenge track, day by day, in numpy.

What decides is what `headgate.releases.challenge_decision` does on the rows themselves, from sums by day, so
that a thousand families take seconds; `bench/promotion.py` compares both on some of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from headgate.learning.block_bootstrap import drawn_blocks, interval_of
from headgate.learning.e_process import e_process
from headgate.learning.metrics import log_losses
from headgate.learning.slices import MINIMUM_ROWS
from headgate.spec.pipeline import Challenge


@dataclass(frozen=True)
class Pair:
    """Two scores of the same rows, in order of time: per row and, by slice, summed by day.

    `loss` (the champion's log loss minus the candidate's) and `count` are slices x days; the first slice is
    all rows. `first` is the first day, `place` the day of each row, `until` the rows up to each day's end.
    """

    first: datetime
    label: np.ndarray
    champion: np.ndarray
    candidate: np.ndarray
    place: np.ndarray
    until: np.ndarray
    loss: np.ndarray
    count: np.ndarray
    seed: int


@dataclass(frozen=True)
class Ended:
    """How one trial ended, and how long after its start that was known."""

    outcome: Literal["promote", "hold"]
    after: timedelta
    because: str


def pair_of(
    label: np.ndarray,
    days: pd.Series,
    champion: np.ndarray,
    candidate: np.ndarray,
    masks: list[np.ndarray],
    seed: int,
) -> Pair:
    """Sum up rows that are in order of time; `days` are their days, `masks` the slices."""
    place = (days - days.min()).dt.days.to_numpy()
    number = int(place.max()) + 1
    difference = log_losses(label, champion) - log_losses(label, candidate)
    slices = [np.ones(len(label), dtype=bool), *masks]
    loss = [np.bincount(place[mask], weights=difference[mask], minlength=number) for mask in slices]
    count = [np.bincount(place[mask], minlength=number).astype(np.float64) for mask in slices]
    first = days.min().to_pydatetime().replace(tzinfo=UTC)
    until = np.searchsorted(place, np.arange(number), side="right")
    return Pair(first, label, champion, candidate, place, until, np.asarray(loss), np.asarray(count), seed)


def run_trial(
    pair: Pair, since: datetime, policy: Challenge, complete_after: timedelta, swapped: np.ndarray | None
) -> Ended:
    """One trial that begins at `since`; on days in `swapped` champion and candidate change places."""
    start = int(np.ceil((since - pair.first) / timedelta(days=1)))
    days = slice(start, start + int(policy.hold_after / timedelta(days=1)))
    swap = np.zeros(days.stop - days.start, dtype=int) if swapped is None else swapped.astype(int)
    sign = 1 - 2 * swap
    loss, count = pair.loss[:, days] * sign, pair.count[:, days]
    gain = loss[0] / count[0]
    evidence, rows = e_process(gain, policy.largest_day), np.cumsum(count[0])
    because = "evidence"
    for day in range(len(gain)):
        known = pair.first + timedelta(days=days.start + day + 1) + complete_after - since
        if day + 1 < policy.minimum_days or rows[day] < policy.minimum_rows:
            continue
        if evidence[day] < policy.evidence:
            continue
        if loss[0, : day + 1].sum() <= 0:
            because = "log loss"
        elif not _auc_holds(pair, days.start, swap[: day + 1]):
            because = "AUC"
        elif not _slices_hold(loss[1:, : day + 1], count[1:, : day + 1], pair.seed, policy):
            because = "slices"
        else:
            return Ended("promote", known, "")
    return Ended("hold", policy.hold_after + complete_after, because)


def _auc_holds(pair: Pair, start: int, swap: np.ndarray) -> bool:
    """Whether the AUC of the one in the candidate's place is not lower on these days."""
    begin = pair.until[start - 1] if start else 0
    rows = slice(begin, pair.until[start + len(swap) - 1])
    turned = swap[pair.place[rows] - start] == 1
    own = np.where(turned, pair.champion[rows], pair.candidate[rows])
    other = np.where(turned, pair.candidate[rows], pair.champion[rows])
    label = pair.label[rows]
    return bool(roc_auc_score(label, own) >= roc_auc_score(label, other))


def _slices_hold(loss: np.ndarray, count: np.ndarray, seed: int, policy: Challenge) -> bool:
    for gained, rows in zip(loss, count, strict=True):
        there = rows > 0
        if rows.sum() < MINIMUM_ROWS or there.sum() < 2:
            continue
        worse = -gained[there].sum() / rows[there].sum()
        if worse <= policy.max_slice_increase:
            continue
        sums, counts = -gained[there][::-1], rows[there][::-1]
        drawn = drawn_blocks(len(sums), seed)
        means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
        if interval_of(worse, means, len(sums)).low > 0:
            return False
    return True
