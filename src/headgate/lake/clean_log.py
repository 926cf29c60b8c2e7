"""Shorten a table's log: a checkpoint now, and no commits from before the kept versions."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from headgate.lake.storage import files_below, open_table, remove_files

_VERSIONED = re.compile(r"(\d{20})\.(json|crc|checkpoint(\..*)?\.parquet)")


def clean_log(path: str, now: datetime, keep: timedelta, published: int | None) -> None:
    """Write a checkpoint, and remove what no version needs that was still current `keep` ago or later.

    Reading a version needs the last checkpoint up to it and the commits from there on, so everything before
    the newest checkpoint that is at least that old can go; the log of newer versions stays whole, and so does
    that of the `published` version, where the ledger knows the table. Time is counted back from `now`, or
    from the newest commit where that is later: maintenance itself commits.
    """
    log = f"{path}/_delta_log"
    table = open_table(path)
    files = {file.name: file for file in files_below(log)}
    if f"{table.version():020}.checkpoint.parquet" not in files:
        table.create_checkpoint()
        files = {file.name: file for file in files_below(log)}
    versions = {name: int(found[1]) for name in files if (found := _VERSIONED.fullmatch(name))}

    def committed_at(version: int) -> datetime:
        commit = files.get(f"{version:020}.json")
        return commit.modified if commit else datetime.fromtimestamp(0, UTC)

    checkpoints = {version for name, version in versions.items() if ".checkpoint" in name}
    before = max(now, committed_at(table.version())) - keep
    last = table.version() if published is None else published
    kept = [version for version in checkpoints if version <= last and committed_at(version) <= before]
    old = [name for name, version in versions.items() if kept and version < max(kept)]
    checksums = [checksum for name in old if (checksum := f".{name}.crc") in files]  # Hadoop's, in folders
    remove_files(files[name].path for name in (*old, *checksums))
