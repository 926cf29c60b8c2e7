"""What differs between two versions of a model, of what it learns from and of how it is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from headgate.learning.algorithms.algorithm import algorithm_named
from headgate.planning.change import Change, Effect
from headgate.planning.said import said
from headgate.planning.table_changes import feature_sources
from headgate.spec.pipeline import Candidate, Feature, Model, Pipeline, Slice

ONLY_COMPARED = "by `compare` alone"


def model_changes(before: Pipeline, after: Pipeline) -> list[Change]:
    """The differences, features first."""
    found: list[Change] = []
    if before.model is not None and after.model is not None:
        found += _features(before, after)
        if before.model != after.model:  # the algorithms bring Spark along
            found += _fitting(before.model, after.model)
        found += _labels(before, after)
        found += _judging(before.model, after.model)
    elif after.model is not None:
        found.append(Change("model", "", None, after.model.algorithm, "recipe"))
    elif before.model is not None:
        note = "nothing is learned any more; a champion serves on"
        found.append(Change("model", "", before.model.algorithm, None, "from_now_on", note))
    return [*found, *_fields("promotion", before.promotes_by, after.promotes_by)]


def pipeline_changes(before: Pipeline, after: Pipeline) -> list[Change]:
    """The differences that belong to no table and no model."""
    found = []
    for key in ("description", "owner"):
        if getattr(before, key) != getattr(after, key):
            found.append(Change(key, "", getattr(before, key), getattr(after, key), "words"))
    for key in ("start", "end"):
        old, new = getattr(before.schedule, key), getattr(after.schedule, key)
        if old != new:
            found.append(Change(f"schedule.{key}", "", said(old), said(new), "from_now_on"))
    old, new = before.max_quarantine_share, after.max_quarantine_share
    if old != new:
        found.append(Change("max_quarantine_share", "", said(old), said(new), "judges"))
    return [*found, *_part("alerts", before.alerts, after.alerts, "told")]


def _features(before: Pipeline, after: Pipeline) -> Iterator[Change]:
    assert before.model is not None
    assert after.model is not None
    old, new = before.model.features, after.model.features
    old_sources, new_sources = feature_sources(before.examples), feature_sources(after.examples)
    for name in [*old, *(name for name in new if name not in old)]:
        was, is_ = (_kind(features[name]) if name in features else None for features in (old, new))
        if was is None or is_ is None:
            yield Change("feature", name, was, is_, "recipe")
            continue
        if old[name] != new[name]:
            yield Change("feature", name, was, is_, "recipe", _words_moved(old[name], new[name]))
        sources = [found.get(name, "examples") for found in (old_sources, new_sources)]
        if sources[0] != sources[1]:
            yield Change("feature", name, f"from {sources[0]}", f"from {sources[1]}", "from_now_on")
    shared = [[name for name in one if name in other] for one, other in ((old, new), (new, old))]
    if shared[0] != shared[1]:
        yield Change("features", "", said(shared[0]), said(shared[1]), "recipe", "only their order differs")


def _kind(feature: Feature) -> str:
    return "numeric" if feature.nominal is None else f"nominal, {len(feature.nominal)} words"


def _words_moved(old: Feature, new: Feature) -> str:
    """Which words of a vocabulary came and went."""
    if old.nominal is None or new.nominal is None:
        return ""
    came = [word for word in new.nominal if word not in old.nominal]
    went = [word for word in old.nominal if word not in new.nominal]
    told = [f"with {said(came)}" if came else "", f"without {said(went)}" if went else ""]
    return ", ".join(part for part in told if part) or "the same words in another order"


def _fitting(old: Model, new: Model) -> Iterator[Change]:
    if old.algorithm != new.algorithm:
        yield Change("algorithm", "", old.algorithm, new.algorithm, "recipe")
    parameters = [
        algorithm_named(model.algorithm).complete_parameters(model.parameters) for model in (old, new)
    ]
    if old.algorithm == new.algorithm:
        for name in parameters[1]:
            was, is_ = (given[name] for given in parameters)
            if was != is_:
                yield Change("parameter", name, said(was), said(is_), "recipe")
    for key in ("seed", "window"):
        if getattr(old, key) != getattr(new, key):
            yield Change(key, "", said(getattr(old, key)), said(getattr(new, key)), "recipe")


def _labels(before: Pipeline, after: Pipeline) -> Iterator[Change]:
    if before.examples is None or after.examples is None:
        return
    for key in ("label", "entity", "as_of"):
        was, is_ = getattr(before.examples, key), getattr(after.examples, key)
        if was != is_:
            yield Change(key, "", said(was), said(is_), "recipe")


def _judging(old: Model, new: Model) -> Iterator[Change]:
    if old.baselines != new.baselines:
        was, is_ = ("; ".join(said(columns) for columns in model.baselines) for model in (old, new))
        yield Change("baselines", "", was, is_, "judges")
    yield from _part("costs", old.costs, new.costs, "judges")
    yield from _part("audit", old.audit, new.audit, "judges")
    yield from _fields("drift", old.drift, new.drift)
    cut, now_cut = ({name: _cut(one) for name, one in model.slices.items()} for model in (old, new))
    yield from _named("slice", cut, now_cut)
    tried, now_tried = ({name: _tried(one) for name, one in model.candidates.items()} for model in (old, new))
    yield from _named("candidate", tried, now_tried, ONLY_COMPARED)
    if old.folds != new.folds:
        yield Change("folds", "", said(old.folds), said(new.folds), "judges", ONLY_COMPARED)


def _cut(part: Slice) -> str:
    return "by value" if part.edges is None else f"at {said(part.edges)}"


def _tried(candidate: Candidate) -> str:
    """A candidate as `algorithm, name value, name value or value`."""
    parameters = [f"{name} {_either(value)}" for name, value in candidate.parameters.items()]
    return said([candidate.algorithm, *parameters])


def _either(value: object) -> str:
    return " or ".join(said(one) for one in value) if isinstance(value, list) else said(value)


def _named(what: str, old: Mapping[str, str], new: Mapping[str, str], note: str = "") -> Iterator[Change]:
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            yield Change(what, name, old.get(name), new.get(name), "judges", note)


def _part(what: str, old: BaseModel | None, new: BaseModel | None, effect: Effect) -> Iterator[Change]:
    """The differences of a part that a spec need not have."""
    if old is not None and new is not None:
        yield from _fields(what, old, new, effect)
    elif old != new:
        yield Change(what, "", _given(old), _given(new), effect)


def _given(part: BaseModel | None) -> str | None:
    if part is None:
        return None
    return said([f"{key} {said(value)}" for key, value in _flat(part.model_dump()).items()])


def _fields(what: str, old: BaseModel, new: BaseModel, effect: Effect = "judges") -> Iterator[Change]:
    was, is_ = (_flat(part.model_dump()) for part in (old, new))
    for key in is_:
        if was[key] != is_[key]:
            yield Change(what, key, said(was[key]), said(is_[key]), effect)


def _flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """The values with those of a part under `part key`."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        found |= _flat(value, f"{before}{key} ") if isinstance(value, dict) else {f"{before}{key}": value}
    return found
