"""Decide about a closed gate: accept what it judged, or divert around what is wrong. Both are on record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Literal

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.gates.operations import OF_A_ROW, of_the_whole_table
from headgate.gates.row_predicates import broken
from headgate.gates.rules import rules_of
from headgate.gates.verdict import SHARE, RuleResult, Verdict
from headgate.gates.ways_out import Decision, possible, refusal
from headgate.hops.attempt import Attempt, Manifest
from headgate.hops.diverted import DivertedPart, append_diverted
from headgate.hops.ledger import Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.lake.read import read_staged
from headgate.lake.tables import prepare_tables
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings


class NotDecided(HeadgateError):
    """The gate is not closed any more, or its rules leave no such choice."""


def decide(
    spark: SparkSession,
    settings: Settings,
    pipeline: str,
    decision: Decision,
    digest: str,
    *,
    by: str,
    why: str,
) -> Entry:
    """Put on record what `by` decides about the attempt with `digest`, whose gate is closed.

    accept: the gate opens for these very bytes when it judges them again. divert: the rows (at silver) or
    files (at bronze) that closed it stand apart from now on, whoever stages them again. Returns the line of
    the ledger; a repeat changes nothing. Raises NotDecided, and NoAttempt where staging is lost.
    """
    loaded = load_pipeline(settings, pipeline)
    prepare_tables(spark, settings.lake, loaded)
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    state: Literal["accepted", "diverted"] = "accepted" if decision == "accept" else "diverted"
    decided = ledger.decision(state, digest)
    if decided is not None:
        return decided
    if not by.strip() or not why.strip():
        raise NotDecided(
            what="A decision says who made it, and why.",
            where=f"digest {digest}",
            left="Nothing was decided.",
            next_command=f'./headgate gate {decision} {pipeline} --why "..."',
        )
    closed = next((entry for entry in ledger.not_passed() if entry.digest == digest), None)
    if closed is None:
        raise NotDecided(
            what=f"No gate of {pipeline} is closed on what has this digest.",
            where=f"digest {digest}",
            left="Nothing was decided.",
            next_command="./headgate status, which lists the closed gates",
        )
    attempt = Attempt(settings, pipeline, closed.hop, closed.attempt)
    manifest, verdict = attempt.manifest(), Verdict.from_json(attempt.read_text("verdict.json"))
    if not (attempt.digest()[0] == manifest.digest == verdict.digest == digest):
        raise _refused(closed, decision, "its staged files are not those that the gate judged")
    refused = refusal(decision, closed.hop, verdict.closing)
    if refused is not None:
        raise _refused(closed, decision, refused, possible(closed.hop, verdict.closing))
    if decision == "divert":
        append_diverted(settings, pipeline, digest, _parts(spark, loaded, attempt, manifest, verdict))
    line = Entry(
        entry=ledger.next_entry(),
        number=0,
        hop=closed.hop,
        state=state,
        hour=closed.hour,
        range_start=closed.range_start,
        range_end=closed.range_end,
        frontier=closed.frontier,
        attempt=closed.attempt,
        digest=digest,
        verdict=closed.verdict,
        report=closed.report,
        rows=closed.rows,
        code=closed.code,
        spec=closed.spec,
        decided_by=by.strip(),
        why=why.strip(),
    )
    append_entry(settings, pipeline, ledger, line)
    return line


def _parts(
    spark: SparkSession, loaded: LoadedPipeline, attempt: Attempt, manifest: Manifest, verdict: Verdict
) -> list[DivertedPart]:
    """The files or rows that closed the gate."""
    if manifest.hop == "bronze":
        return _files(manifest)
    by_table: dict[str, list[RuleResult]] = {}
    for rule in verdict.closing:
        by_table.setdefault(rule.table, []).append(rule)
    return [part for table, found in by_table.items() for part in _rows(spark, loaded, attempt, table, found)]


def _files(manifest: Manifest) -> list[DivertedPart]:
    found: dict[tuple[str, str, str], list[str]] = {}
    for finding in manifest.findings:
        if finding["on_fail"] == "close":
            place = finding["feed"], finding["file"], finding["sha256"]
            found.setdefault(place, []).append(finding["rule"])
    return [
        DivertedPart(manifest.digest, f"bronze.{feed}", path, sorted(set(rules)), sha256)
        for (feed, path, sha256), rules in found.items()
    ]


def _rows(
    spark: SparkSession, loaded: LoadedPipeline, attempt: Attempt, table: str, found: list[RuleResult]
) -> list[DivertedPart]:
    """The rows of a staged change log that break one of the rules, with those that they break."""
    frame = read_staged(spark, attempt.table(f"{table}_changes"))
    names = {rule.rule for rule in found}
    rules = [rule for rule in rules_of(loaded.contracts[table], table) if rule.id in names]
    conditions: dict[str, Column] = {
        rule.id: condition for rule, condition in zip(rules, broken(frame, rules), strict=True)
    }
    if OF_A_ROW in names:
        conditions[OF_A_ROW] = of_the_whole_table()
    if SHARE in names:
        conditions[SHARE] = F.size("_failed_rules") > 0
    marks = F.filter(
        F.array(*(F.when(condition, F.lit(name)) for name, condition in conditions.items())),
        lambda mark: mark.isNotNull(),
    )
    return [
        DivertedPart(
            digest=attempt.manifest().digest,
            table=table,
            file=row["_file"],
            rules=list(row["rules"]),
            row=row["_row"],
            revision=row["_revision"],
            known_at=datetime.fromtimestamp(row["known_at"], UTC),
        )
        for row in _places(frame, conditions, marks).collect()
    ]


def _places(frame: DataFrame, conditions: dict[str, Column], marks: Column) -> DataFrame:
    return frame.where(reduce(or_, conditions.values())).select(
        "_file", "_row", "_revision", F.unix_seconds("_known_at").alias("known_at"), marks.alias("rules")
    )


def _refused(closed: Entry, decision: str, why: str, instead: Sequence[Decision] = ()) -> NotDecided:
    mend = "Mend the file, the contract or the transform, and clear the run"
    return NotDecided(
        what=f"The {closed.hop} gate of {closed.hour:%Y-%m-%d %H:00} stays closed, {decision} is refused: "
        f"{why}.",
        where=f"report {closed.report}",
        left="Nothing was decided, and nothing was published.",
        next_command=f"{mend}; or decide to {instead[0]}." if instead else f"{mend}.",
    )
