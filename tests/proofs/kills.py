"""Prove that hours come out exactly once while processes of the stack are killed at drawn moments.

Hours of flights run through Airflow, three a backfill, and the model is learned after each; meanwhile drawn
processes are killed with SIGKILL, and a reader looks at the published tables without pause. What is not
supervised is started again the way a person would. At the end every table, the ledger, the model log, the
registry and the runs are held against a replay in plain Python (`tests.proofs.settled_state`).
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from statistics import median

from headgate.cli.airflow_runs import open_runs
from headgate.cli.backfill import active_backfill, start_backfill
from headgate.cli.hour_option import hour_text
from headgate.cli.next_hour import next_hour
from headgate.spec.hour_range import HOUR
from headgate.stack.airflow_client import AirflowClient
from tests.integration.headgate_stack import HeadgateStack
from tests.proofs.killing import VICTIMS, Kill, kill_and_recover
from tests.proofs.settled_state import DAGS, differences, runs_without_success
from tests.proofs.short_flights import PIPELINE, run_backlog, short_flights
from tests.proofs.watching_reader import WatchingReader

HOURLY, LEARN, PROMOTE = DAGS
HOURS_AT_A_TIME = 3
LONGEST_PAUSE = 25.0
BUSY = 40
"""Changes of an hour of which one bad row is less than the share that closes the gate."""
REST_SECONDS = 1200.0


@dataclass
class Outcome:
    """The kills, what the reader saw and what differs at the end."""

    kills: list[Kill] = field(default_factory=list)
    looks: int = 0
    differences: list[str] = field(default_factory=list)


def prove(kills: int, seed: int) -> bool:
    """Kill `kills` processes, drawn from `seed`, of a stack of its own; returns whether nothing differs.

    Prints every kill and every difference, and as its last line `N kills, N differences`. The state of a
    stack with differences is kept, and it is said where.
    """
    folder, outcome = Path(tempfile.mkdtemp(prefix="headgate-kills-")), Outcome()
    stack = short_flights(folder)
    try:
        print("a stack of its own, with six days of backlog", flush=True)
        run_backlog(stack)
        outcome.differences += come_to_rest(stack)
        kill_while_hours_run(stack, kills, seed, outcome)
    except Exception as error:  # noqa: BLE001 whatever it is: a proof that comes to no end has failed
        traceback.print_exc()
        outcome.differences.append(f"the proof came to no end: {error!r}")
    finally:
        stack.headgate("down")
    if outcome.differences:
        print(f"what is left is in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    _show(outcome, seed)
    return not outcome.differences


def kill_while_hours_run(stack: HeadgateStack, kills: int, seed: int, outcome: Outcome) -> None:
    """Run hours from the next one on until `kills` processes were killed and all has come to rest.

    Adds to `outcome` what happens.
    """
    draw, begun = Random(seed), time.monotonic()

    def report(line: str) -> None:
        print(f"{time.monotonic() - begun:5.0f} s  {line}", flush=True)

    last = next_hour(stack.ledger()) - HOUR
    failed_before = runs_without_success(stack)
    with WatchingReader(stack) as reader:
        for victim in Random(seed).choices(VICTIMS, k=kills):
            if _needs_hours(stack, victim, draw):
                last = _start_hours(stack, last + HOUR)
                report(f"hours up to {hour_text(last)}")
            time.sleep(draw.uniform(0, LONGEST_PAUSE))
            outcome.kills.append(kill_and_recover(stack, victim, draw, report))
            report(f"  healthy again after {outcome.kills[-1].recovery:.0f} s")
        outcome.differences += come_to_rest(stack)
        report("at rest")
        outcome.looks = reader.looks
    outcome.differences += reader.wrong + differences(stack, last + HOUR, failed_before)
    if reader.looks == 0:
        outcome.differences.append("the reader saw nothing")


def _needs_hours(stack: HeadgateStack, victim: str, draw: Random) -> bool:
    """Whether no hour runs any more; while a model is learned, half of the kills are for that.

    A task is killed in any case, so there must be some to come.
    """
    with AirflowClient(stack.settings) as client:
        if open_runs(client, HOURLY):
            return False
        learns = open_runs(client, LEARN) or open_runs(client, PROMOTE)
        return not learns or victim == "task" or draw.random() < 0.5


def _start_hours(stack: HeadgateStack, first: datetime) -> datetime:
    """Write the files of the next hours, one change among them that cannot be, and start their backfill."""
    last = first + (HOURS_AT_A_TIME - 1) * HOUR
    sample = stack.headgate("sample", PIPELINE, "--from", hour_text(first), "--to", hour_text(last))
    assert sample.code == 0, sample.err
    _append_impossible_flight(stack.landed(PIPELINE, first))
    with AirflowClient(stack.settings) as client:
        limit = time.monotonic() + REST_SECONDS
        while active_backfill(client, PIPELINE) is not None:
            assert time.monotonic() < limit, "the last backfill does not end"
            time.sleep(1)
        start_backfill(client, PIPELINE, first, last, "none", "the REST API")
    return last


def _append_impossible_flight(path: Path) -> None:
    """Repeat the last arrival of a busy hour with an air time that cannot be."""
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    flown = [row for row in rows if row["distance"] and row["status"] == "arrived"]
    if flown and len(rows) >= BUSY:
        with path.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, list(rows[0]), lineterminator="\n").writerow({**flown[-1], "air_time": "2"})


def come_to_rest(stack: HeadgateStack) -> list[str]:
    """Wait until nothing runs and nothing is to come; whatever still does after a while is a difference."""
    limit, quiet = time.monotonic() + REST_SECONDS, 0
    with AirflowClient(stack.settings) as client:
        while quiet < 3:
            busy = [run.run_id for dag in DAGS for run in open_runs(client, dag)]
            if client.get(f"/dags/{LEARN}/assets/queuedEvents")["queued_events"]:
                busy.append("an event that starts learning")
            if active_backfill(client, PIPELINE) is not None:
                busy.append("a backfill")
            quiet = 0 if busy else quiet + 1
            if time.monotonic() > limit:
                return [f"hangs: {name}" for name in busy]
            time.sleep(2)
    return []


def _show(outcome: Outcome, seed: int) -> None:
    recoveries = [kill.recovery for kill in outcome.kills] or [0.0]
    victims = ", ".join(
        f"{victim} {count}" for victim, count in Counter(kill.victim for kill in outcome.kills).most_common()
    )
    print(f"seed {seed}; killed: {victims}")
    print(f"healthy again after {median(recoveries):.0f} s (median), {max(recoveries):.0f} s (longest)")
    print(f"the reader looked {outcome.looks} times")
    for difference in outcome.differences:
        print(f"differs: {difference}")
    print(f"{len(outcome.kills)} kills, {len(outcome.differences)} differences")
