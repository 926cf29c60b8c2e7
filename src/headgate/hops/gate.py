"""Gate: judge what was staged, as read back from storage, by the tables' contracts. Changes no data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial

from pyspark.sql import SparkSession

from headgate.features.column_statistics import ColumnStatistics
from headgate.features.statistics import LateLabels, table_statistics
from headgate.gates.data_docs import write as write_data_docs
from headgate.gates.gate_closed import GateClosed
from headgate.gates.hour_counts import HourCount, count_hours
from headgate.gates.operations import broken_operations
from headgate.gates.quarantine import DECIDED
from headgate.gates.report import render
from headgate.gates.validate import Validation, validate
from headgate.gates.verdict import RuleResult, Verdict, judge
from headgate.hops.attempt import Attempt, Manifest
from headgate.hops.ledger import Entry, Ledger, TableRows
from headgate.hops.ledger_append import append_entry
from headgate.hops.schema_changes import evolved_contract, must_keep_types, retyped
from headgate.hops.statistics_log import keep_with_attempt
from headgate.lake.interpretation import interpret_little
from headgate.lake.read import read_staged
from headgate.lake.side_by_side import side_by_side
from headgate.lake.write_whole import write_whole
from headgate.spec.hour_range import HourRange
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.predictions import PREDICTIONS
from headgate.spec.settings import Settings

HOUR_LABEL = "%Y-%m-%dT%H"
FILES_TOLD = 100
"""How many files a report names at most for one rule: each of them wants mending."""


def gate(spark: SparkSession, settings: Settings, pipeline: str, hop: str, name: str) -> Verdict:
    """Judge the attempt `name` of a hop; writes its report, the statistics of what passed, last its verdict.

    Raises GateClosed where a rule closes the gate; the closure is on record in the ledger. Where somebody has
    accepted these very bytes, as the ledger says, the gate is open.
    """
    loaded = load_pipeline(settings, pipeline)
    attempt = Attempt(settings, pipeline, hop, name)
    manifest = attempt.manifest()
    interpret_little(spark, manifest.bytes)
    label = manifest.hour.strftime(HOUR_LABEL)
    judged = side_by_side(
        [partial(_measure, spark, loaded, attempt, manifest, staged) for staged in manifest.tables]
    )
    validations = [one.validation for one in judged]
    rows = {one.table: {"staged": one.staged, "quarantined": one.quarantined} for one in judged}
    hours = {one.table: one.hours for one in judged if hop == "silver"}
    results = _file_results(manifest) + [rule for validation in validations for rule in validation.rules]
    report = f"{pipeline}/{hop}/{label}/{name}.html"
    verdict = judge(
        digest=manifest.digest,
        rules=results,
        rows=rows,
        hours=hours,
        max_quarantine_share=loaded.spec.max_quarantine_share,
        report=report,
    )
    decision = Ledger(settings, pipeline, loaded.spec.hops[-1]).decision("accepted", manifest.digest)
    if decision is not None and not verdict.passed:
        verdict = verdict.accept(decision.decided_by or "", decision.why or "")
    path = settings.reports / report
    path.parent.mkdir(parents=True, exist_ok=True)
    write_data_docs(settings.reports, pipeline, hop, label, validations)
    path.write_text(render(verdict, manifest), encoding="utf-8")
    write_whole(path.with_suffix(".json"), verdict.to_json())
    if verdict.passed:
        keep_with_attempt(attempt, manifest.hours, _statistics(loaded, attempt, manifest))
    attempt.write_text("verdict.json", verdict.to_json())
    if not verdict.passed:
        _record_closure(settings, loaded, manifest, verdict)
        raise GateClosed(verdict, pipeline, hop, f"{manifest.hour:%Y-%m-%d %H:00}", str(path))
    return verdict


@dataclass(frozen=True)
class _Measured:
    """What validation found in one staged table."""

    table: str
    validation: Validation
    hours: list[HourCount]
    staged: int

    @property
    def quarantined(self) -> int:
        return sum(hour.quarantined + hour.again for hour in self.hours)


def _measure(
    spark: SparkSession, loaded: LoadedPipeline, attempt: Attempt, manifest: Manifest, staged: str
) -> _Measured:
    window = manifest.hours
    table = staged.removesuffix("_changes") if attempt.hop == "silver" else staged
    frame = read_staged(spark, attempt.table(staged))
    counted = count_hours(frame, window, hour_column(loaded, table))
    hours = [hour for hour in counted if hour.hour_end in window]
    if any(hour.diverted or hour.again for hour in counted):
        frame = frame.where(f"NOT {DECIDED}")
    contract = evolved_contract(loaded, table, frame.columns)
    if manifest.taken_before:  # mended files alone are not the hour
        contract = contract.model_copy(update={"volume": None, "freshness": None})
    validation = validate(frame, contract, table, window_end=window.end, hours_summary=hours)
    if table == PREDICTIONS or table.removeprefix("gold.") in loaded.spec.gold:
        validation.rules.append(in_range(table, counted, window))
    if attempt.hop == "silver":
        validation.rules.extend(broken_operations(frame, table))
    if attempt.hop == "silver" and must_keep_types(loaded, table):
        validation.rules.append(retyped(frame, loaded, table))
    return _Measured(table, validation, hours, sum(hour.rows for hour in counted))


def in_range(table: str, counted: list[HourCount], window: HourRange) -> RuleResult:
    """A gold table derives the hours that it is asked for: others would not be replaced by a replay."""
    outside = [hour for hour in counted if hour.hour_end not in window]
    return RuleResult(
        table=table,
        rule="rows.in_range",
        kind="table",
        column=None,
        on_fail="close",
        rows=sum(hour.rows for hour in counted),
        unexpected=sum(hour.rows for hour in outside),
        passed=not outside,
        samples=[{"key": {"hour": hour.label}, "value": f"{hour.rows} rows"} for hour in outside[:5]],
        words=f"every row belongs to an hour that was asked for, {window}",
    )


def hour_column(loaded: LoadedPipeline, table: str) -> str:
    """The column that says which hour a staged row belongs to."""
    layer, _, name = table.partition(".")
    if layer != "gold":
        return "_known_at"
    if name in loaded.spec.gold:
        return loaded.spec.gold[name].as_of
    assert loaded.spec.examples is not None
    return loaded.spec.examples.as_of


def _statistics(loaded: LoadedPipeline, attempt: Attempt, manifest: Manifest) -> list[ColumnStatistics]:
    """A record per column of every staged table."""
    examples = loaded.spec.examples
    found: list[ColumnStatistics] = []
    for staged in manifest.tables:
        late = None
        if staged == "gold.examples" and examples is not None:
            late = LateLabels(examples.as_of, manifest.hours, (examples.label, examples.label_known_at))
        contract = loaded.contracts[staged.removesuffix("_changes") if attempt.hop == "silver" else staged]
        found += table_statistics(attempt.table(staged), contract, staged, late)
    return found


def _file_results(manifest: Manifest) -> list[RuleResult]:
    """The bronze findings about files, one result a rule and feed."""
    found = defaultdict(list)
    for finding in manifest.findings:
        found[(finding["feed"], finding["rule"], finding["on_fail"])].append(finding)
    return [
        RuleResult(
            table=f"bronze.{feed}",
            rule=rule,
            kind="files",
            column=None,
            on_fail=on_fail,
            rows=max(len([file for file in manifest.files if file.feed == feed]), len(findings)),
            unexpected=len(findings),
            passed=False,
            samples=[{"key": {"file": f["file"]}, "value": f["detail"]} for f in findings[:FILES_TOLD]],
            words=_FILE_RULES[rule],
        )
        for (feed, rule, on_fail), findings in sorted(found.items())
    ]


_FILE_RULES = {
    "files.taken": "everything in a feed's folder is a file of the feed",
    "files.encoding": "a file is UTF-8 text",
    "files.header": "every file names the key, the commit time and the operation in its header, each once",
    "files.columns": "a file has the columns of the contract",
    "files.load_time": "a full load says when it was taken",
    "files.not_empty": "a file has a header",
    "files.distinct": "no two files hold the same bytes",
    "files.diverted": "no file was put aside by a decision",
    "files.unchanged": "a file does not change after its hour is done",
}


def _record_closure(settings: Settings, loaded: LoadedPipeline, manifest: Manifest, verdict: Verdict) -> None:
    ledger = Ledger(settings, manifest.pipeline, loaded.spec.hops[-1])
    closure = Entry(
        entry=ledger.next_entry(),
        number=0,
        hop=manifest.hop,
        state="closed",
        hour=manifest.hour,
        range_start=manifest.claimed.start,
        range_end=manifest.claimed.end,
        frontier=manifest.frontier,
        attempt=manifest.attempt,
        digest=manifest.digest,
        verdict=verdict.message,
        report=verdict.report,
        rows={
            table: TableRows(counts["staged"], counts["quarantined"], 0)
            for table, counts in verdict.rows.items()
        },
        seconds=manifest.seconds,
        bytes=manifest.bytes,
        code=manifest.code,
        spec=manifest.spec,
    )
    append_entry(settings, manifest.pipeline, ledger, closure)
