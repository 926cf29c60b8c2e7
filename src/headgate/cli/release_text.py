"""Releases as tables and lines of text, and as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.table import Table

from headgate.releases.live import what_was_live
from headgate.releases.release_rows import Release, serving
from headgate.releases.why import in_short, why

FIGURES = ("log_loss", "auc", "calibration_error")
CANDIDATE = "candidate"


def release_document(row: Release) -> dict[str, Any]:
    """All that a release says, as JSON takes it."""
    return {**asdict(row), "decided_at": row.decided_at.isoformat() if row.decided_at else None}


def releases_table(history: Sequence[Release]) -> Table:
    """One line a release."""
    table = Table("release", "decision", "version", "model", "data up to", "decided", "by", "why")
    live = serving([*history])
    for row in history:
        version = "none" if row.version is None else str(row.version)
        table.add_row(
            str(row.release),
            row.decision.replace("_", " "),
            f"{version} (serves)" if _serves_by(history, row) and row.version == live else version,
            str(row.model or "none"),
            _moment(row.frontier),
            f"{row.decided_at:%Y-%m-%d %H:%M}" if row.decided_at else "not kept",
            row.decided_by or "not kept",
            in_short(row),
        )
    return table


def facts_table(row: Release) -> Table:
    """One release, a line a fact."""
    table = Table("", f"release {row.release}", show_header=True)
    judged = row.evaluation.get("figures", {}).get(CANDIDATE, {})
    facts = {
        "decision": row.decision.replace("_", " ") + (f" to release {row.back_to}" if row.back_to else ""),
        "version": "none" if row.version is None else str(row.version),
        "model": "none" if row.model is None else str(row.model),
        "champion before": "none" if row.previous_champion is None else f"version {row.previous_champion}",
        "data up to": _moment(row.frontier),
        "decided": f"{row.decided_at:%Y-%m-%d %H:%M:%S}" if row.decided_at else "not kept",
        "by": row.decided_by or "not kept",
        "why": row.why or why(row),
        **{f"check: {r['check']}": ("" if r["passed"] else "failed: ") + r["said"] for r in row.reasons},
        **{name.replace("_", " "): f"{judged[name]:.4f}" for name in FIGURES if name in judged},
        **{f"learned from {table}": f"version {version}" for table, version in sorted(row.pins.items())},
        **{f"published {table}": f"version {version}" for table, version in sorted(row.tables.items())},
        **{f"gate of {hop}": report for hop, report in row.gate_reports.items()},
        "spec": row.spec,
        "code": row.code,
        "release before": row.previous or "not kept",
        "digest": row.hash or "not kept",
    }
    for name, said in facts.items():
        table.add_row(name, said)
    return table


def live_line(pipeline: str, found: Release | None, history: Sequence[Release]) -> str:
    """What was live, in a few lines."""
    if found is None:
        return f"nothing of {pipeline} was live then"
    period = next(one for one in what_was_live([*history]) if one.release == found.release)
    what = "nothing" if found.version is None else f"version {found.version} (model {found.model})"
    until = f"until {_moment(period.until)}" if period.until is not None else "and serves still"
    decided = f", decided {found.decided_at:%Y-%m-%d %H:%M}" if found.decided_at else ""
    return "\n".join(
        [
            f"{what}: since {_moment(found.frontier)} {until}",
            f"  release {found.release}, {found.decision.replace('_', ' ')}{decided}: {why(found)}",
            *(f"  {table}: version {version}" for table, version in sorted(found.tables.items())),
        ]
    )


def _serves_by(history: Sequence[Release], row: Release) -> bool:
    """Whether this very release made the version serve that serves now."""
    lived = what_was_live([*history])
    return bool(lived) and lived[-1].release == row.release


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M}" if text else "not kept"
