"""The error of a measurement that goes on from hours that are not there."""

from __future__ import annotations

from headgate.spec.errors import HeadgateError


class NoHours(HeadgateError):
    """Nothing was run yet, so there is nothing to go on from."""

    def __init__(self) -> None:
        super().__init__("there are no hours yet to go on from", next_command="./headgate demo")
