"""`headgate contract`: a valid Open Data Contract of every table, by the standard's own schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import typer
import yaml
from typer.testing import CliRunner

from headgate.cli.contract import NoContract, contract
from headgate.gates.open_data_contract import open_data_contract
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

SCHEMA = json.loads(
    Path(__file__).parent.parent.joinpath("expected/odcs-json-schema-v3.0.2.json").read_text(encoding="utf-8")
)
FLIGHTS = load_pipeline(Settings(), "flights")


def printed(*arguments: str) -> Any:
    app = typer.Typer()
    app.command()(contract)
    answer = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert answer.exit_code == 0
    return yaml.safe_load(answer.output)


@pytest.mark.parametrize("table", sorted(FLIGHTS.contracts))
def test_the_standard_accepts_it(table: str) -> None:
    document = printed("flights", table)
    jsonschema.Draft201909Validator(SCHEMA).validate(document)
    assert document == json.loads(json.dumps(open_data_contract(FLIGHTS, table)))


def test_what_it_says_of_a_table() -> None:
    document = printed("flights", "silver.weather")
    assert {name: document[name] for name in ("apiVersion", "kind", "id", "name", "status", "team")} == {
        "apiVersion": "v3.0.2",
        "kind": "DataContract",
        "id": "flights.silver.weather",
        "name": "flights_silver.weather",
        "status": "active",
        "team": [{"username": "flight-operations", "role": "owner"}],
    }
    (schema,) = document["schema"]
    assert schema["physicalName"] == "flights_silver.weather"
    columns = {column["name"]: column for column in schema["properties"]}
    origin = columns["origin"]
    assert (origin["primaryKey"], origin["primaryKeyPosition"], origin["required"]) == (True, 1, True)
    assert origin["transformSourceObjects"] == ["bronze.weather"]
    assert origin["transformDescription"] == "the function weather"
    assert columns["time_hour"]["logicalType"] == "date"
    assert columns["wind_speed"]["physicalType"] == "double"


def test_a_rule_goes_to_great_expectations_or_is_told_in_words() -> None:
    (schema,) = printed("flights", "silver.flights")["schema"]
    rules = [rule for column in schema["properties"] for rule in column.get("quality", [])]
    rules += schema["quality"]
    by_engine = [rule for rule in rules if rule["type"] == "custom"]
    assert by_engine and all(rule["engine"] == "great-expectations" for rule in by_engine)
    assert all(rule["implementation"]["expectation_type"].startswith("expect_") for rule in by_engine)
    assert any(rule["type"] == "text" and rule["name"].endswith(".references") for rule in rules)
    assert {rule["severity"] for rule in rules} <= {"warn", "quarantine", "close"}


def test_the_version_changes_with_what_the_contract_says() -> None:
    before = open_data_contract(FLIGHTS, "gold.examples")["version"]
    assert before == open_data_contract(FLIGHTS, "gold.examples")["version"]
    contracts = dict(FLIGHTS.contracts)
    contracts["gold.examples"] = contracts["gold.examples"].model_copy(update={"description": "other"})
    other = type(FLIGHTS)(FLIGHTS.spec, contracts, FLIGHTS.folder, FLIGHTS.digest, FLIGHTS.code)
    assert open_data_contract(other, "gold.examples")["version"] != before


def test_a_table_without_a_contract() -> None:
    with pytest.raises(NoContract) as caught:
        printed("flights", "gold.example")
    assert (
        str(caught.value)
        .splitlines()[0]
        .startswith("flights has no contract of a table 'gold.example': expected one of ")
    )
    assert str(caught.value).splitlines()[1:] == [
        "  where: expectations/flights",
        "  next: ./headgate contract flights gold.examples",
    ]
