"""The files of specs and contracts: read as text and checked as models, with every mistake gathered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from headgate.spec.errors import SpecError
from headgate.spec.problem import Problem
from headgate.spec.settings import Settings
from headgate.spec.validation import Checked, check
from headgate.spec.yaml_source import Document, Unreadable, parse_yaml


@dataclass
class SpecFiles:
    """Reads files and keeps what is wrong in them in `errors`, in the order found."""

    settings: Settings
    errors: list[SpecError] = field(default_factory=list)

    def shown(self, path: Path) -> str:
        """A path as people know it: below the folder that holds `pipelines/`, else in full."""
        root = self.settings.pipelines.parent
        return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)

    def wrong(
        self, path: Path, line: int, message: str, expected: str | None = None, nearest: str | None = None
    ) -> None:
        """Keep one mistake; line 0 means the file as a whole."""
        self.errors.append(SpecError(self.shown(path), line, message, expected, nearest))

    def wrong_at(self, path: Path, document: Document, problems: Iterable[Problem]) -> None:
        """Keep the mistakes of a document, each with the line where it stands."""
        for problem in problems:
            line = document.line(problem.path)
            self.wrong(path, line, problem.message, problem.expected, problem.nearest)

    def text(self, path: Path) -> str | None:
        """The text of a file, or None where it cannot be read."""
        try:
            return path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            message = f"byte {error.object[error.start]:#04x} is not UTF-8"
            self.wrong(path, line, message, "a file saved as UTF-8")
        except OSError as error:
            self.wrong(path, 0, f"cannot be read: {error.strerror}")
        return None

    def read(self, model: type[Checked], path: Path) -> tuple[Checked | None, Document]:
        """The model that a YAML file holds, or None; the document tells lines either way."""
        text = self.text(path)
        if text is None:
            return None, Document()
        try:
            document = parse_yaml(text)
        except Unreadable as error:
            self.wrong(path, error.line, error.message)
            return None, Document()
        for where, line in document.duplicates:
            first = document.lines[where]
            message = f"key {str(where[-1])!r} stands here a second time (first on line {first})"
            self.wrong(path, line, message, "each key once")
        value: object = {} if document.value is None else document.value
        checked, problems = check(model, value)
        self.wrong_at(path, document, problems)
        return checked, document
