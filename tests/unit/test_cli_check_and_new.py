"""`headgate check` and `headgate new` as people see them."""

# ruff: noqa: E501  (texts stand as people see them)

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from headgate.cli.check import check
from headgate.cli.new import new
from tests.unit.spec_folders import ORDERS_FILES, TRIPS_FILES, write_files


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("HEADGATE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HEADGATE_PIPELINES", str(tmp_path / "pipelines"))
    monkeypatch.setenv("HEADGATE_EXPECTATIONS", str(tmp_path / "expectations"))
    monkeypatch.setenv("COLUMNS", "160")
    app = typer.Typer()
    app.command()(check)
    app.command()(new)

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, list(arguments))

    return run


def _rows(result: Result) -> list[list[str]]:
    """The cells of the printed table, row by row, without its head."""
    lines = [line for line in result.stdout.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_check_shows_every_pipeline(tmp_path: Path, run: object) -> None:
    write_files(tmp_path, {**ORDERS_FILES, **TRIPS_FILES})
    result = run("check")  # type: ignore[operator]
    assert result.exit_code == 0
    assert _rows(result) == [
        ["orders", "headgate", "2024-01-01 00:00 to on", "orders", "orders", "-", "-"],
        [
            "trips",
            "headgate",
            "2024-01-01 00:00 to 2024-03-01 00:00",
            "trips, cities",
            "trips, cities",
            "delays, examples",
            "random_forest",
        ],
    ]


def test_check_shows_the_tables_of_one_pipeline(tmp_path: Path, run: object) -> None:
    write_files(tmp_path, ORDERS_FILES)
    result = run("check", "orders")  # type: ignore[operator]
    assert result.exit_code == 0
    assert _rows(result) == [
        ["bronze.orders", "id", "4", "0", "derived from silver"],
        ["silver.orders", "id", "4", "3", "orders/silver.orders.yaml"],
    ]


def test_check_lists_all_mistakes_and_fails(tmp_path: Path, run: object) -> None:
    broken = {**ORDERS_FILES, "pipelines/late/pipeline.yaml": "pipelin: late\n"}
    write_files(tmp_path, broken)
    result = run("check")  # type: ignore[operator]
    assert result.exit_code == 1
    assert "orders" in result.stdout
    assert result.stderr.splitlines() == [
        "pipelines/late/pipeline.yaml:1: key 'feeds' is missing",
        "pipelines/late/pipeline.yaml:1: key 'schedule' is missing",
        "pipelines/late/pipeline.yaml:1: key 'silver' is missing",
        "pipelines/late/pipeline.yaml:1: unknown key 'pipelin': expected one of pipeline, description, owner,"
        " schedule, feeds, silver, gold, examples, model, promotion, alerts, max_quarantine_share; did you mean 'pipeline'?",
        "4 errors. Mend the files, then: ./headgate check",
    ]


def test_check_of_a_pipeline_that_is_not_there(tmp_path: Path, run: object) -> None:
    write_files(tmp_path, ORDERS_FILES)
    result = run("check", "order")  # type: ignore[operator]
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "pipelines/order: there is no pipeline 'order': expected one of orders; did you mean 'orders'?",
        "1 error. Mend the files, then: ./headgate check order",
    ]


def test_check_without_pipelines_says_how_to_make_one(run: object) -> None:
    result = run("check")  # type: ignore[operator]
    assert (result.exit_code, result.stdout) == (0, "There are no pipelines yet. Next: ./headgate new NAME\n")


def test_new_makes_a_sound_pipeline_and_says_what_comes_next(tmp_path: Path, run: object) -> None:
    result = run("new", "shop")  # type: ignore[operator]
    assert result.exit_code == 0
    assert result.stdout == (
        "Made pipeline shop:\n"
        f"  {tmp_path}/pipelines/shop/pipeline.yaml\n"
        f"  {tmp_path}/expectations/shop/silver.shop.yaml\n"
        f"  {tmp_path}/home/landing/shop/shop/LOAD00000001.csv\n"
        f"  {tmp_path}/home/landing/shop/shop/2024/01/01/00/20240101-000500000.csv\n"
        f"  {tmp_path}/home/landing/shop/shop/2024/01/01/01/20240101-011000000.csv\n"
        "Next:\n"
        "  ./headgate check shop  # what it describes\n"
        "  ./headgate run shop --from 2024-01-01T00 --to 2024-01-01T01  # two hours, from landing file to table\n"
        '  ./headgate query "SELECT * FROM shop_silver.shop"  # the live rows\n'
    )
    assert run("check", "shop").exit_code == 0  # type: ignore[operator]


@pytest.mark.parametrize("taken", ["pipelines", "expectations", "home/landing"])
def test_new_overwrites_nothing(tmp_path: Path, run: object, taken: str) -> None:
    folder = tmp_path / taken / "shop"
    folder.mkdir(parents=True)
    result = run("new", "shop")  # type: ignore[operator]
    assert result.exit_code == 1
    assert result.stderr == (
        "there is already something named 'shop'\n"
        f"  where: {folder}\n"
        "  left behind: nothing was written\n"
        "  next: ./headgate new shop_2, or remove the folder first\n"
    )
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("name", "likely"), [("My-Shop", "my_shop"), ("2fast", "fast"), ("../shop", "shop"), ("ß", "NAME")]
)
def test_new_refuses_a_bad_name(tmp_path: Path, run: object, name: str, likely: str) -> None:
    result = run("new", name)  # type: ignore[operator]
    assert result.exit_code == 1
    assert result.stderr == (
        f"{name!r} is no name for a pipeline: expected lower-case letters, digits and _, a letter first, at most 63\n"
        "  left behind: nothing was written\n"
        f"  next: ./headgate new {likely}\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_new_says_what_it_could_not_write(tmp_path: Path, run: object) -> None:
    (tmp_path / "expectations").write_text("a file in the way")
    result = run("new", "shop")  # type: ignore[operator]
    assert result.exit_code == 1
    assert result.stderr == (
        "silver.shop.yaml cannot be written: Not a directory\n"
        f"  where: {tmp_path}/expectations/shop/silver.shop.yaml\n"
        f"  left behind: {tmp_path}/pipelines/shop/pipeline.yaml\n"
        "  next: remove what was written, then ./headgate new shop\n"
    )
