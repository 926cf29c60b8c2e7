"""The chain of the release log: every row carries the digest of the row before it, and its own."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from datetime import UTC

from headgate.releases.release_rows import Release

BEGINNING = "0" * 64
"""What the first row names as the one before it."""


def chained(release: Release, before: list[Release]) -> Release:
    """The release with the digest of the last of the rows `before` it, and its own.

    Rows that were written before the log was a chain have no digest. They are counted into it nonetheless,
    from the first one on, so that the first row with a digest vouches for all of them.
    """
    previous = BEGINNING
    for row in before:
        previous = row.hash or digest_of(replace(row, previous=previous))
    linked = replace(release, previous=previous)
    return replace(linked, hash=digest_of(linked))


def digest_of(release: Release) -> str:
    """SHA-256 over all that a row says but its digest: canonical JSON, times in UTC to the microsecond."""
    said = {name: value for name, value in asdict(release).items() if name != "hash"}
    moment = release.decided_at
    said["decided_at"] = moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else ""
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def breaks(history: list[Release]) -> list[str]:
    """What is wrong with the chain of a release log, oldest first, in sentences; none where it holds."""
    found: list[str] = []
    for place, row in enumerate(history):
        before = history[:place]
        if row.release != place + 1:
            return [*found, f"release {place + 1} is missing; release {row.release} stands in its place"]
        if not row.hash:
            if any(earlier.hash for earlier in before):
                found.append(f"release {row.release} has no digest, and those before it have")
            continue
        if digest_of(row) != row.hash:
            found.append(f"release {row.release} was changed: it is not what its digest says")
        if chained(row, before).previous != row.previous:
            found.append(f"release {row.release} does not follow what stands before it")
    return found
