"""JSON Schemas of pipeline.yaml and of contracts, for editors.

`python -m headgate.spec.json_schema` writes them to docs/schemas.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from headgate.spec.contract import Contract
from headgate.spec.duration import format_duration
from headgate.spec.expectations import EXPECTATIONS
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import REPOSITORY

FOLDER = REPOSITORY / "docs" / "schemas"
FILES: dict[str, type[BaseModel]] = {"pipeline.json": Pipeline, "contract.json": Contract}


class _Generator(GenerateJsonSchema):
    """Writes default durations as people do."""

    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a spec file; names that break the rule for names are not allowed by it."""
    schema = model.model_json_schema(schema_generator=_Generator)
    _only_names(schema)
    if "Rule" in schema["$defs"]:
        schema["$defs"]["Rule"]["properties"]["expect"]["enum"] = list(EXPECTATIONS)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _only_names(part: object) -> None:
    if isinstance(part, dict):
        if "patternProperties" in part:
            part.setdefault("additionalProperties", False)
        for inner in part.values():
            _only_names(inner)
    elif isinstance(part, list):
        for inner in part:
            _only_names(inner)


def schema_text(model: type[BaseModel]) -> str:
    """The schema as it is committed."""
    return json.dumps(json_schema(model), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Write one file for each kind of spec file; returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, model in FILES.items():
        path = folder / name
        path.write_text(schema_text(model), encoding="utf-8")
        paths.append(path)
    return paths


if __name__ == "__main__":
    for written in write_schemas(FOLDER):
        print(written)
