"""What a loaded pipeline holds, and what is told when its files are not there or cannot be read."""

# ruff: noqa: E501  (texts stand as people see them)

from __future__ import annotations

import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from headgate.spec.errors import HeadgateError, SpecError, SpecErrors
from headgate.spec.load import load_all, load_pipeline
from tests.unit.spec_folders import ORDERS, ORDERS_FILES, TRIPS_FILES, write_files


def test_values_come_out_typed(tmp_path: Path) -> None:
    spec = load_pipeline(write_files(tmp_path, TRIPS_FILES), "trips").spec
    assert spec.schedule.start == datetime(2024, 1, 1, tzinfo=UTC)
    assert spec.gold["delays"].lookback == timedelta(hours=6)
    assert spec.examples is not None
    assert spec.examples.features[0].on == ["city"]
    assert spec.hops == ("bronze", "silver", "gold")
    assert spec.steps == ("bronze", "silver", "gold", "scores")


def test_bronze_contract_is_derived_from_silver_as_text(tmp_path: Path) -> None:
    files = {
        **ORDERS_FILES,
        "pipelines/orders/pipeline.yaml": ORDERS.replace("[id]", "[id]\n    sequence: change"),
    }
    contracts = load_pipeline(write_files(tmp_path, files), "orders").contracts
    assert list(contracts) == ["bronze.orders", "silver.orders"]
    bronze = contracts["bronze.orders"]
    assert bronze.key == ["id"]
    assert {name: column.type for name, column in bronze.columns.items()} == {
        "id": "string",
        "status": "string",
        "amount": "string",
        "opened_at": "string",
        "change": "string",
    }
    assert not any(column.required or column.one_of or column.between for column in bronze.columns.values())


def test_only_a_feed_read_as_it_is_has_a_derived_contract(tmp_path: Path) -> None:
    files = {name: text for name, text in TRIPS_FILES.items() if "bronze" not in name}
    _, errors = load_all(write_files(tmp_path, files))
    assert [str(error) for error in errors] == [
        "pipelines/trips/pipeline.yaml:4: table bronze.trips has no contract, and silver.trips, whose transform"
        " reads it, cannot say which columns it needs: expected a file expectations/trips/bronze.trips.yaml"
    ]


def test_a_column_that_names_no_severity_quarantines_at_silver_and_closes_elsewhere(tmp_path: Path) -> None:
    contracts = load_pipeline(write_files(tmp_path, TRIPS_FILES), "trips").contracts
    assert contracts["silver.trips"].columns["delay"].on_fail == "quarantine"
    assert contracts["gold.delays"].columns["mean_delay"].on_fail == "close"
    assert contracts["bronze.trips"].columns["delay"].on_fail == "close"
    assert contracts["bronze.cities"].columns["size"].on_fail == "close"


def test_digest_follows_spec_and_contracts_and_code_follows_python(tmp_path: Path) -> None:
    def marks(files: dict[str, str]) -> tuple[str, str]:
        loaded = load_pipeline(write_files(tmp_path, files), "trips")
        return loaded.digest, loaded.code

    digest, code = marks(TRIPS_FILES)
    assert marks(TRIPS_FILES) == (digest, code)
    contract = "expectations/trips/gold.delays.yaml"
    assert marks({contract: TRIPS_FILES[contract] + "volume: {max: 9}\n"})[0] != digest
    assert marks({contract: TRIPS_FILES[contract]}) == (digest, code)
    changed = marks({"pipelines/trips/more.py": "HOURS = 2\n"})
    assert changed[0] == digest
    assert changed[1] != code


def test_a_broken_spec_hides_no_other_and_every_mistake_is_listed(tmp_path: Path) -> None:
    broken = {
        "pipelines/late/pipeline.yaml": "pipeline: late\nfeedz: {}\n",
        "expectations/late/silver.late.yaml": "description: x\nkeys: [id]\ncolumns: {id: {typ: int}}\n",
        "pipelines/worse/pipeline.yaml": "- a list\n",
        "expectations/ordres/silver.orders.yaml": "description: x\n",
        "pipelines/__pycache__/silver.pyc": "",
    }
    loaded, errors = load_all(write_files(tmp_path, {**ORDERS_FILES, **TRIPS_FILES, **broken}))
    assert [pipeline.spec.pipeline for pipeline in loaded] == ["orders", "trips"]
    assert [str(error) for error in errors] == [
        "expectations/late/silver.late.yaml:2: unknown key 'keys': expected one of description, key, columns, rules,"
        " freshness, volume, quiet; did you mean 'key'?",
        "expectations/late/silver.late.yaml:3: unknown key 'typ': expected one of type, description, required,"
        " one_of, between, references, known_missing, mostly, personal, why, on_fail; did you mean 'type'?",
        "expectations/ordres: contracts of no pipeline: expected one of late, orders, trips, worse;"
        " did you mean 'orders'?",
        "pipelines/late/pipeline.yaml:1: key 'schedule' is missing",
        "pipelines/late/pipeline.yaml:1: key 'silver' is missing",
        "pipelines/late/pipeline.yaml:2: unknown key 'feedz': expected one of pipeline, description, owner,"
        " schedule, feeds, silver, gold, examples, model, promotion, alerts, max_quarantine_share; did you mean 'feeds'?",
        "pipelines/worse/pipeline.yaml:1: the document is a list: expected keys with values",
    ]


def test_an_installation_without_pipelines_has_no_errors(tmp_path: Path) -> None:
    assert load_all(write_files(tmp_path, {})) == ([], [])


def _texts(root: Path, files: dict[str, str]) -> list[str]:
    return [str(error) for error in load_all(write_files(root, files))[1]]


def test_a_pipeline_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SpecErrors) as caught:
        load_pipeline(write_files(tmp_path, ORDERS_FILES), "ordres")
    assert str(caught.value) == (
        "1 error in the spec:\n"
        "  pipelines/ordres: there is no pipeline 'ordres': expected one of orders; did you mean 'orders'?\n"
        "  next: mend the files, then ./headgate check ordres"
    )


def test_a_pipeline_without_its_file(tmp_path: Path) -> None:
    assert _texts(tmp_path, {"pipelines/orders/pipeline.yml": ORDERS}) == [
        "pipelines/orders/pipeline.yaml: there is no such file; did you mean 'pipeline.yml'?"
    ]


def test_a_contract_of_no_table_and_a_table_without_contract(tmp_path: Path) -> None:
    files = dict(ORDERS_FILES)
    files["expectations/orders/silver.order.yaml"] = files.pop("expectations/orders/silver.orders.yaml")
    assert _texts(tmp_path, files) == [
        "expectations/orders/silver.order.yaml: contract of 'silver.order', a table that orders does not have:"
        " expected one of bronze.orders, silver.orders; did you mean 'silver.orders'?",
        "pipelines/orders/pipeline.yaml:7: table silver.orders has no contract: expected a file"
        " expectations/orders/silver.orders.yaml",
    ]


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    settings = write_files(tmp_path, ORDERS_FILES)
    path = tmp_path / "expectations/orders/silver.orders.yaml"
    path.write_bytes(b"description: One row per order.\nkey: [id]\n# caf\xe9\n")
    assert [str(error) for error in load_all(settings)[1]] == [
        "expectations/orders/silver.orders.yaml:3: byte 0xe9 is not UTF-8: expected a file saved as UTF-8"
    ]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    settings = write_files(tmp_path, ORDERS_FILES)
    path = tmp_path / "expectations/orders/silver.orders.yaml"
    path.unlink()
    path.mkdir()
    assert [str(error) for error in load_all(settings)[1]] == [
        "expectations/orders/silver.orders.yaml: cannot be read: Is a directory"
    ]


def test_an_empty_file_misses_its_keys(tmp_path: Path) -> None:
    assert _texts(tmp_path, {"pipelines/orders/pipeline.yaml": ""}) == [
        f"pipelines/orders/pipeline.yaml:1: key '{key}' is missing"
        for key in ("feeds", "pipeline", "schedule", "silver")
    ]


def test_errors_say_what_where_what_is_left_and_what_next() -> None:
    error = HeadgateError(
        "The gate is closed.", "silver.orders", "nothing was published", "./headgate status"
    )
    assert str(error) == (
        "The gate is closed.\n"
        "  where: silver.orders\n"
        "  left behind: nothing was published\n"
        "  next: ./headgate status"
    )
    assert str(HeadgateError("Only this.")) == "Only this."


def test_errors_survive_the_way_between_processes() -> None:
    errors = SpecErrors([SpecError("b.yaml", 2, "two"), SpecError("a.yaml", 1, "one")], "orders")
    copy = pickle.loads(pickle.dumps(errors))
    assert str(copy) == str(errors)
    assert [error.file for error in copy.errors] == ["a.yaml", "b.yaml"]


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys, headgate.spec.load, headgate.spec.transforms, headgate.spec.json_schema, headgate.cli.check,"
        " headgate.cli.new; heavy = {'pyspark', 'mlflow', 'great_expectations', 'pandas', 'airflow'};"
        " print(sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
