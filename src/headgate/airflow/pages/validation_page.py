"""What the pages about validation show: one judgement of a gate, and the history of one table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from headgate.airflow.pages.bars import bars
from headgate.airflow.pages.records import ledger_of
from headgate.airflow.pages.render import hour as hour_said
from headgate.airflow.pages.report_files import hour_reports, report_file
from headgate.airflow.pages.verdicts import (
    TREND_HOURS,
    closing_words,
    judged_up_to,
    outcome,
    passing_words,
    shown_rules,
    verdict_of,
    with_verdicts,
)
from headgate.gates.verdict import LEFT
from headgate.gates.ways_out import next_step
from headgate.hops.ledger import Entry
from headgate.spec.load import LoadedPipeline
from headgate.spec.personal_columns import personal_columns
from headgate.spec.predictions import hop_of
from headgate.spec.settings import Settings

HISTORY_HOURS = 48


def judgement(
    settings: Settings, loaded: LoadedPipeline | None, pipeline: str, hop: str, hour: str | None, attempt: str
) -> dict[str, Any]:
    """The values of `validation.html`: one attempt of an hour; without one, those that others made.

    No hour: nothing to show.
    """
    reports = hour_reports(settings.reports, pipeline, hop, hour) if hour else []
    verdict = verdict_of(settings.reports, pipeline, hop, hour, attempt) if hour and attempt else None
    values: dict[str, Any] = {
        "pipeline": pipeline,
        "hop": hop,
        "hour": hour,
        "attempt": attempt,
        "reports": reports,
        "told": [
            report.attempt
            for report in reports
            if report_file(settings.reports, pipeline, hop, report.hour, f"{report.attempt}.json")
        ],
        "own": next((report for report in reports if report.attempt == attempt), None),
        "verdict": verdict,
    }
    if verdict is None or hour is None or loaded is None:
        return values
    personal = personal_columns(loaded)
    until = datetime.fromisoformat(f"{hour}:00+00:00")
    entries = judged_up_to(ledger_of(settings, loaded), hop, until, TREND_HOURS)
    before = with_verdicts(settings.reports, pipeline, entries)
    docs = report_file(settings.reports, pipeline, hop, hour, "data_docs/index.html")
    return values | {
        "message": passing_words(verdict, personal),
        "closing": closing_words(verdict, personal),
        "left": LEFT,
        "next": next_step(pipeline, hop, verdict.closing),
        "tables": shown_rules(verdict, before, personal),
        "data_docs": docs is not None and values["own"] == reports[0],
        "data_docs_replaced": docs is not None and values["own"] != reports[0],
        "trend_hours": len(before),
    }


def table_history(settings: Settings, loaded: LoadedPipeline, table: str) -> dict[str, Any]:
    """The values of `history.html`: what the gate found in one table, hour by hour, the latest first."""
    hop = hop_of(table)
    entries = judged_up_to(ledger_of(settings, loaded), hop, None, HISTORY_HOURS)
    entries = [entry for entry in entries if table in entry.rows]
    kept = {
        entry.entry: verdict
        for entry, verdict in with_verdicts(settings.reports, loaded.spec.pipeline, entries)
    }
    hours = [
        {
            "entry": entry,
            "rows": entry.rows[table],
            "broken": [
                (outcome(rule), rule)
                for rule in (kept[entry.entry].rules if entry.entry in kept else [])
                if rule.table == table and outcome(rule) != "holds"
            ],
            "kept": entry.entry in kept,
        }
        for entry in entries
    ]
    staged = [entry.rows[table].staged for entry in entries]
    apart = [entry.rows[table].quarantined for entry in entries]
    return {
        "pipeline": loaded.spec.pipeline,
        "table": table,
        "hop": hop,
        "hours": hours[::-1],
        "staged": bars(staged, _said(entries, staged, "staged")),
        "apart": bars(apart, _said(entries, apart, "quarantined")),
        "contract": loaded.contracts.get(table),
    }


def _said(entries: list[Entry], counts: list[int], what: str) -> list[str]:
    return [f"{hour_said(entry.hour)}: {n:,} {what}" for entry, n in zip(entries, counts, strict=True)]
