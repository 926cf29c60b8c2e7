"""Whom or what to forget: the key of one row of a silver table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline

UNCHANGED = "Nothing was changed."
PREFIX = "forget-"
"""How the name of a forgetting begins; the rest of it is the salt of its subject's digest."""


class NoSuchSubject(HeadgateError):
    """What is to be forgotten is not named as a key of a silver table."""


@dataclass(frozen=True)
class Subject:
    """The row of a silver table whose key has these values, as text by column, in the key's order."""

    table: str
    key: dict[str, str]

    def digest(self, salt: str) -> str:
        """What stands for the subject in the record: SHA-256 over a salt and the key."""
        said = [salt, self.table, *(f"{name}={value}" for name, value in self.key.items())]
        return hashlib.sha256("\n".join(said).encode()).hexdigest()

    def is_of(self, attempt: str, digest: str) -> bool:
        """Whether it is the subject of the forgetting of this name, on record with this digest."""
        return self.digest(attempt.removeprefix(PREFIX)) == digest


def subject_of(loaded: LoadedPipeline, table: str, pairs: Sequence[str]) -> Subject:
    """Read `table` and COLUMN=VALUE pairs. Raises NoSuchSubject."""
    pipeline, tables = loaded.spec.pipeline, list(loaded.spec.silver)
    if table not in tables:
        raise _refused(
            f"{pipeline} has no silver table {table!r}: it has {', '.join(tables)}.", pipeline, tables[0]
        )
    contract = loaded.contracts[f"silver.{table}"]
    given = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if len(given) != len(pairs) or set(given) != set(contract.key):
        wanted = " ".join(f"{name}=VALUE" for name in contract.key)
        raise _refused(f"A row of {pipeline}.{table} is named by its whole key: {wanted}.", pipeline, table)
    key = {name: given[name].strip() for name in contract.key}
    for name, value in key.items():
        kind = contract.columns[name].type
        plain = _plain(value, kind)
        if plain is None:
            raise _refused(f"The value given for {name} is no {kind}.", pipeline, table)
        key[name] = plain
    return Subject(table, key)


def _plain(text: str, kind: str) -> str | None:
    """The value as it is always written; None where the text is none of that type."""
    try:
        if kind in ("int", "bigint"):
            return str(int(text))
        if kind == "double":
            return repr(float(text))
        if kind == "date":
            return date.fromisoformat(text).isoformat()
        if kind == "timestamp":
            return datetime.fromisoformat(text).isoformat(sep=" ")
    except ValueError:
        return None
    return text or None


def _refused(what: str, pipeline: str, table: str) -> NoSuchSubject:
    return NoSuchSubject(
        what,
        where=f"{pipeline}_silver",
        left=UNCHANGED,
        next_command=f"./headgate forget {pipeline} {table} COLUMN=VALUE --dry-run",
    )
