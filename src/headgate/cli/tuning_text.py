"""A search for people: what it tried beside the table, and what became of the winner."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def tuning_lines(tuning: dict[str, Any]) -> Iterator[str]:
    """How many trials there were, which one won, and where they are shown."""
    complete = sum(entry["algorithm"] is not None for entry in tuning["entries"])
    ended = len(tuning["ended"])
    tried = f"{complete + ended} {'trial' if complete + ended == 1 else 'trials'}"
    yield f"{tried} in {tuning['budget']:g} s, {ended} of them ended early"
    yield f"  every one is a run of the MLflow experiment {tuning['pipeline']}_tuning"
    if tuning["winner"] is None:
        yield "The recipe that serves has the lowest log loss: there is no candidate."
        return
    best = next(entry for entry in tuning["entries"] if entry["trial"] == tuning["winner"])
    interval = best["differences"]["log_loss"]
    yield f"Lowest log loss: {best['trial']}. " + (
        "Its lead over the recipe that serves is larger than chance from day to day explains, as far as one "
        "trial goes; the best of many flatters itself."
        if interval["high"] < 0
        else "Its lead over the recipe that serves may be chance: the interval holds 0."
    )
    yield f"  {best['algorithm']} {json.dumps(best['given'])}"
    yield "It is fitted on the whole window and recorded as a candidate of the track challenge."
