"""The layers of a pipeline's tables."""

from __future__ import annotations

LAYERS = ("bronze", "silver", "gold")
"""In the order of the data's way; each is also the hop that fills it."""

SCORES = "scores"
"""The hop after the last layer, in which the champion scores the hour's examples."""


def stored_name(table: str) -> str:
    """The table that is staged, read by later ones and described by statistics: at silver the change log."""
    return f"{table}_changes" if table.startswith("silver.") else table
