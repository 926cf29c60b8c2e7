"""What the model log says of each model, read without a JVM: its header."""

from __future__ import annotations

import json
from typing import Any

import pyarrow.dataset as ds

from headgate.lake.history import data_files
from headgate.lake.paths import table_path
from headgate.lake.storage import read_parquet
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings

MODELS = "ops.models"


class UnknownModel(HeadgateError):
    """The model log has no such model."""


def headers(settings: Settings, pipeline: str) -> list[dict[str, Any]]:
    """The headers of all recorded models, oldest first, each with its number as `model`."""
    files = data_files(table_path(settings.lake, pipeline, MODELS))
    if not files:
        return []
    wanted = ds.field("kind") == "header"
    rows = read_parquet(files, columns=["model", "header"], filters=wanted)
    found = [{**json.loads(row["header"]), "model": row["model"]} for row in rows.to_pylist()]
    return sorted(found, key=lambda header: int(header["model"]))


def header_of(settings: Settings, pipeline: str, model: int) -> dict[str, Any]:
    """One model's header. Raises UnknownModel."""
    for header in headers(settings, pipeline):
        if header["model"] == model:
            return header
    raise UnknownModel(
        f"the model log of {pipeline} has no model {model}",
        where=f"{pipeline}_{MODELS}",
        left="nothing was changed",
        next_command=f"./headgate query 'SELECT model FROM {pipeline}_{MODELS} WHERE kind = \"header\"'",
    )


def same_recipe(settings: Settings, pipeline: str, one: int, other: int) -> bool:
    """Whether two models differ by what they learned from alone. Raises UnknownModel."""
    recipes = [header_of(settings, pipeline, model)["recipe"] for model in (one, other)]
    return bool(recipes[0] == recipes[1])
