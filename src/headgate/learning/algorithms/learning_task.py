"""What an algorithm is asked to learn, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headgate.learning.algorithms.parameters import Parameters
from headgate.learning.scoring.encoding import Features


@dataclass(frozen=True)
class LearningTask:
    """Learn the `label` (0/1, never null) from the `features` of rows that are unique by `key`.

    The last column of `key` is the as-of time where the algorithm is incremental. `parameters` are those that
    the spec gives. `scratch` is a folder's path, where every worker can write, for whatever passes through
    storage. `start` is the portable form of the parent, for an algorithm that refits from it.
    """

    features: Features
    label: str
    key: Sequence[str]
    parameters: Parameters
    seed: int
    scratch: str
    start: Mapping[str, Any] | None = None

    @property
    def columns(self) -> list[str]:
        """Key, label and features, each once."""
        return list(dict.fromkeys([*self.key, self.label, *(name for name, _ in self.features)]))
