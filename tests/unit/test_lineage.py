"""Where columns come from and who reads a table, by the flights' own spec."""

from __future__ import annotations

import pytest

from headgate.spec.lineage import MODEL, Source, features_from, readers_of, sources_of
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

SPEC = load_pipeline(Settings(), "flights").spec


@pytest.mark.parametrize(
    ("table", "column", "source"),
    [
        ("bronze.planes", "tailnum", Source(feed="planes")),
        ("silver.planes", "seats", Source(("bronze.planes",), ("bronze.planes.seats",))),
        ("silver.flights", "dep_delay", Source(("bronze.flights",), transform="flights")),
        ("gold.origin_delays", "origin_delay", Source(("silver.flights",), transform="origin_delays")),
        ("gold.examples", "wind_gust", Source(("silver.weather",), ("silver.weather.wind_gust",))),
        (
            "gold.examples",
            "carrier_delay",
            Source(("gold.carrier_delays",), ("gold.carrier_delays.carrier_delay",)),
        ),
        ("gold.examples", "late", Source(("silver.flights",), transform="labels")),
        ("gold.examples", "label_known_at", Source(("silver.flights",), transform="labels")),
        ("gold.examples", "distance", Source(("silver.flights",), transform="examples")),
    ],
)
def test_a_column_comes_from(table: str, column: str, source: Source) -> None:
    assert sources_of(SPEC, table, [column]) == {column: source}


@pytest.mark.parametrize(
    ("table", "readers"),
    [
        ("bronze.flights", ["silver.flights"]),
        (
            "silver.flights",
            [
                "gold.origin_delays",
                "gold.carrier_delays",
                "gold.destination_delays",
                "gold.flight_history",
                "gold.examples",
            ],
        ),
        ("silver.weather", ["gold.examples"]),
        ("silver.planes", []),
        ("gold.flight_history", ["gold.examples"]),
        ("gold.examples", [MODEL, "gold.predictions"]),
    ],
)
def test_a_table_is_read_by(table: str, readers: list[str]) -> None:
    assert readers_of(SPEC, table) == readers


def test_the_columns_that_become_inputs_of_the_model() -> None:
    assert features_from(SPEC, "silver.weather") == {
        name: name for name in ("wind_speed", "wind_gust", "precip", "visib")
    }
    assert features_from(SPEC, "silver.planes") == {}
    assert features_from(SPEC, "gold.examples")["aircraft_slack"] == "aircraft_slack"
    assert "late" not in features_from(SPEC, "gold.examples")
