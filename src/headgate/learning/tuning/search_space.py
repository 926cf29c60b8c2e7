"""What a search may draw: for each algorithm the parameters that matter, and between which values."""

from __future__ import annotations

from collections.abc import Mapping

from optuna.trial import Trial as Draw

from headgate.learning.comparison.trials import Trial
from headgate.spec.algorithm_parameters import ALGORITHMS, Drawn, Parameter, Value
from headgate.spec.pipeline import Model


def search_space(algorithms: Mapping[str, Mapping[str, Parameter]]) -> dict[str, dict[str, Drawn]]:
    """By algorithm and parameter what is drawn; an algorithm of which nothing is drawn is not searched."""
    found = {
        algorithm: {name: one.drawn for name, one in parameters.items() if one.drawn is not None}
        for algorithm, parameters in algorithms.items()
    }
    return {algorithm: drawn for algorithm, drawn in found.items() if drawn}


SEARCH_SPACE = search_space(ALGORITHMS)


def drawn_trial(draw: Draw, model: Model, number: int) -> Trial:
    """The next trial: an algorithm, and a value for each parameter of its part of the space.

    Parameters that are not searched stay what the spec gives for that algorithm, or their defaults.
    """
    algorithm = draw.suggest_categorical("algorithm", sorted(SEARCH_SPACE))
    given: dict[str, Value] = dict(model.parameters) if algorithm == model.algorithm else {}
    for name, space in SEARCH_SPACE[algorithm].items():
        given[name] = _value(draw, f"{algorithm}.{name}", space)
    return Trial(f"{algorithm} {number}", algorithm, given)


def _value(draw: Draw, name: str, space: Drawn) -> Value:
    if isinstance(space, tuple):
        return str(draw.suggest_categorical(name, space))
    if isinstance(space.least, int) and isinstance(space.most, int):
        return int(draw.suggest_int(name, space.least, space.most, log=space.log))
    return float(f"{draw.suggest_float(name, space.least, space.most, log=space.log):.4g}")
