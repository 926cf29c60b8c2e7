"""Errors that carry the fix: what happened, where, what is left behind and the next command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headgate.spec.command import as_typed


class HeadgateError(Exception):
    """The root of every error that Headgate raises on purpose.

    `what` happened, in a sentence; `where` (a file with line, a table, a report); what is `left` behind;
    the `next_command` that leads on. The text of the error has one line for each of them that is given, with
    commands `as_typed`.
    """

    def __init__(
        self,
        what: str,
        where: str | None = None,
        left: str | None = None,
        next_command: str | None = None,
    ) -> None:
        super().__init__(what, where, left, next_command)
        self.what = what
        self.where = where
        self.left = left
        self.next_command = next_command

    def __str__(self) -> str:
        parts = (("where", self.where), ("left behind", self.left), ("next", self.next_command))
        return as_typed("\n".join([self.what, *(f"  {name}: {text}" for name, text in parts if text)]))


@dataclass(frozen=True, order=True)
class SpecError:
    """One mistake in one file of a spec; `line` counts from 1, 0 means the file as a whole."""

    file: str
    line: int
    message: str
    expected: str | None = None
    nearest: str | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        expected = f": expected {self.expected}" if self.expected else ""
        nearest = f"; did you mean {self.nearest!r}?" if self.nearest else ""
        return f"{place}: {self.message}{expected}{nearest}"


class SpecErrors(HeadgateError):
    """Every mistake found in one or more specs, in the order of files and lines."""

    def __init__(self, errors: Sequence[SpecError], checked: str | None = None) -> None:
        self.errors = sorted(errors, key=lambda error: (error.file, error.line, error.message))
        count = "1 error" if len(self.errors) == 1 else f"{len(self.errors)} errors"
        listing = "\n".join(f"  {error}" for error in self.errors)
        command = f"./headgate check {checked}" if checked else "./headgate check"
        super().__init__(f"{count} in the spec:\n{listing}", None, None, f"mend the files, then {command}")
        self.args = (self.errors, checked)
