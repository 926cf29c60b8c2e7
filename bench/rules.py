"""How often each rule of the bundled pipeline's contracts would warn, quarantine or close the gate.

Writes the sample of the hours asked for into a scratch folder and takes it through stage, gate and publish of
every hop, a month as one range, by the functions that the DAG calls, in a Spark of this process. Of each
staged table it then counts what a gate of every single hour would have said. The month's own gate must have
counted as many broken rows; else the measurement stops. A gate that closes is noted and passed by, so that
the months after it are measured too. A month that is counted stays counted until spec, contracts or
transforms change.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession
from rich.console import Console
from rich.table import Column, Table

from headgate.cli.hour_option import hour_text
from headgate.cli.sample import load_sample_writer
from headgate.gates.gate_closed import GateClosed
from headgate.gates.hour_counts import HourCount, count_hours
from headgate.gates.judge_by_hour import judge_by_hour
from headgate.gates.verdict import Verdict, exceeds_share
from headgate.gates.words import in_words
from headgate.hops.attempt import Attempt
from headgate.hops.gate import gate, hour_column
from headgate.hops.ledger import Ledger
from headgate.hops.publish import publish
from headgate.hops.stage import stage
from headgate.lake.read import read_staged
from headgate.spec.errors import HeadgateError
from headgate.spec.hour_range import HOUR
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings
from headgate.stack.local_spark import local_spark

PIPELINE = "flights"
SHARE = "quarantine.share"
Found = dict[str, Any]
"""What was counted of one rule: table, rule, on_fail, words, why, rows, unexpected, and `hours`: the hours in
which it is broken, each with the rows that break it."""


class CountsDiffer(HeadgateError):
    """The rows counted by the hour are not those that the gate counted."""


def measure(settings: Settings, first: datetime, last: datetime, *, as_json: bool) -> Path:
    """Count the hours from `first` to `last`, print the figures and return the file with all of them."""
    loaded = load_pipeline(settings, PIPELINE)
    scratch = _scratch(settings, loaded, first)
    load_sample_writer(settings.pipelines, PIPELINE)(scratch.landing / PIPELINE, first, last + HOUR, first)
    spark = local_spark(scratch.home, "headgate bench rules")
    counted: list[Found] = []
    for hour in _last_hours(first, last):
        for hop in loaded.spec.hops:
            counted += _count_once(spark, scratch, loaded, hop, hour)
        shutil.rmtree(scratch.staging / PIPELINE, ignore_errors=True)
        print(f"{hour:%Y-%m} counted", file=sys.stderr)
    figures = _figures(counted, first, last)
    path = settings.home / "bench" / f"rules-{hour_text(first)}-{hour_text(last)}.json"
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    path.with_suffix(".md").write_text("\n".join(_markdown(figures)) + "\n", encoding="utf-8")
    if as_json:
        print(path.read_text(encoding="utf-8"), end="")
    else:
        _show(figures, path)
    return path


def _scratch(settings: Settings, loaded: LoadedPipeline, first: datetime) -> Settings:
    """Folders of the measurement's own, new for every change of what is measured; older ones are removed."""
    digest = hashlib.sha256(f"{loaded.digest} {loaded.code} {hour_text(first)}".encode()).hexdigest()
    home = settings.home / "bench" / f"rules-{digest[:12]}"
    for older in home.parent.glob("rules-*/"):
        if older != home:
            shutil.rmtree(older)
    home.mkdir(parents=True, exist_ok=True)
    folders = {name: home / name for name in ("landing", "lake", "staging", "reports")}
    return Settings(home=home, pipelines=settings.pipelines, expectations=settings.expectations, **folders)


def _last_hours(first: datetime, last: datetime) -> Iterator[datetime]:
    """The last hour of each month from `first` to `last`: a run there takes all hours since."""
    hour = first
    while hour <= last:
        after = hour.replace(day=1, hour=0)
        after = after.replace(year=after.year + after.month // 12, month=after.month % 12 + 1)
        yield min(after - HOUR, last)
        hour = after


def _count_once(
    spark: SparkSession, scratch: Settings, loaded: LoadedPipeline, hop: str, hour: datetime
) -> list[Found]:
    """Stage, judge, count and publish one hop of a month; what was counted and published before is kept."""
    path = scratch.home / "counts" / f"{hour_text(hour)}-{hop}.json"
    name = f"{hour_text(hour)}--rules"
    done = {(e.hop, e.hour) for e in Ledger(scratch, PIPELINE, loaded.spec.hops[-1]).done()}
    if not (path.is_file() and (hop, hour) in done):
        started = time.monotonic()
        stage(spark, scratch, PIPELINE, hop, hour, name)
        attempt = Attempt(scratch, PIPELINE, hop, name)
        found = _count(spark, loaded, attempt, _verdict(spark, scratch, attempt))
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
        publish(spark, scratch, PIPELINE, hop, name)
        print(f"{hour:%Y-%m} {hop}: {time.monotonic() - started:.0f} s", file=sys.stderr)
    counted: list[Found] = json.loads(path.read_text(encoding="utf-8"))
    return counted


def _verdict(spark: SparkSession, scratch: Settings, attempt: Attempt) -> Verdict:
    """The gate's verdict of the month; one that closes is set aside, to measure what comes after it."""
    try:
        return gate(spark, scratch, PIPELINE, attempt.hop, attempt.name)
    except GateClosed as closed:
        print(f"{attempt.name} {attempt.hop}: closed: {closed.verdict.message}", file=sys.stderr)
        attempt.write_text("verdict.json", replace(closed.verdict, passed=True).to_json())
        return closed.verdict


def _count(spark: SparkSession, loaded: LoadedPipeline, attempt: Attempt, verdict: Verdict) -> list[Found]:
    manifest = attempt.manifest()
    judged = {(result.table, result.rule): result for result in verdict.rules}
    found: list[Found] = []
    for staged in manifest.tables:
        table = staged.removesuffix("_changes") if attempt.hop == "silver" else staged
        frame, column = read_staged(spark, attempt.table(staged)), hour_column(loaded, table)
        hours = [h for h in count_hours(frame, manifest.hours, column) if h.hour_end in manifest.hours]
        for by_hour in judge_by_hour(frame, loaded.contracts[table], table, hours, column):
            rule, result = by_hour.rule, judged.pop((table, by_hour.rule.id), None)
            if result is not None and rule.kind != "table" and result.unexpected != by_hour.unexpected:
                raise CountsDiffer(
                    what=f"{table} {rule.id}: the gate counts {result.unexpected}, the hours "
                    f"{by_hour.unexpected}.",
                    where=str(attempt.folder),
                )
            broken = {hour_text(end - HOUR): count for end, count in sorted(by_hour.broken.items())}
            found.append(
                _found(table, rule.id, rule.on_fail, in_words(rule), by_hour.rows, by_hour.unexpected, broken)
            )
        if attempt.hop == "silver":
            judged.pop((table, SHARE))
            found.append(_shares(table, hours, loaded.spec.max_quarantine_share))
    for result in judged.values():
        broken = {} if result.passed else {hour_text(manifest.hour): result.unexpected}
        words = result.words or result.rule
        found.append(_found(result.table, result.rule, result.on_fail, words, 0, result.unexpected, broken))
    return found


def _shares(table: str, hours: Sequence[HourCount], most: float) -> Found:
    over = {hour.label: hour.quarantined for hour in hours if exceeds_share(hour, most)}
    words = f"at most {100 * most:g} % of an hour's rows are quarantined"
    return _found(table, SHARE, "close", words, len(hours), len(over), over)


def _found(
    table: str, rule: str, on_fail: str, words: str, rows: int, unexpected: int, hours: dict[str, int]
) -> Found:
    return {
        "table": table,
        "rule": rule,
        "on_fail": on_fail,
        "words": words,
        "rows": rows,
        "unexpected": unexpected,
        "hours": hours,
    }


def _figures(counted: Sequence[Found], first: datetime, last: datetime) -> dict[str, Any]:
    """The months together: rules in the order of the contracts."""
    rules: dict[tuple[str, str], Found] = {}
    for one in counted:
        known = rules.setdefault(
            (one["table"], one["rule"]), {**one, "rows": 0, "unexpected": 0, "hours": {}}
        )
        known["rows"] += one["rows"]
        known["unexpected"] += one["unexpected"]
        for hour, count in one["hours"].items():
            known["hours"][hour] = known["hours"].get(hour, 0) + count
    hours = int((last + HOUR - first) / HOUR)
    return {
        "from": hour_text(first),
        "to": hour_text(last),
        "hours": hours,
        "days": len({(first + number * HOUR).date() for number in range(hours)}),
        "rules": [{**rule, "days": len({hour[:10] for hour in rule["hours"]})} for rule in rules.values()],
    }


def _columns(figures: dict[str, Any], rule: Found) -> tuple[str, ...]:
    """One broken rule as a row: its name, what it does, how often, and its worst hour."""
    worst, most = max(rule["hours"].items(), key=lambda item: (item[1], item[0]))
    share = 100 * rule["days"] / figures["days"]
    return (
        f"{rule['table']} {rule['rule']}",
        rule["on_fail"],
        f"{rule['unexpected']:,} of {rule['rows']:,}",
        f"{len(rule['hours']):,}",
        f"{rule['days']} ({share:.1f} %)",
        f"{worst} ({most:,})",
    )


HEADINGS = ("rule", "on_fail", "broken", "hours", "days", "worst hour")


def _show(figures: dict[str, Any], path: Path) -> None:
    broken = [rule for rule in figures["rules"] if rule["hours"]]
    headings = [Column(heading, overflow="fold") for heading in HEADINGS]
    table = Table(*headings, title=f"{figures['hours']:,} hours from {figures['from']} to {figures['to']}")
    for rule in broken:
        table.add_row(*_columns(figures, rule))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{len(figures['rules']) - len(broken)} other rules never broke")
    console.print(f"all figures: {path}", soft_wrap=True)


def _markdown(figures: dict[str, Any]) -> Iterator[str]:
    """The rules that broke as a table, then those that never did, by table."""
    yield f"| {' | '.join(HEADINGS)} |"
    yield f"|{'---|' * len(HEADINGS)}"
    for rule in figures["rules"]:
        if rule["hours"]:
            yield f"| {' | '.join(_columns(figures, rule))} |"
    yield ""
    never: dict[str, list[str]] = {}
    for rule in figures["rules"]:
        structure = rule["rule"].endswith(".type") or rule["rule"] == "table.columns"
        if not rule["hours"] and not structure:
            never.setdefault(rule["table"], []).append(f"`{rule['rule']}`")
    for name, rules in never.items():
        yield f"- {name}: {', '.join(rules)}"
