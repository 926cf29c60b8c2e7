"""What a file format of a feed must be able to do. One class a format, in a file of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from pyspark.sql import DataFrame, SparkSession

from headgate.ingest.landing import LandingFile

OPERATION = "op"
"""The column, in any case, that says what a change does to its row: I, U or D."""


class Format(Protocol):
    """How the files of a feed are read."""

    @property
    def extensions(self) -> tuple[str, ...]:
        """How the names of its files end."""
        ...

    @property
    def is_text(self) -> bool:
        """Whether its files must be UTF-8."""
        ...

    def names(self, landing: Path, path: str) -> list[str]:
        """The names of a file's columns; none where it is empty.

        Raises UnusableHeader where the file is not one of the format.
        """
        ...

    def read(
        self,
        spark: SparkSession,
        landing: Path,
        files: list[LandingFile],
        columns: list[str],
        committed_at: str,
    ) -> DataFrame | None:
        """Every record of `files`, which are of one kind, with its values as text; None where there is none.

        `columns`, then `_op` (`L` in full loads), `_committed` (the text of `committed_at`), `_file`, `_row`
        (ascending in the order of the file) and `_rescued`. Names are matched without regard to case. Columns
        that are not asked for and records that cannot be read are kept in `_rescued` as JSON; a record that
        cannot be read has no values.
        """
        ...
