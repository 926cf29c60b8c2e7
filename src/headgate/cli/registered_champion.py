"""Which version serves, as MLflow's registry says."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from headgate.cli.ask_registry import TIMEOUT, ask_registry, shown_model
from headgate.releases.registry import CHAMPION
from headgate.spec.settings import Settings
from headgate.stack.errors import StackNotRunning

QUICK = 5.0
"""Seconds to wait where it need not be running."""


@dataclass(frozen=True)
class Champion:
    """`answered`: whether MLflow could be asked. `version`: what serves, if anything does; `model`: its
    number in the model log, None where it shows no model of the log."""

    answered: bool
    version: int | None = None
    model: int | None = None


def ask_for_champion(settings: Settings, pipeline: str, timeout: float = TIMEOUT) -> Champion:
    """Ask the registry what is under the alias `champion`. Raises StackNotRunning, httpx.HTTPError."""
    found = ask_registry(settings, "registered-models/alias", {"name": pipeline, "alias": CHAMPION}, timeout)
    if found is None:
        return Champion(answered=True)
    return Champion(True, int(found["version"]), shown_model(found))


def registered_champion(settings: Settings, pipeline: str) -> Champion:
    """The same where MLflow need not be running: then nobody has answered."""
    try:
        return ask_for_champion(settings, pipeline, QUICK)
    except (StackNotRunning, httpx.HTTPError):  # told as such: the health of MLflow says why
        return Champion(answered=False)
