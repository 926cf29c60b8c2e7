"""The columns that Headgate itself carries beside a table's own."""

from __future__ import annotations

CARRIED_TYPES = {
    "_op": "string",
    "_committed_at": "timestamp",
    "_sequence": "string",
    "_known_at": "timestamp",
    "_file": "string",
    "_row": "bigint",
    "_revision": "int",
    "_rescued": "string",
    "_request": "string",
}
"""Bronze and change logs: what happened, when at the source, in which order, known since when, from which
line of which file, in which revision of it, whatever fitted no column, and the request by which a row
re-entered from the quarantine."""

CARRIED = tuple(CARRIED_TYPES)

MARKS_TYPES = {"_failed_rules": "array<string>"}
"""Change logs: the `quarantine` rules that the row broke; an empty list where it broke none."""

LIVE_TYPES = {"_sequence": "string", "_known_at": "timestamp", "_deleted": "boolean"}
"""Live tables: the winning change's place in the order, when it was known, and whether it ended the row."""
