"""The trials of a comparison: the model's own recipe and every point of its candidates' grids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from headgate.spec.algorithm_parameters import Value, defaults_of
from headgate.spec.pipeline import INCUMBENT, Candidate, Model


@dataclass(frozen=True)
class Trial:
    """One algorithm with one set of parameters; `given` are those that the spec names, without defaults."""

    name: str
    algorithm: str
    given: dict[str, Value]

    @property
    def parameters(self) -> dict[str, Value]:
        """All parameters, defaults included."""
        return {**defaults_of(self.algorithm), **self.given}

    def as_json(self) -> dict[str, Any]:
        """The trial as plain values."""
        return {
            "trial": self.name,
            "algorithm": self.algorithm,
            "given": self.given,
            "parameters": self.parameters,
        }


def trials_of(model: Model) -> list[Trial]:
    """The incumbent first, then each candidate's grid in the order of the spec.

    A point of a grid is named after the candidate and the parameters that vary: `forest depth=8`. What has
    the same algorithm and parameters as an earlier trial is left out.
    """
    trials = [Trial(INCUMBENT, model.algorithm, dict(model.parameters))]
    for name, candidate in model.candidates.items():
        for trial in _grid(name, candidate):
            if all(not _same(trial, known) for known in trials):
                trials.append(trial)
    return trials


def _grid(name: str, candidate: Candidate) -> Iterator[Trial]:
    values = {
        key: value if isinstance(value, list) else [value] for key, value in candidate.parameters.items()
    }
    for point in product(*values.values()):
        given = dict(zip(values, point, strict=True))
        varied = [f"{key}={given[key]}" for key in values if isinstance(candidate.parameters[key], list)]
        yield Trial(" ".join([name, *varied]), candidate.algorithm, given)


def _same(first: Trial, second: Trial) -> bool:
    return (first.algorithm, first.parameters) == (second.algorithm, second.parameters)
