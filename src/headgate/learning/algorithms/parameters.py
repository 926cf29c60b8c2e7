"""An algorithm's parameters: the spec's, with every default filled in."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from headgate.spec.errors import HeadgateError

Parameters = Mapping[str, int | float | str]


class UnknownParameter(HeadgateError):
    """The spec gives the algorithm a parameter that it does not have."""


def complete(algorithm: str, given: Parameters, defaults: Parameters) -> dict[str, int | float | str]:
    """`given` with `defaults` for what it does not say. Raises UnknownParameter."""
    for name in given:
        if name not in defaults:
            near = get_close_matches(name, defaults, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise UnknownParameter(
                f"{algorithm} has no parameter {name!r}: it has {', '.join(defaults)}{hint}",
                where="pipeline.yaml, model.parameters",
                left="nothing was fitted",
                next_command="correct the name, then run ./headgate check",
            )
    return {**defaults, **given}
