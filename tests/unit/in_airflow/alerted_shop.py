"""The pipeline `shop` with alerts, and gates of it that close."""

from __future__ import annotations

from headgate.gates.verdict import RuleResult, Verdict
from headgate.spec.settings import Settings
from tests.unit.in_airflow.records import Ledger

AMOUNT = RuleResult(
    table="silver.orders",
    rule="amount.between",
    kind="row",
    column="amount",
    on_fail="close",
    rows=200,
    unexpected=7,
    passed=False,
    samples=[{"key": {"order_id": "17"}, "value": "-3.5"}],
    words="amount is at least 0",
)


def write_alerts(settings: Settings, alerts: str) -> None:
    """Add `alerts`, in YAML's flow style, to the spec of `shop`."""
    path = settings.pipelines / "shop" / "pipeline.yaml"
    path.write_text(path.read_text() + f"alerts: {alerts}\n")


def close_gate(settings: Settings, ledger: Ledger, hour: int, *rules: RuleResult) -> None:
    """Put on record that the silver gate of an hour closed on these rules."""
    ledger.line("silver", hour, "closed", recorded_at=None)
    name = f"2024-01-01T{hour:02d}"
    folder = settings.reports / "shop" / "silver" / name
    folder.mkdir(parents=True, exist_ok=True)
    verdict = Verdict("d" * 64, False, list(rules), {}, "", "closed")
    (folder / f"{name}--0000000{ledger.lines}.json").write_text(verdict.to_json())
