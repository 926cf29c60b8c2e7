"""The tables of the flights source that never change, whole, under their contracts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from headgate.cli.sample import load_sample_writer
from headgate.gates.row_predicates import failed_rules
from headgate.hops.stage_silver import cast_to_contract
from headgate.lake.columns import CARRIED_TYPES
from headgate.spec.settings import Settings
from tests.unit.flights_tables import LOADED

LOAD_AT = datetime(2013, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("landing")
    load_sample_writer(Settings().pipelines, "flights")(folder, LOAD_AT, LOAD_AT, LOAD_AT)
    return folder


@pytest.mark.parametrize(
    ("table", "rows", "kept_apart"),
    [
        pytest.param("planes", 3322, {}, id="planes"),
        pytest.param(
            "airports",
            1458,
            {
                "DVT": ["tzone.match_regex"],
                "EEN": ["lat.between"],
                "MYF": ["tzone.match_regex"],
            },
            id="airports: two without the sign of their longitude, one with latitude and longitude swapped",
        ),
        pytest.param("airlines", 16, {}, id="airlines"),
    ],
)
def test_which_rows_are_kept_apart(
    spark: SparkSession, landing: Path, table: str, rows: int, kept_apart: dict[str, list[str]]
) -> None:
    text = spark.read.csv(str(landing / table), header=True)
    given = {"_op": F.lit("L"), "_committed_at": F.to_timestamp("committed_at")}
    carried = text.select(
        *(name for name in text.columns if name != "committed_at"),
        *(given.get(name, F.lit(None)).cast(kind).alias(name) for name, kind in CARRIED_TYPES.items()),
    )
    contract = LOADED.contracts[f"silver.{table}"]
    typed = cast_to_contract(carried, contract)
    marked = typed.withColumn("_failed_rules", failed_rules(typed, contract, f"silver.{table}"))
    broken = marked.where(F.size("_failed_rules") > 0).select(*contract.key, "_failed_rules").collect()
    assert marked.count() == rows
    assert {row[0]: list(row[1]) for row in broken} == kept_apart
