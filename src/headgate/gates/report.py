"""The report of one hop and hour: one HTML page that opens anywhere, without network and without script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from headgate.gates.verdict import LEFT, RuleResult, Verdict, sentence
from headgate.gates.ways_out import next_step
from headgate.spec.hour_range import HourRange


class Manifest(Protocol):
    """What a report tells of the attempt that was judged."""

    @property
    def pipeline(self) -> str: ...
    @property
    def hop(self) -> str: ...
    @property
    def attempt(self) -> str: ...
    @property
    def hour(self) -> datetime: ...
    @property
    def hours(self) -> HourRange: ...
    @property
    def inputs(self) -> Mapping[str, int]: ...
    @property
    def digest(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def spec(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def seconds(self) -> float: ...


def render(verdict: Verdict, manifest: Manifest) -> str:
    """The whole page as text: verdict first, then rows, then each rule in words, broken ones before the rest.

    It loads nothing and runs nothing: its policy allows only its own style sheet, by hash, and every value
    from the data is escaped. Its one link leads to the Data Docs beside it.
    """
    template, style = _parts()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    tables: dict[str, list[dict[str, Any]]] = {table: [] for table in verdict.rows}
    for rule in sorted(verdict.rules, key=_rank):
        tables.setdefault(rule.table, []).append({"rule": rule, "holds": rule.passed and not rule.error})
    return template.render(
        verdict=verdict,
        manifest=manifest,
        hour=f"{manifest.hour:%Y-%m-%d %H:00}",
        tables={table: rules for table, rules in tables.items() if rules},
        closing=[sentence(rule) for rule in verdict.closing],
        facts=_facts(verdict, manifest),
        left=LEFT,
        next=next_step(manifest.pipeline, manifest.hop, verdict.closing),
        style=Markup(style),  # our own file
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    )


def _rank(rule: RuleResult) -> int:
    if rule.closes:
        return 0
    if rule.passed:
        return 3
    return 1 if rule.on_fail == "quarantine" else 2


def _facts(verdict: Verdict, manifest: Manifest) -> dict[str, str]:
    start = f"{manifest.hours.start:%Y-%m-%d %H:%M}" if manifest.hours.start else "the beginning"
    inputs = ", ".join(f"{table} version {version}" for table, version in sorted(manifest.inputs.items()))
    return {
        "rows known": f"after {start}, until {manifest.hours.end:%Y-%m-%d %H:%M}",
        "attempt": manifest.attempt,
        "digest of the rows": verdict.digest,
        "read from": inputs or "landing files",
        "code": manifest.code,
        "spec and contracts": manifest.spec,
        "staged": f"{manifest.bytes:,} bytes in {manifest.seconds:.1f} s",
    }


@cache
def _parts() -> tuple[Template, str]:
    """The page's template, and its style sheet."""
    loader = PackageLoader("headgate.gates", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.filters["number"] = lambda value: f"{value:,}"
    environment.filters["percent"] = _percent
    style, _, _ = loader.get_source(environment, "report.css")
    return environment.get_template("report.html.j2"), style


def _percent(share: float) -> str:
    if 0 < share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if 0.999 < share < 1 else f"{100 * share:.1f} %"
