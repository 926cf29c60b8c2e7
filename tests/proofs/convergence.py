"""Prove that silver and gold come out the same, whatever the order, repetition and batching of the runs.

Drawn stories of many small histories (`tests.proofs.story_of_orders`), and beside them hours of the real
flights whose files are split and sent again (`tests.proofs.real_hours`).
"""

from __future__ import annotations

import tempfile
import time
import traceback
from math import ceil
from pathlib import Path
from random import Random

from pyspark.sql import SparkSession

from headgate.stack.local_spark import local_spark
from tests.proofs import real_hours
from tests.proofs.real_hours import RealHours, drawn_hours
from tests.proofs.story_of_orders import HISTORIES, Story, differences, drawn_story

REAL_EVERY = 10
"""After so many landing folders, hours of real flights are one more case."""


def prove(runs: int, number: int) -> bool:
    """Prove at least `runs` cases, drawn from the seed `number`; returns whether none failed.

    A case is one history of a landing folder, or some hours of real flights. Prints what differs, and as its
    last line `N passed, N failed`, whatever happens. A case that raises has failed.
    """
    proof = _Proof()
    try:
        with tempfile.TemporaryDirectory(prefix="headgate-convergence-") as folder:
            spark = local_spark(Path(folder), "headgate prove convergence")
            proof.draw(spark, runs, number)
            spark.stop()
    finally:
        print(f"seed {number}")
        print(f"{proof.passed} passed, {proof.failed} failed", flush=True)
    return proof.failed == 0 and proof.passed >= runs


class _Proof:
    """Counts the cases, and prints those that failed."""

    def __init__(self) -> None:
        self.passed = self.failed = 0
        self.started = time.monotonic()

    def draw(self, spark: SparkSession, runs: int, number: int) -> None:
        """Draw and try at least `runs` cases."""
        draw = Random(number)
        for folder in range(ceil(runs / HISTORIES)):
            self._try_story(spark, drawn_story(draw))
            if folder % REAL_EVERY == 0:
                self._try_real(spark, drawn_hours(draw))
            cases, seconds = self.passed + self.failed, time.monotonic() - self.started
            print(f"{cases} cases, {self.failed} failed, {seconds:.0f} s", flush=True)

    def _try_story(self, spark: SparkSession, story: Story) -> None:
        shared = f"runs {story.before}, then {story.after}, {_without_histories(story)}"
        try:
            found = differences(spark, story)
        except Exception:  # noqa: BLE001 whatever it is: a case that raises has failed
            self.failed += HISTORIES
            print(f"{traceback.format_exc()}\n  {shared}, {story.landing.histories}")
            return
        wrong = {difference.history for difference in found}
        self.failed += len(wrong)
        self.passed += HISTORIES - len(wrong)
        for difference in found:
            print(f"{difference}\n  {shared}, {story.landing.histories[difference.history]}")

    def _try_real(self, spark: SparkSession, hours: RealHours) -> None:
        try:
            found = real_hours.differences(spark, hours)
        except Exception:  # noqa: BLE001 whatever it is: a case that raises has failed
            found = [traceback.format_exc()]
        self.failed += bool(found)
        self.passed += not found
        for difference in found:
            print(f"{difference}\n  {hours}")


def _without_histories(story: Story) -> str:
    landing = story.landing
    return (
        f"load {landing.load}, second {landing.second_load}, sent again {sorted(landing.sent_again)}, "
        f"late after {landing.late_after}"
    )
