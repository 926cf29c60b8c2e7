"""What people decided about a pipeline, by Headgate's own logs in the lake; read without a JVM."""

from __future__ import annotations

from collections.abc import Iterator

from headgate.hops.ledger import Ledger
from headgate.hops.requests import requests
from headgate.releases.release_rows import releases
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.audit_trail import Act

RULES = "the rules"
"""Who decided where a release names nobody."""


def lake_acts(settings: Settings, loaded: LoadedPipeline) -> Iterator[Act]:
    """Decisions about gates, ways back, requests about the quarantine, and every release."""
    pipeline = loaded.spec.pipeline
    for entry in Ledger(settings, pipeline, loaded.spec.hops[-1]).entries():
        if entry.decided_by and entry.recorded_at:
            what = f"{pipeline} {entry.hop} {entry.hour:%Y-%m-%dT%H}"
            done = entry.state.replace("_", " ")
            yield Act(entry.recorded_at, entry.decided_by, "headgate", done, what, entry.why or "")
    for request in requests(settings, pipeline):
        if request.requested_at:
            rows = len(request.changes)
            what = f"{pipeline} {request.table}, {rows} {'row' if rows == 1 else 'rows'}"
            yield Act(
                request.requested_at, request.requested_by, "headgate", request.action, what, request.why
            )
    for release in releases(settings, pipeline):
        if release.decided_at:
            version = f"version {release.version}" if release.version else "no version"
            said = "; ".join(reason["said"] for reason in release.reasons if reason.get("said"))
            yield Act(
                release.decided_at,
                release.decided_by or RULES,
                "headgate",
                release.decision.replace("_", " "),
                f"{pipeline} release {release.release}, {version}",
                release.why or said,
            )
