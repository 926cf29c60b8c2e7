"""Plain values checked against a model, with every mistake told in plain words at its path."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from headgate.spec.pipeline import NAME_RULES
from headgate.spec.problem import Path, Problem, nearest, one_of

Checked = TypeVar("Checked", bound=BaseModel)

_EXPECTED = {
    "string_type": "text (in quotes, where it looks like a number)",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "list_type": "a list, like [one, two]",
    "datetime_type": "a date or a time, like 2024-01-01 or 2024-01-01T06:00Z",
    "datetime_parsing": "a date or a time, like 2024-01-01 or 2024-01-01T06:00Z",
    "datetime_from_date_parsing": "a date or a time, like 2024-01-01 or 2024-01-01T06:00Z",
}


def check(model: type[Checked], value: object) -> tuple[Checked | None, list[Problem]]:
    """The model made of the value, or None with every mistake in it."""
    try:
        return model.model_validate(value), []
    except ValidationError as error:
        return None, _problems(model, value, error.errors(include_url=False))


def _problems(model: type[BaseModel], value: object, errors: list[ErrorDetails]) -> list[Problem]:
    problems: dict[Path, Problem] = {}
    for error in errors:
        path = _path(value, error["loc"])
        problem = _problem(model, value, path, error)
        if path in problems and problems[path].expected and problem.expected:
            problem = _either(problems[path], problem)
        problems[path] = problem
    meant = {
        (*path[:-1], problem.nearest)
        for path, problem in problems.items()
        if problem.message.startswith("unknown key")
    }
    return [problem for path, problem in problems.items() if path not in meant]


def _problem(model: type[BaseModel], value: object, path: Path, error: ErrorDetails) -> Problem:
    kind, given = error["type"], error["input"]
    word = next((part for part in reversed(path) if isinstance(part, str)), "")
    if kind == "extra_forbidden":
        keys = _keys(model, path[:-1])
        unused = [key for key in keys if key not in _used(value, path[:-1])]
        return Problem(path, f"unknown key {word!r}", one_of(keys), nearest(word, keys, unused))
    if kind == "missing":
        return Problem(path, f"key {word!r} is missing")
    if kind == "string_pattern_mismatch":
        name = given if isinstance(given, str) else word
        return Problem(path, f"{name!r} is no name", NAME_RULES[error["ctx"]["pattern"]])
    if kind == "literal_error":
        words = [repr(option) if not isinstance(option, str) else option for option in _options(error)]
        return Problem(path, f"{word} is {_shown(given)}", one_of(words), nearest(str(given), words))
    if kind == "too_short":
        return Problem(path, f"{word} is {_shown(given)}", f"at least {error['ctx']['min_length']}")
    if kind in ("greater_than_equal", "less_than_equal"):
        return Problem(
            path, f"{word} is {_shown(given)}", error["msg"].split(" should ", 1)[-1].removeprefix("be ")
        )
    if kind == "value_error":
        return Problem(path, f"{word}: {error['ctx']['error']}")
    return Problem(path, f"{word or 'the document'} is {_shown(given)}", _EXPECTED.get(kind, error["msg"]))


def _either(first: Problem, second: Problem) -> Problem:
    """Two branches of one choice of types failed: either would have done."""
    if second.expected in str(first.expected).split(" or "):
        return first
    return Problem(first.path, first.message, f"{first.expected} or {second.expected}", first.nearest)


def _options(error: ErrorDetails) -> list[object]:
    text = error["ctx"]["expected"].replace(" or ", ", ")
    return [option.strip("'") for option in text.split(", ")]


def _shown(value: object) -> str:
    match value:
        case None:
            return "empty"
        case dict():
            return "a set of keys"
        case list():
            return "an empty list" if not value else "a list"
        case bool():
            return str(value).lower()
    return repr(value)


def _path(value: object, location: tuple[int | str, ...]) -> Path:
    """The part of a pydantic location that leads through the document (types of a union do not)."""
    path: list[int | str] = []
    for index, part in enumerate(location):
        if part == "[key]":
            break
        if isinstance(value, Mapping) and isinstance(part, str):
            if part not in value:
                return (*path, part) if index == len(location) - 1 else tuple(path)
            value = value[part]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        else:
            break
        path.append(part)
    return tuple(path)


def _used(value: object, path: Path) -> list[str]:
    for part in path:
        value = value[part]  # type: ignore[index]  # the path was found in this very value
    return list(value) if isinstance(value, Mapping) else []


def _keys(model: type[BaseModel], path: Path) -> list[str]:
    """The keys that may stand at `path` of a document of this model."""
    shape: Any = model
    for part in path:
        shape = _inner(shape, part)
    return list(shape.model_fields) if isinstance(shape, type) and issubclass(shape, BaseModel) else []


def _inner(shape: Any, part: int | str) -> Any:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return _bare(shape.model_fields[str(part)].annotation)
    arguments = get_args(shape)
    return _bare(arguments[-1]) if arguments else shape


def _bare(shape: Any) -> Any:
    """An annotation without Annotated and without `| None`."""
    if get_origin(shape) is Annotated:
        return _bare(get_args(shape)[0])
    if get_origin(shape) in (Union, UnionType):
        kept = [argument for argument in get_args(shape) if argument is not NoneType]
        return _bare(kept[0]) if len(kept) == 1 else shape
    return shape
