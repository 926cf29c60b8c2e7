"""The formats by the names that a spec has for them."""

from __future__ import annotations

from headgate.ingest.formats.debezium_json import DebeziumJson
from headgate.ingest.formats.dms_csv import DmsCsv
from headgate.ingest.formats.dms_parquet import DmsParquet
from headgate.ingest.formats.format import Format
from headgate.ingest.formats.json_lines import JsonLines
from headgate.spec.pipeline import Feed, FeedFormat

FORMATS: dict[FeedFormat, Format] = {
    "dms_csv": DmsCsv(),
    "dms_parquet": DmsParquet(),
    "json_lines": JsonLines(),
    "debezium_json": DebeziumJson(),
}


def format_of(feed: Feed) -> Format:
    """The format of a feed's files."""
    return FORMATS[feed.format]
