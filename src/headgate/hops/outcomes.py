"""`<pipeline>_gold.outcomes`: what was said of each example, beside the label that came later."""

from __future__ import annotations

from headgate.spec.pipeline import Pipeline


def outcomes_query(spec: Pipeline, predictions: str, examples: str) -> str:
    """SQL of the outcomes; `predictions` and `examples` name the rows of these two tables.

    Grain: one row a prediction. Columns: those of the predictions, the label and when it was known (both
    null until then), and `in_time`: whether it was said before the label was known.
    """
    described = spec.examples
    assert described is not None  # what is scored has examples
    key = described.grain
    said = ", ".join(f"p.`{name}`" for name in (*key, "role", "model", "version", "probability", "scored_at"))
    label, known_at = f"e.`{described.label}`", f"e.`{described.label_known_at}`"
    on = " AND ".join(f"p.`{name}` = e.`{name}`" for name in key)
    return (
        f"SELECT {said}, {label}, {known_at}, "
        f"{known_at} IS NULL OR p.scored_at < {known_at} AS in_time "
        f"FROM {predictions} p LEFT JOIN {examples} e ON {on}"
    )
