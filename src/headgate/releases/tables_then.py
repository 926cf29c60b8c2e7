"""The tables that were published with a model: what going back to them takes, from the records alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from headgate.hops.ledger import Ledger
from headgate.hops.roll_back import TablesBack, tables_back
from headgate.releases.release_manifest import published_with
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline


def tables_then(loaded: LoadedPipeline, ledger: Ledger, header: dict[str, Any]) -> TablesBack | None:
    """The way back to the tables of the model with this header; None where the ledger has no such publish."""
    line = published_with(ledger, header["pins"][EXAMPLES], datetime.fromisoformat(header["frontier"]))
    return tables_back(loaded, ledger, line) if line else None


def table_lines(back: TablesBack) -> list[str]:
    """The same in sentences, one a line."""
    if not back.versions:
        return ["tables: they are those of then"]
    found = [
        f"tables: what was published up to {back.until:%Y-%m-%d %H:%M} (now {back.now:%Y-%m-%d %H:%M})",
        *(f"  {table}: back to version {version}" for table, version in sorted(back.versions.items())),
        *(f"  {table}: was not there then and stays as it is" for table in back.kept),
    ]
    if back.since != back.now:
        start = "the first hour" if back.since is None else f"{back.since:%Y-%m-%d %H:%M}"
        found.append(f"hours wait until {start} to {back.now:%Y-%m-%d %H:%M} are derived again from bronze")
    return found
