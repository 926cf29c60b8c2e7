"""What is written about specs agrees with what specs may say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from headgate.spec import contract, pipeline
from headgate.spec.json_schema import FILES, FOLDER, schema_text, write_schemas
from headgate.spec.load import load_pipeline
from headgate.spec.new_pipeline import new_pipeline_files
from headgate.spec.pipeline import Strict
from headgate.spec.settings import REPOSITORY, Settings

MODELS = sorted(
    {
        model
        for module in (pipeline, contract)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, Strict) and model is not Strict
    },
    key=lambda model: model.__name__,
)
PAGE = REPOSITORY / "docs" / "spec.md"
EXAMPLE = REPOSITORY / "docs" / "examples" / "orders"


@pytest.mark.parametrize("name", FILES)
def test_committed_schemas_are_current(name: str) -> None:
    assert (FOLDER / name).read_text() == schema_text(FILES[name]), "run: python -m headgate.spec.json_schema"


def test_schemas_are_written(tmp_path: Path) -> None:
    paths = write_schemas(tmp_path / "schemas")
    assert [path.name for path in paths] == ["pipeline.json", "contract.json"]
    schema: dict[str, Any] = json.loads(paths[0].read_text())
    assert schema["additionalProperties"] is False
    assert schema["properties"]["feeds"]["additionalProperties"] is False
    assert schema["$defs"]["Model"]["properties"]["window"]["default"] == "28d"


@pytest.mark.parametrize("model", MODELS)
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    documented = set(re.findall(r"`(\w+)`", PAGE.read_text()))
    assert set(model.model_fields) - documented == set()


def test_the_example_is_what_new_makes() -> None:
    committed = {
        str(path.relative_to(EXAMPLE)): path.read_text() for path in EXAMPLE.rglob("*") if path.is_file()
    }
    assert committed == new_pipeline_files("orders")


def test_the_example_has_eight_lines_and_is_sound() -> None:
    settings = Settings(pipelines=EXAMPLE / "pipelines", expectations=EXAMPLE / "expectations")
    assert load_pipeline(settings, "orders").spec.hops == ("bronze", "silver")
    text = (EXAMPLE / "pipelines/orders/pipeline.yaml").read_text()
    assert len(text.splitlines()) == 8
    assert text in PAGE.read_text()
    assert (EXAMPLE / "expectations/orders/silver.orders.yaml").read_text() in PAGE.read_text()
