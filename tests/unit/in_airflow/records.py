"""Records of a pipeline, `shop` by default, as pages find them, written by delta-rs in Spark's schemas."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from headgate.hops.requests import SCHEMA as REQUESTS
from headgate.spec.settings import Settings

ORDERS_CONTRACT = """\
description: One row per order.
key: [order_id]
columns:
  order_id: {type: bigint}
  amount: {type: double, between: {min: 0, max: 10}, on_fail: quarantine}
  customer: {type: string, personal: true}
"""
DAY = datetime(2024, 1, 1, tzinfo=UTC)
MOMENT = pa.timestamp("us", tz="UTC")
COUNTS = pa.struct([("staged", pa.int64()), ("quarantined", pa.int64()), ("published", pa.int64())])
LEDGER = pa.schema(
    [
        ("entry", pa.int64()),
        ("number", pa.int64()),
        ("hop", pa.string()),
        ("state", pa.string()),
        *((name, MOMENT) for name in ("hour", "range_start", "range_end", "frontier")),
        *((name, pa.string()) for name in ("attempt", "digest", "verdict", "report")),
        ("rows", pa.map_(pa.string(), COUNTS)),
        ("versions_before", pa.map_(pa.string(), pa.int64())),
        ("versions", pa.map_(pa.string(), pa.int64())),
        ("seconds", pa.float64()),
        ("bytes", pa.int64()),
        ("code", pa.string()),
        ("spec", pa.string()),
        ("recorded_at", MOMENT),
        ("decided_by", pa.string()),
        ("why", pa.string()),
    ]
)
RELEASES = pa.schema(
    [
        ("release", pa.int64()),
        ("decision", pa.string()),
        ("version", pa.int32()),
        ("model", pa.int64()),
        ("previous_champion", pa.int32()),
        ("reasons", pa.string()),
        ("pins", pa.map_(pa.string(), pa.int64())),
        *((name, pa.string()) for name in ("code", "spec", "frontier")),
        ("gate_reports", pa.map_(pa.string(), pa.string())),
        ("evaluation", pa.string()),
        ("tables", pa.map_(pa.string(), pa.int64())),
        ("back_to", pa.int64()),
        *((name, pa.string()) for name in ("decided_by", "why", "previous", "hash")),
        ("decided_at", MOMENT),
    ]
)


class Ledger:
    """Lines of the ledger, one after the other; hours of 2024-01-01."""

    def __init__(self, settings: Settings, pipeline: str = "shop") -> None:
        self.path = str(settings.lake / pipeline / "ops" / "hops")
        self.pipeline = pipeline
        self.lines = 0

    def line(
        self,
        hop: str,
        hour: int,
        state: str = "done",
        rows: dict[str, tuple[int, int, int]] | None = None,
        since: int | None = None,
        verdict: str = "passed",
        number: int | None = None,
        versions: dict[str, int] | None = None,
        attempt: str = "",
        **decided: str,
    ) -> None:
        """One line about the run of `hour`; it covers the hours from `since`, itself by default."""
        self.lines += 1
        name = f"2024-01-01T{hour:02d}"
        attempt = attempt or f"{name}--0000000{self.lines}"
        counts = {
            table: dict(zip(("staged", "quarantined", "published"), counted, strict=True))
            for table, counted in (rows or {}).items()
        }
        row: dict[str, Any] = {
            "entry": self.lines,
            "number": number if number is not None else (0 if state == "closed" else self.lines),
            "hop": hop,
            "state": state,
            "hour": DAY + timedelta(hours=hour),
            "range_start": DAY + timedelta(hours=hour if since is None else since),
            "range_end": DAY + timedelta(hours=hour + 1),
            "frontier": None,
            "attempt": attempt,
            "digest": "d" * 64,
            "verdict": verdict,
            "report": f"{self.pipeline}/{hop}/{name}/{attempt}.html",
            "rows": list(counts.items()),
            "versions_before": [(table, version - 1) for table, version in (versions or {}).items()],
            "versions": list((versions or {}).items()),
            "seconds": 1.5,
            "bytes": 1000 * self.lines,
            "code": "c" * 64,
            "spec": "e" * 64,
            "recorded_at": datetime(2024, 1, 2, 12, self.lines, tzinfo=UTC),
            **decided,
        }
        write_deltalake(self.path, pa.Table.from_pylist([row], LEDGER), mode="append")

    def hour(
        self, hour: int, rows_in: int, quarantined: int, published: int, since: int | None = None
    ) -> None:
        """An hour that has passed all three gates."""
        self.line("bronze", hour, rows={"bronze.orders": (rows_in, 0, rows_in)}, since=since)
        silver = (rows_in, quarantined, rows_in - quarantined)
        self.line("silver", hour, rows={"silver.orders": silver}, since=since)
        self.line("gold", hour, rows={"gold.examples": (published, 0, published)}, since=since)


def release(settings: Settings, number: int, decision: str, version: int | None, **values: Any) -> None:
    """One decision, of the model with the version's number; `values` also name another pipeline."""
    row = {
        "release": number,
        "decision": decision,
        "version": version,
        "model": version,
        "previous_champion": values.get("previous_champion"),
        "reasons": json.dumps(
            values.get(
                "reasons", [{"check": "rows", "passed": True, "said": "500 labelled rows, 100 needed"}]
            )
        ),
        "pins": list(values.get("pins", {"gold.examples": number}).items()),
        "code": "c" * 64,
        "spec": values.get("spec", "e" * 64),
        "frontier": values.get("frontier", "2024-01-01T06:00:00+00:00"),
        "gate_reports": list(values.get("gate_reports", {}).items()),
        "evaluation": json.dumps(values.get("evaluation", {})),
        "tables": list(values.get("tables", {}).items()),
        **{name: values.get(name) for name in ("back_to", "decided_by", "why", "decided_at", "hash")},
    }
    path = str(settings.lake / values.get("pipeline", "shop") / "ops" / "releases")
    write_deltalake(path, pa.Table.from_pylist([row], RELEASES), mode="append")


CHANGES = pa.schema(
    [
        ("order_id", pa.int64()),
        ("amount", pa.float64()),
        ("customer", pa.string()),
        ("_op", pa.string()),
        ("_committed_at", MOMENT),
        ("_sequence", pa.string()),
        ("_known_at", MOMENT),
        ("_file", pa.string()),
        ("_row", pa.int64()),
        ("_revision", pa.int32()),
        ("_rescued", pa.string()),
        ("_failed_rules", pa.list_(pa.string())),
    ]
)


def changes(settings: Settings, *rows: dict[str, Any], pipeline: str = "shop") -> int:
    """Changes of silver's orders, known in hour 0 by default; returns the log's version with them."""
    found = [
        {
            "order_id": place,
            "amount": 1.0,
            "customer": "a customer",
            "_op": "I",
            "_committed_at": DAY,
            "_sequence": f"1|{place:05d}",
            "_known_at": DAY + timedelta(hours=1 + row.get("hour", 0)),
            "_file": "orders/2024/a.csv",
            "_row": place,
            "_revision": 0,
            "_rescued": None,
            "_failed_rules": [],
            **row,
        }
        for place, row in enumerate(rows, 1)
    ]
    path = str(settings.lake / pipeline / "silver" / "orders_changes")
    write_deltalake(path, pa.Table.from_pylist(found, CHANGES), mode="append")
    return DeltaTable(path).version()


def request(settings: Settings, number: int, pipeline: str = "shop", **values: Any) -> None:
    """One request about silver's orders on record."""
    row = {
        "request": number,
        "requested_at": DAY,
        "requested_by": "anna",
        "feed": "orders",
        "table": "orders",
        "action": "dismiss",
        "why": "a test order",
        "values": json.dumps(values.pop("values", {})),
        "changes": json.dumps(values.pop("changes", [])),
        **values,
    }
    path = str(settings.lake / pipeline / "ops" / "requests")
    write_deltalake(path, pa.Table.from_pylist([row], REQUESTS), mode="append")
