"""Names of tables in a statement are found wherever they stand, and nowhere else."""

from __future__ import annotations

import pytest

from headgate.hops.as_of_names import NamesNoTable, as_of_statement, pipelines_named

EXAMPLES = "headgate_as_of_flights_gold_examples"
FLIGHTS = "headgate_as_of_flights_silver_flights"


@pytest.mark.parametrize(
    ("statement", "rewritten"),
    [
        ("SELECT * FROM flights_gold.examples", f"SELECT * FROM {EXAMPLES} AS `examples`"),
        ("SELECT * FROM Flights_Gold . `EXAMPLES`", f"SELECT * FROM {EXAMPLES} AS `examples`"),
        ("SELECT * FROM spark_catalog.flights_gold.examples e", f"SELECT * FROM {EXAMPLES} e"),
        ("SELECT * FROM flights_gold.examples AS e", f"SELECT * FROM {EXAMPLES} AS e"),
        ("SELECT * FROM flights_gold.examples `e`", f"SELECT * FROM {EXAMPLES} `e`"),
        ("FROM flights_gold.examples where late", f"FROM {EXAMPLES} AS `examples` where late"),
        (
            "SELECT flights_gold.examples.late, examples.hour FROM flights_gold.examples",
            f"SELECT `examples`.`late`, examples.hour FROM {EXAMPLES} AS `examples`",
        ),
        (
            "SELECT flights_gold.examples.* FROM flights_gold.examples",
            f"SELECT `examples`.* FROM {EXAMPLES} AS `examples`",
        ),
        (
            "SELECT * FROM flights_gold.examples -- of flights_gold.examples\n"
            "JOIN (SELECT 'flights_gold.examples' FROM flights_silver.flights) f /* flights_gold.examples */",
            f"SELECT * FROM {EXAMPLES} AS `examples` -- of flights_gold.examples\n"
            f"JOIN (SELECT 'flights_gold.examples' FROM {FLIGHTS} AS `flights`) f "
            "/* flights_gold.examples */",
        ),
        ("DESCRIBE flights_gold.examples", f"DESCRIBE {EXAMPLES}"),
        ("SELECT * FROM flights_ops.hops, orders_gold.examples", None),
        ("SELECT flights_gold FROM examples", None),
    ],
)
def test_a_table_becomes_a_view_under_its_own_name(statement: str, rewritten: str | None) -> None:
    assert as_of_statement(statement, ["flights"]).sql == (rewritten or statement)


def test_every_view_says_what_it_stands_for() -> None:
    statement = "SELECT * FROM flights_gold.examples JOIN orders_silver.orders_changes USING (id)"
    assert as_of_statement(statement, ["flights", "orders"]).views == {
        EXAMPLES: ("flights", "gold.examples"),
        "headgate_as_of_orders_silver_orders_changes": ("orders", "silver.orders_changes"),
    }
    assert pipelines_named(statement, ["orders", "flights", "trips"]) == ["flights", "orders"]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT 'flights_gold.examples'", "names no table of a pipeline"),
        ("SELECT * FROM flights_ops.hops", "names no table of a pipeline"),
        ("SELECT * FROM identifier ('flights_gold.examples')", "IDENTIFIER(...) hides a table's name"),
    ],
)
def test_a_statement_of_which_no_table_is_known_is_refused(statement: str, said: str) -> None:
    with pytest.raises(NamesNoTable) as refused:
        pipelines_named(statement, ["flights"])
    assert said in refused.value.what
    assert refused.value.left == "Nothing was run."
    assert refused.value.next_command
