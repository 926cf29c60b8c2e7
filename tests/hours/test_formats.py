"""The same changes give the same tables in every format, and what cannot be read is kept."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyarrow.parquet import write_table
from pyspark.sql import SparkSession

from headgate.ingest.formats.format_of import FORMATS
from headgate.ingest.landing import UnusableHeader, list_landing
from headgate.spec.pipeline import FeedFormat
from tests.hours.orders_pipeline import CONTRACT, START, Orders
from tests.proofs.change_histories import HOURS, files_of, landings

OTHERS: dict[str, tuple[FeedFormat, str]] = {
    "parquet": ("dms_parquet", ".parquet"),
    "lines": ("json_lines", ".jsonl"),
    "debezium": ("debezium_json", ".json"),
}
FEEDS = ("orders", *OTHERS)
SPEC = f"""\
pipeline: orders
schedule: {{start: 2024-01-01}}
max_quarantine_share: 1.0
feeds:
  orders: {{key: [order_id]}}
{"".join(f"  {name}: {{format: {kind}, key: [order_id]}}" + chr(10) for name, (kind, _) in OTHERS.items())}
silver:
{"".join(f"  {name}: {{feed: {name}}}" + chr(10) for name in FEEDS)}
"""
OPERATIONS = {"I": "c", "U": "u", "D": "d", "": "r"}


def records(text: str) -> list[dict[str, str | None]]:
    rows = csv.DictReader(io.StringIO(text))
    return [{name: value or None for name, value in row.items()} for row in rows]


def number(value: str | None) -> Any:
    """A number as JSON and Parquet have it, where the text is one."""
    try:
        return None if value is None else float(value)
    except ValueError:
        return value


def as_parquet(rows: list[dict[str, str | None]], drawn: st.DataObject) -> bytes:
    """Typed columns where the values allow it, else text."""
    amounts = [number(row["amount"]) for row in rows]
    typed = drawn.draw(st.booleans()) and not any(isinstance(value, str) for value in amounts)
    moments = [datetime.fromisoformat(str(row["committed_at"])).replace(tzinfo=UTC) for row in rows]
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]}
    if typed:
        columns["amount"] = pa.array(amounts, pa.float64())
        columns["committed_at"] = pa.array(moments, pa.timestamp(drawn.draw(st.sampled_from(["ms", "us"]))))
        columns["order_id"] = pa.array([int(row["order_id"] or 0) for row in rows], pa.int64())
    sink = io.BytesIO()
    write_table(pa.table(columns), sink, row_group_size=2)
    return sink.getvalue()


def as_lines(rows: list[dict[str, str | None]], drawn: st.DataObject) -> bytes:
    """Numbers as numbers, members in any order, those without value left out or null."""
    lines = []
    for row in rows:
        members = {**row, "amount": number(row["amount"]), "order_id": int(row["order_id"] or 0)}
        kept = {
            name: value for name, value in members.items() if value is not None or drawn.draw(st.booleans())
        }
        lines.append(json.dumps(dict(drawn.draw(st.permutations(list(kept.items()))))))
    return ("\n".join(lines) + "\n").encode()


def as_debezium(rows: list[dict[str, str | None]], drawn: st.DataObject) -> bytes:
    """Events with or without schema, `before` where there is one, a tombstone after a deletion or not."""
    lines = []
    enveloped = drawn.draw(st.booleans())
    for row in rows:
        values = {
            "order_id": int(row["order_id"] or 0),
            "status": row["status"],
            "amount": number(row["amount"]),
        }
        operation = OPERATIONS[row.get("Op") or ""]
        at = datetime.fromisoformat(str(row["committed_at"])).replace(tzinfo=UTC)
        before: Any = (
            None if operation in "cr" or (operation == "u" and drawn.draw(st.booleans())) else values
        )
        if operation == "d" and drawn.draw(st.booleans()):
            before = {"order_id": values["order_id"]}
        event: Any = {
            "before": before,
            "after": None if operation == "d" else values,
            "source": {"ts_ms": int(at.timestamp() * 1000), "snapshot": str(operation == "r").lower()},
            "op": operation,
            "ts_ms": 1,
        }
        lines.append(json.dumps({"schema": {"type": "struct"}, "payload": event} if enveloped else event))
        if operation == "d" and drawn.draw(st.booleans()):
            lines.append('{"schema": null, "payload": null}' if enveloped else "null")
    return ("\n".join(lines) + "\n").encode()


WRITERS = {"parquet": as_parquet, "lines": as_lines, "debezium": as_debezium}
EXAMPLES = 1


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(drawn=st.data(), landing=landings(count=20))
def test_the_same_changes_give_the_same_tables(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, drawn: st.DataObject, landing: Any
) -> None:
    orders = Orders(spark, tmp_path_factory.mktemp("formats"))
    orders.write("pipelines/orders/pipeline.yaml", SPEC)
    for name in FEEDS:
        orders.write(f"expectations/orders/silver.{name}.yaml", CONTRACT)
    folder = orders.settings.landing / "orders"
    for path, text in files_of(landing, START.replace(tzinfo=None)).items():
        orders.write(f"home/landing/orders/orders/{path}", text)
        for name, (_, extension) in OTHERS.items():
            target = (folder / name / path).with_suffix(extension)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(WRITERS[name](records(text), drawn))
    orders.run(HOURS - 1)
    expected = tables_of(orders, "orders")
    assert all(expected)
    assert {name: tables_of(orders, name) for name in OTHERS} == dict.fromkeys(OTHERS, expected)


def tables_of(orders: Orders, name: str) -> tuple[list[Any], list[Any]]:
    """Change log and live rows of a silver table, without what the names of files are in.

    Of deletions the key counts alone: in Debezium's events `before` may lack the values.
    """
    row = ("order_id", "status", "amount", "_deleted")
    change = ("_op", "order_id", "string(_committed_at)", "string(_known_at)", "_failed_rules", *row[1:3])
    log = [
        found[:5] if found[0] == "D" else found for found in orders.rows(f"silver.{name}_changes", *change)
    ]
    live = [found[:1] if found[3] else found for found in orders.rows(f"silver.{name}", *row)]
    return sorted(log, key=str), sorted(live, key=str)


LINES = (
    (
        b'{"Op":"I","committed_at":"2024-01-01 00:00:01","order_id":7,"status":"open","amount":0.10}',
        ("I", "7", "open", "0.1", None),
    ),
    (b'{"OP":"I","Committed_At":"x","ORDER_ID":"8","status":null}', ("I", "8", None, None, None)),
    (
        b'{"Op":"I","order_id":9,"amount":12345678901234567890.5}',
        ("I", "9", None, "1.2345678901234567E19", None),
    ),
    (
        b'{"Op":"I","order_id":9,"note":{"a":[1,2]},"empty":null}',
        ("I", "9", None, None, '{"note":"{\\"a\\":[1,2]}"}'),
    ),
    (b"", None),
    (b"   ", None),
    (b'{"Op":"I","order_id":1', (None, None, None, None, '{"_line":"{\\"Op\\":\\"I\\",\\"order_id\\":1"}')),
    (
        b'{"order_id":1}{"order_id":2}',
        (None, None, None, None, '{"_line":"{\\"order_id\\":1}{\\"order_id\\":2}"}'),
    ),
    (
        b'{"order_id":1},{"order_id":2}',
        (None, None, None, None, '{"_line":"{\\"order_id\\":1},{\\"order_id\\":2}"}'),
    ),
    (
        b'{"order_id":1,"Order_Id":2}',
        (None, None, None, None, '{"_line":"{\\"order_id\\":1,\\"Order_Id\\":2}"}'),
    ),
    (b'[{"order_id":1}]', (None, None, None, None, '{"_line":"[{\\"order_id\\":1}]"}')),
    (b"null", (None, None, None, None, '{"_line":"null"}')),
    (b"Op,committed_at,order_id", (None, None, None, None, '{"_line":"Op,committed_at,order_id"}')),
    ('{"Op":"U","order_id":3,"status":"zufällig\\n☃"}'.encode(), ("U", "3", "zufällig\n☃", None, None)),
    (b'{"Op":"D","order_id":3}', ("D", "3", None, None, None)),
)
"""Lines of a file, and what is read of each: operation, key, status, amount, rescued."""

EVENTS = (
    (
        '{"before":null,"after":{"order_id":1,"status":"open","amount":"2.50"},"source":{"ts_ms":1704067201000,"lsn":33},"op":"c"}',
        ("I", "2024-01-01 00:00:01.000000", "00000000000000000033", "1", "open", "2.50", None),
    ),
    (
        '{"schema":{},"payload":{"before":null,"after":{"order_id":1,"status":"paid"},"source":{"ts_us":1704067201000042,"ts_ms":5,"file":"bin.000007","pos":120,"row":1},"op":"u"}}',
        (
            "U",
            "2024-01-01 00:00:01.000042",
            "bin.000007/00000000000000000120/00000000000000000001",
            "1",
            "paid",
            None,
            None,
        ),
    ),
    (
        '{"before":{"order_id":1,"status":"paid","extra":4},"after":null,"source":{"ts_ms":1704067202000,"commit_lsn":"00:1","change_lsn":"00:0","event_serial_no":2},"op":"d"}',
        (
            "D",
            "2024-01-01 00:00:02.000000",
            "00:1/00:0/00000000000000000002",
            "1",
            "paid",
            None,
            '{"extra":"4"}',
        ),
    ),
    ("null", None),
    ('{"schema":null,"payload":null}', None),
    (
        '{"before":null,"after":{"order_id":2,"status":"__debezium_unavailable_value"},"source":{"ts_ms":1704067203000,"scn":"77"},"op":"r"}',
        (
            "I",
            "2024-01-01 00:00:03.000000",
            "00000000000000000077",
            "2",
            None,
            None,
            '{"status":"__debezium_unavailable_value"}',
        ),
    ),
    (
        '{"before":null,"after":null,"source":{"ts_ms":"soon"},"op":"d"}',
        ("D", "soon", None, None, None, None, "WHOLE"),
    ),
    (
        '{"source":{"ts_ms":1704067203000},"op":"t"}',
        ("TRUNCATE", "2024-01-01 00:00:03.000000", None, None, None, None, None),
    ),
    (
        '{"source":{"ts_ms":99999999999999999},"op":"m","message":{}}',
        ("m", "99999999999999999", None, None, None, None, "WHOLE"),
    ),
    ('{"after":{"order_id":1', (None, None, None, None, None, None, "WHOLE")),
    (
        '{"before":null,"after":{"order_id":1,"committed_at":"never"},"op":"c"}',
        ("I", None, None, "1", None, None, '{"committed_at":"never"}'),
    ),
    (
        '{"before":null,"after":{"order_id":1},"source":{"file":"bin.1000000","pos":4},"op":"c"}',
        ("I", None, "bin.~1000000/00000000000000000004/00000000000000000000", "1", None, None, None),
    ),
)
"""The same of events: operation, commit time, log position, key, status, amount, rescued (WHOLE: it all)."""

COLUMNS = ["order_id", "status", "amount"]


def read(
    spark: SparkSession, root: Path, kind: FeedFormat, name: str, content: bytes, *more: str
) -> list[Any]:
    path = root / "orders" / "2024" / "01" / "01" / "00" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    files = list_landing(root, "orders", FORMATS[kind].extensions)
    frame = FORMATS[kind].read(spark, root, files, [*COLUMNS, *more], "committed_at")
    assert frame is not None
    assert frame.columns == [*COLUMNS, *more, "_op", "_committed", "_file", "_row", "_rescued"]
    return sorted(frame.collect(), key=lambda row: int(row["_row"]))


def test_every_line_of_json_is_read_or_kept(spark: SparkSession, tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + b"\r\n".join(line for line, _ in LINES)
    rows = read(spark, tmp_path, "json_lines", "a b+%20.jsonl", content)
    found = [(row["_row"], row["_op"], *(row[name] for name in (*COLUMNS, "_rescued"))) for row in rows]
    assert found == [(place, *line) for place, (_, line) in enumerate(LINES, 1) if line is not None]
    assert {row["_file"] for row in rows} == {"orders/2024/01/01/00/a b+%20.jsonl"}
    assert [row["_committed"] for row in rows][:3] == ["2024-01-01 00:00:01", "x", None]


def test_every_event_is_read_or_kept(spark: SparkSession, tmp_path: Path) -> None:
    content = "\n".join(line for line, _ in EVENTS).encode()
    rows = read(spark, tmp_path, "debezium_json", "events.json", content, "log_position")
    shown = ("_op", "_committed", "log_position", *COLUMNS)
    found = [(row["_row"], *(row[name] for name in shown), row["_rescued"]) for row in rows]
    assert found == [
        (
            place,
            *event[:-1],
            json.dumps({"_line": line}, separators=(",", ":")) if event[-1] == "WHOLE" else event[-1],
        )
        for place, (line, event) in enumerate(EVENTS, 1)
        if event is not None
    ]


def test_parquet_values_become_the_text_of_a_csv_file(spark: SparkSession, tmp_path: Path) -> None:
    moment = datetime(2024, 1, 1, 0, 0, 1, 42, tzinfo=UTC)
    table = pa.table(
        {
            "Op": ["I", "U", None],
            "committed_at": pa.array([moment, moment, None], pa.timestamp("us")),
            "ORDER_ID": pa.array([1, 2, None], pa.int32()),
            "status": pa.array(["a", "", None]).dictionary_encode(),
            "amount": pa.array([1, None, 250], pa.decimal128(9, 2)),
            "a.b `c": pa.array([b"\x00\xff", None, None], pa.binary()),
            "nested": pa.array([{"x": [1]}, None, None], pa.struct({"x": pa.list_(pa.int8())})),
            "day": pa.array([moment.date(), None, None], pa.date32()),
        }
    )
    sink = io.BytesIO()
    write_table(table, sink, row_group_size=1)
    rows = read(spark, tmp_path, "dms_parquet", "1.parquet", sink.getvalue())
    shown = ("_row", "_op", "_committed", *COLUMNS, "_rescued")
    assert [tuple(row[name] for name in shown) for row in rows] == [
        (1, "I", "2024-01-01 00:00:01.000042", "1", "a", "1.00", rows[0]["_rescued"]),
        (2, "U", "2024-01-01 00:00:01.000042", "2", "", None, None),
        (3, None, None, None, None, "250.00", None),
    ]
    assert json.loads(rows[0]["_rescued"]) == {"a.b `c": "AP8=", "nested": '{"x":[1]}', "day": "2024-01-01"}


def parquet(**columns: Any) -> bytes:
    sink = io.BytesIO()
    write_table(pa.table(columns), sink)
    return sink.getvalue()


SOUND = parquet(order_id=list(range(2000)))
UNUSABLE: list[tuple[FeedFormat, bytes, str]] = [
    ("json_lines", b"Op,order_id\nI,1\n", "no line is a JSON object"),
    ("json_lines", b"[\n{]\n", "no line is a JSON object"),
    ("debezium_json", b"hello\n", "no line is a JSON object"),
    ("dms_parquet", b"", "no sound Parquet file: Parquet file size is 0 bytes"),
    ("dms_parquet", b"Op,order_id\nI,1\n", "no sound Parquet file: Parquet magic bytes not found in footer"),
    ("dms_parquet", SOUND[:-20], "no sound Parquet file: Parquet magic bytes not found in footer"),
    ("dms_parquet", SOUND[:30] + bytes(200) + SOUND[230:], "no sound Parquet file: "),
    (
        "dms_parquet",
        parquet(id=[1], ID=[2]),
        "columns repeated: id",
    ),
    (
        "dms_parquet",
        parquet(at=pa.array([1], pa.timestamp("ns")), clock=pa.array([1], pa.time64("us"))),
        "columns of types that are not read: at (timestamp[ns]), clock (time64[us])",
    ),
]


@pytest.mark.parametrize(("kind", "content", "why"), UNUSABLE)
def test_a_file_of_another_kind_says_why(tmp_path: Path, kind: FeedFormat, content: bytes, why: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(UnusableHeader) as refused:
        FORMATS[kind].names(tmp_path, "file")
    assert str(refused.value).startswith(why)


NAMES: list[tuple[FeedFormat, bytes, list[str]]] = [
    ("json_lines", b"", []),
    ("json_lines", b'\n{"Op":1,"a":2}\nno\n{"op":3,"B":4}', ["op", "a", "b"]),
    ("debezium_json", b"null\n", []),
    ("debezium_json", b'{"schema":null,"payload":null}', []),
    (
        "debezium_json",
        b'{"op":"d","before":{"a":1},"after":null}\n{"payload":{"op":"c","before":null,"after":{"b":1}}}',
        ["a", "b", "op", "committed_at", "log_position"],
    ),
    ("dms_parquet", parquet(Op=["I"], A=[1]), ["op", "a"]),
]


@pytest.mark.parametrize(("kind", "content", "names"), NAMES)
def test_the_names_of_a_files_columns(
    tmp_path: Path, kind: FeedFormat, content: bytes, names: list[str]
) -> None:
    (tmp_path / "file").write_bytes(content)
    assert FORMATS[kind].names(tmp_path, "file") == names
