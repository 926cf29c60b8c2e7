"""What decisions put apart: rows of silver and landing files, in `ops.diverted`, which never expires."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.gates.diverted import PREFIX
from headgate.hops.ledger import Ledger
from headgate.lake.append_record import append_arrow
from headgate.lake.history import read_rows
from headgate.lake.paths import table_path
from headgate.lake.transaction import Transaction
from headgate.spec.settings import Settings

APPLICATION = "headgate/diverted"
SCHEMA = pa.schema(
    [
        ("digest", pa.string()),
        ("table", pa.string()),
        ("file", pa.string()),
        ("sha256", pa.string()),
        ("row", pa.int64()),
        ("revision", pa.int32()),
        ("known_at", pa.timestamp("us", tz="UTC")),
        ("rules", pa.list_(pa.string())),
    ]
)
_PLACE = {"_file": "string", "_row": "bigint", "_revision": "int"}
_MARKS = "_diverted_for"


@dataclass(frozen=True)
class DivertedPart:
    """A row, or (`row` None) a file with its checksum, that a decision about the attempt `digest` put apart.

    `rules` are those for which it closed the gate.
    """

    digest: str
    table: str
    file: str
    rules: list[str]
    sha256: str | None = None
    row: int | None = None
    revision: int | None = None
    known_at: datetime | None = None


def append_diverted(settings: Settings, pipeline: str, digest: str, parts: Sequence[DivertedPart]) -> None:
    """Put `parts` on record; a repeat for the same digest changes nothing."""
    rows = pa.Table.from_pylist([asdict(part) for part in parts], SCHEMA)
    path = table_path(settings.lake, pipeline, "ops.diverted")
    append_arrow(rows, path, Transaction(f"{APPLICATION}/{digest}", 1))


class Diverted:
    """What stands apart by decisions that are in the ledger, read once, without a JVM."""

    def __init__(self, settings: Settings, pipeline: str, ledger: Ledger) -> None:
        decided = {entry.digest for entry in ledger.entries() if entry.state == "diverted"}
        rows = read_rows(table_path(settings.lake, pipeline, "ops.diverted")) if decided else []
        self.parts = [DivertedPart(**row) for row in rows if row["digest"] in decided]

    def files(self) -> frozenset[tuple[str, str]]:
        """Path and SHA-256 of the files that are not to be archived as they are."""
        return frozenset((part.file, part.sha256) for part in self.parts if part.sha256 is not None)

    def mark(self, spark: SparkSession, rows: DataFrame, table: str) -> DataFrame:
        """Add to `_failed_rules` of the rows that were put apart what they were put apart for.

        A row is known by its file, line and revision: when it became known can be stamped anew.
        """
        places = {
            (part.file, part.row, part.revision): sorted({PREFIX + rule for rule in part.rules})
            for part in self.parts
            if part.table == table and part.row is not None
        }
        if not places:
            return rows
        schema = ", ".join(f"{name} {kind}" for name, kind in {**_PLACE, _MARKS: "array<string>"}.items())
        found = spark.createDataFrame([(*place, marks) for place, marks in places.items()], schema)
        joined = rows.join(F.broadcast(found), on=list(_PLACE), how="left")
        both = F.concat("_failed_rules", F.coalesce(_MARKS, F.array().cast("array<string>")))
        return joined.select(*(both.alias(c) if c == "_failed_rules" else c for c in rows.columns))
