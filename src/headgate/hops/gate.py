"""Gate: validate what was staged, as read back from storage, against the tables' contracts. Changes no data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from headgate.gates.data_docs import write as write_data_docs
from headgate.gates.report import render
from headgate.gates.validate import validate
from headgate.gates.verdict import GateClosed, RuleResult, Verdict, judge
from headgate.hops.attempt import Attempt, Manifest
from headgate.hops.ledger import Entry, Ledger
from headgate.hops.ledger_append import append_entry
from headgate.lake.paths import write_text
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.settings import Settings

HOUR_FORMAT = "%Y-%m-%dT%H"


def gate(spark: SparkSession, settings: Settings, pipeline: str, hop: str, name: str) -> Verdict:
    """Judge the attempt `name` of a hop; writes its report and verdict.

    Raises GateClosed where a rule closes the gate; the closure is written to the ledger.
    """
    raise AssertionError
