"""A comparison for people: the table, and what to do with the winner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from headgate.airflow.names import learn_dag_id
from headgate.spec.algorithm_parameters import Value
from headgate.spec.pipeline import INCUMBENT


def comparison_table(comparison: dict[str, Any]) -> Table:
    """One line a trial or baseline, the lowest log loss first; the AUC is the mean of the folds'."""
    title = (
        f"{comparison['rows']:,} rows of {comparison['days']} days that no trial had seen, "
        f"in {len(comparison['folds'])} folds"
    )
    caption = "difference: log loss minus the incumbent's, below 0 is better"
    table = Table(title=title, title_justify="left", header_style="", box=SIMPLE)
    table.caption, table.caption_justify = caption, "left"
    table.add_column("", min_width=16)
    for name in ("AUC", "log loss", "difference", "95 % by day", "s"):
        table.add_column(name, justify="right", no_wrap=True)
    for entry in comparison["entries"]:
        table.add_row(*_cells(entry), style=None if entry["algorithm"] else "dim")
    return table


def _cells(entry: dict[str, Any]) -> Iterator[str]:
    figures, difference = entry["figures"], entry["differences"].get("log_loss")
    yield escape(entry["trial"] if entry["algorithm"] else f"({entry['trial']})")
    yield f"{figures['auc_by_fold']:.4f}" if "auc_by_fold" in figures else ""
    yield f"{figures['log_loss']:.4f}"
    yield f"{difference['mean']:+.4f}" if difference else ""
    yield f"{difference['low']:+.4f} to {difference['high']:+.4f}" if difference else ""
    yield "" if entry["seconds"] is None else f"{entry['seconds']:.0f}"


def next_lines(comparison: dict[str, Any], known: bool) -> Iterator[str]:
    """What the winner is worth and how to make it the recipe; `known`: found in MLflow, not fitted now."""
    pipeline, best = comparison["pipeline"], next(e for e in comparison["entries"] if e["algorithm"])
    if known:
        yield "These examples and candidates were compared before; the figures are those of that time."
    if best["trial"] == INCUMBENT:
        yield "The present recipe has the lowest log loss: nothing to change."
        return
    interval = best["differences"]["log_loss"]
    yield f"Lowest log loss: {best['trial']}. " + (
        "Its lead over the present recipe is larger than chance from day to day explains."
        if interval["high"] < 0
        else "Its lead over the present recipe may be chance: the interval holds 0."
    )
    yield f"To make it the recipe, say in pipelines/{pipeline}/pipeline.yaml, under model:"
    yield f"  algorithm: {best['algorithm']}"
    yield f"  parameters: {_mapping(best['given'])}"
    yield (
        f"The next run of {learn_dag_id(pipeline)} learns with it: a candidate like any other, "
        "which must prove itself before it serves."
    )


def _mapping(parameters: dict[str, Value]) -> str:
    """The parameters as YAML in one line; JSON's numbers and quoted texts are YAML's too."""
    return "{" + ", ".join(f"{name}: {json.dumps(value)}" for name, value in parameters.items()) + "}"
