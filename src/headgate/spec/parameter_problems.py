"""Parameters of algorithms that do not exist or cannot have the value that they are given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod

from headgate.spec.algorithm_parameters import ALGORITHMS, Parameter, Value, defaults_of
from headgate.spec.pipeline import INCUMBENT, MAXIMUM_TRIALS, Candidate, Model
from headgate.spec.problem import Path, Problem, unresolved


def parameter_problems(model: Model) -> Iterator[Problem]:
    """What is wrong with the parameters of the model and of its candidates."""
    yield from _parameters(("model",), model.algorithm, model.parameters)
    yield from _trees_of_groups(("model",), model.algorithm, model.parameters)
    if model.audit is not None and "groups" not in ALGORITHMS[model.algorithm]:
        yield Problem(
            ("model", "audit"),
            f"{model.algorithm} learns from all rows each time, so there is nothing to audit",
            "no audit, or algorithm incremental_forest",
        )
    for name, candidate in model.candidates.items():
        path = ("model", "candidates", name)
        if name == INCUMBENT:
            yield Problem(path, f"{INCUMBENT!r} is how the model's own recipe is called", "another name")
        yield from _parameters(path, candidate.algorithm, candidate.parameters)
        yield from _trees_of_groups(path, candidate.algorithm, candidate.parameters)
    trials = sum(_trials(candidate) for candidate in model.candidates.values())
    if trials > MAXIMUM_TRIALS:
        yield Problem(
            ("model", "candidates"), f"the candidates span {trials} trials", f"at most {MAXIMUM_TRIALS}"
        )


def _trees_of_groups(
    path: Path, algorithm: str, parameters: Mapping[str, Value | list[Value]]
) -> Iterator[Problem]:
    """Groups of trees that cannot be equally large."""
    given = {**defaults_of(algorithm), **parameters}
    trees, groups = given.get("trees"), given.get("groups")
    if isinstance(trees, int) and isinstance(groups, int) and groups > 0 and trees % groups:
        named = next(name for name in ("groups", "trees") if name in parameters)
        yield Problem(
            (*path, "parameters", named),
            f"{trees} trees do not make {groups} groups of the same size",
            "trees that are a multiple of groups",
        )


def _trials(candidate: Candidate) -> int:
    return prod(len(value) for value in candidate.parameters.values() if isinstance(value, list))


def _parameters(
    path: Path, algorithm: str, parameters: Mapping[str, Value | list[Value]]
) -> Iterator[Problem]:
    known = ALGORITHMS[algorithm]
    for name, value in parameters.items():
        place = (*path, "parameters", name)
        if name not in known:
            yield unresolved(place, f"parameter of {algorithm}", name, known)
        elif not isinstance(value, list):
            yield from _value(place, name, value, known[name])
        elif not value:
            yield Problem(place, f"{name} is an empty list", "at least one value")
        else:
            for index, entry in enumerate(value):
                yield from _value((*place, index), name, entry, known[name])


def _value(path: Path, name: str, value: Value, parameter: Parameter) -> Iterator[Problem]:
    if isinstance(parameter.default, str):
        if parameter.words and value not in parameter.words:
            yield unresolved(path, name, str(value), parameter.words)
        return
    whole = isinstance(parameter.default, int)
    number = not isinstance(value, str) and (not whole or isinstance(value, int))
    if not number or not _inside(float(value), parameter):
        yield Problem(path, f"{name} is {value!r}", _expected(whole, parameter))


def _inside(value: float, parameter: Parameter) -> bool:
    least, most = parameter.least, parameter.most
    return (least is None or value >= least) and (most is None or value <= most)


def _expected(whole: bool, parameter: Parameter) -> str:
    kind = "a whole number" if whole else "a number"
    if parameter.most is not None:
        return f"{kind} from {parameter.least:g} to {parameter.most:g}"
    return kind if parameter.least is None else f"{kind}, at least {parameter.least:g}"
