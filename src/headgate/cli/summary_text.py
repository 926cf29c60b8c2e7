"""A summary as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

FIGURES = {
    "auc": "AUC",
    "log_loss": "log loss",
    "calibration_error": "calibration",
    "cost_per_thousand": "cost / 1,000",
}


def summary_lines(found: dict[str, Any]) -> Iterator[str]:
    """The lines of a summary made by `summarise`."""
    yield "Rows"
    apart = found["quarantined"]
    for table, rows in found["tables"].items():
        kept = f"   {apart[table]:,} kept apart in {table}_quarantine" if apart.get(table) else ""
        yield f"  {table:<34} {rows:>9,}{kept}"
    yield "Gates"
    gates = found["gates"]
    yield f"  {gates['passed']} passed, {gates['closed']} closed, {sum(apart.values()):,} rows quarantined"
    yield f"  last report: {found['report']}"
    yield "Champion"
    yield from _champion(found)
    yield "Look"
    for name, address in (("Airflow", found["urls"]["grid"]), ("MLflow", found["urls"]["model"])):
        yield f"  {name:<8} {address}"


def _champion(found: dict[str, Any]) -> Iterator[str]:
    champion = found["champion"]
    if champion is None:
        yield "  none yet"
        return
    yield f"  {found['pipeline']} version {champion['version']}" + (
        f", judged on {champion['rows']:,} rows that it never trained on" if champion["rows"] else ""
    )
    if not champion["metrics"]:
        return
    yield "  " + " " * 22 + "".join(f"{title:>13}" for title in FIGURES.values())
    for name, figures in (("champion", champion["metrics"]), *champion["baselines"].items()):
        cells = "".join(_cell(figures.get(key)) for key in FIGURES)
        yield f"  {name:<22}{cells}"


def _cell(value: float | None) -> str:
    if value is None:
        return f"{'-':>13}"
    return f"{value:>13,.0f}" if abs(value) >= 100 else f"{value:>13.4f}"
