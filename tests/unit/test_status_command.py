"""What `headgate status` tells somebody to do something about."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from headgate.cli.pipeline_status import ClosedGate, PipelineStatus
from headgate.cli.status import told_lines
from headgate.spec.settings import Settings
from headgate.stack.health import PartHealth

HOUR = datetime(2024, 1, 1, 7, tzinfo=UTC)
GATE = ClosedGate(
    "silver", HOUR, "3 of 9 rows break “amount is at least 0” (id=\x1b[2J)", "orders/silver/a.html"
)


def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", pipelines=tmp_path / "pipelines")


def part(healthy: bool) -> PartHealth:
    return PartHealth("engine", healthy, "RUNNING" if healthy else "STOPPED", 0, "", 0.0)


def test_a_closed_gate_has_its_reason_report_and_next_step(tmp_path: Path) -> None:
    orders = PipelineStatus("orders", None, (GATE,), None)
    said, report, step = told_lines(settings(tmp_path), [part(True)], [orders])
    assert said == (
        "orders: the silver gate is closed at 2024-01-01 07:00: "
        "3 of 9 rows break “amount is at least 0” (id=\\x1b[2J)"
    )
    assert report == f"  report: {tmp_path / 'home' / 'reports' / 'orders/silver/a.html'}"
    assert "./headgate gate accept orders" in step


def test_broken_specs_and_a_stack_that_is_down_are_told(tmp_path: Path) -> None:
    (tmp_path / "pipelines" / "shop").mkdir(parents=True)
    (tmp_path / "pipelines" / "shop" / "pipeline.yaml").write_text("pipelin: shop\n")
    assert told_lines(settings(tmp_path), [part(False)], []) == [
        "Not shown, as their specs have mistakes: shop. ./headgate check",
        "The stack is down. To start it: ./headgate up",
    ]


def test_where_all_is_well_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert told_lines(settings(tmp_path), [part(True)], [PipelineStatus("orders", HOUR, (), None)]) == []
