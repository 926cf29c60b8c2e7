"""Shorten a table's log: a checkpoint now, and no commits from before the kept versions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from deltalake import DeltaTable

_VERSIONED = re.compile(r"(\d{20})\.(json|crc|checkpoint(\..*)?\.parquet)")


def clean_log(path: str, now: datetime, keep: timedelta, published: int | None) -> None:
    """Write a checkpoint, and remove what no version needs that was still current `keep` ago or later.

    Reading a version needs the last checkpoint up to it and the commits from there on, so everything before
    the newest checkpoint that is at least that old can go; the log of newer versions stays whole, and so does
    that of the `published` version, where the ledger knows the table. Time is counted back from `now`, or
    from the newest commit where that is later: maintenance itself commits.
    """
    log = Path(path, "_delta_log")
    table = DeltaTable(path)
    if not (log / f"{table.version():020}.checkpoint.parquet").exists():
        table.create_checkpoint()
    files = {file: int(found[1]) for file in log.iterdir() if (found := _VERSIONED.fullmatch(file.name))}
    checkpoints = {version for file, version in files.items() if ".checkpoint" in file.name}
    before = max(now, _committed_at(log, table.version())) - keep
    last = table.version() if published is None else published
    kept = [version for version in checkpoints if version <= last and _committed_at(log, version) <= before]
    for file, version in files.items():
        if kept and version < max(kept):
            file.unlink()
            file.with_name(f".{file.name}.crc").unlink(missing_ok=True)  # Hadoop's checksum of it


def _committed_at(log: Path, version: int) -> datetime:
    commit = log / f"{version:020}.json"
    return datetime.fromtimestamp(commit.stat().st_mtime if commit.exists() else 0, UTC)
