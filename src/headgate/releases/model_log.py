"""The model log: `ops.models`, where one Delta commit holds a candidate and what it was learned from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F

from headgate.hops.catalog import register_records
from headgate.lake.append import append
from headgate.lake.history import data_files
from headgate.lake.paths import table_path
from headgate.lake.storage import read_parquet
from headgate.lake.tables import create_table
from headgate.lake.transaction import Transaction
from headgate.learning.candidate_folder import MANIFEST, RECORDED, CandidateFolder
from headgate.learning.node_rows import NODE_TYPES, content_digest
from headgate.releases.model_headers import MODELS, header_of, headers
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings

TRIES = 3
HEADER_TYPES = {"model": "bigint", "kind": "string", "digest": "string", "header": "string"}
MODELS_TYPES = {**HEADER_TYPES, **NODE_TYPES}
"""One row of kind `header` per model (its JSON text; node columns null) and one of kind `node` per node.
`digest` is the candidate's on a header. On a node row it is the content of all nodes of the model or, where
that consists of groups, of its group: a group that an earlier model has is stored there only."""


class NotStaged(HeadgateError):
    """The staged nodes are not those that the manifest names."""


class Outrun(HeadgateError):
    """Other writers took every model number that was tried."""


def nodes_of(settings: Settings, pipeline: str, model: int) -> pd.DataFrame:
    """One model's node rows (`NODE_TYPES`), ordered by tree and node. Raises UnknownModel."""
    stored = _stored(header_of(settings, pipeline, model))
    owners = sorted({part.model or model for part in stored})
    digests = sorted({part.digest for part in stored})
    wanted = (ds.field("kind") == "node") & ds.field("model").isin(owners) & ds.field("digest").isin(digests)
    rows = _read(settings, pipeline, wanted, ["model", "digest", *NODE_TYPES])
    own = pd.DataFrame([(part.model or model, part.digest) for part in stored], columns=["model", "digest"])
    return rows.merge(own, on=["model", "digest"])[list(NODE_TYPES)].sort_values(
        ["tree", "node"], ignore_index=True
    )


@dataclass(frozen=True)
class _Stored:
    """Nodes that are stored together: their digest, their trees, and the model under which they are kept
    (None: the one whose header tells of them)."""

    digest: str
    first_tree: int
    last_tree: int | None
    model: int | None


def _stored(header: dict[str, Any]) -> list[_Stored]:
    """The parts in which the nodes of the model that `header` describes are stored."""
    if "groups" not in header:
        return [_Stored(header["nodes"]["digest"], 0, None, None)]
    grown = [entry for entry in header["groups"] if entry["first_tree"] is not None]
    return [
        _Stored(entry["digest"], entry["first_tree"], entry["last_tree"], entry["model"]) for entry in grown
    ]


def record(spark: SparkSession, settings: Settings, pipeline: str, name: str) -> int:
    """Commit the staged candidate of an attempt to the model log and return its number.

    A candidate that is in the log already, and an attempt in which nothing had changed, give the number that
    is there and write nothing. The attempt keeps it in `recorded.json`. Raises NotStaged, Outrun, and
    StepMissing when learning has not finished.
    """
    folder = CandidateFolder(settings, pipeline, name)
    manifest = folder.read(MANIFEST)
    number = (
        _commit(spark, settings, folder, manifest["header"])
        if manifest["changed"]
        else int(manifest["model"])
    )
    register_records(spark, settings, pipeline)
    folder.write(RECORDED, {"model": number})
    return number


def recorded_model(settings: Settings, pipeline: str, name: str) -> int:
    """The number under which an attempt was recorded. Raises StepMissing when it was not."""
    return int(CandidateFolder(settings, pipeline, name).read(RECORDED)["model"])


def _commit(spark: SparkSession, settings: Settings, folder: CandidateFolder, header: dict[str, Any]) -> int:
    pipeline = folder.pipeline
    path = table_path(settings.lake, pipeline, MODELS)
    create_table(spark, path, MODELS_TYPES, change_feed=False)
    _require_judged_nodes(folder, header)
    known = headers(settings, pipeline)
    for _ in range(TRIES):
        if _number_of(known, header["digest"]) is None:
            _append(spark, path, pipeline, folder, header, number=len(known) + 1)
            known = headers(settings, pipeline)
    number = _number_of(known, header["digest"])
    if number is not None:
        return number
    raise Outrun(
        f"other writers took the model numbers that attempt {folder.attempt} of {pipeline} tried",
        where=f"{pipeline}_{MODELS}",
        left="the staged candidate; nothing was recorded",
        next_command="clear the task `record`",
    )


def _number_of(known: list[dict[str, Any]], digest: str) -> int | None:
    """The number of the model with this digest, if the log has it."""
    return next((int(header["model"]) for header in known if header["digest"] == digest), None)


def _append(
    spark: SparkSession,
    path: str,
    pipeline: str,
    folder: CandidateFolder,
    header: dict[str, Any],
    number: int,
) -> None:
    """Try to write the candidate under `number`; a number that is taken is skipped by its transaction."""
    named = [(number, "header", header["digest"], json.dumps(header, sort_keys=True))]
    schema = ", ".join(f"`{column}` {kind}" for column, kind in HEADER_TYPES.items())
    head = spark.createDataFrame(named, schema).select(
        "*", *(F.lit(None).cast(kind).alias(column) for column, kind in NODE_TYPES.items())
    )
    own = [part for part in _stored(header) if part.model is None]
    digest = F.coalesce(*(F.when(_within(part), F.lit(part.digest)) for part in own), F.lit(None))
    nodes = (
        spark.read.parquet(str(folder.nodes))
        .where(digest.isNotNull())
        .select(
            F.lit(number).cast("bigint").alias("model"),
            F.lit("node").alias("kind"),
            digest.cast("string").alias("digest"),
            F.lit(None).cast("string").alias("header"),
            *NODE_TYPES,
        )
    )
    append(head.unionByName(nodes).coalesce(1), path, Transaction(f"{pipeline}/model", number))


def _within(part: _Stored) -> Column:
    """Whether a node belongs to a tree of the part."""
    tree = F.col("tree")
    after = tree >= part.first_tree
    return after if part.last_tree is None else after & (tree <= part.last_tree)


def _require_judged_nodes(folder: CandidateFolder, header: dict[str, Any]) -> None:
    staged = pq.read_table(folder.nodes).to_pandas()
    if content_digest(staged) != header["nodes"]["digest"]:
        raise NotStaged(
            f"the staged nodes of attempt {folder.attempt} are not those that learning wrote",
            where=str(folder.nodes),
            left="the model log as it was",
            next_command="clear the task `learn`, with its downstream tasks",
        )


def _read(settings: Settings, pipeline: str, wanted: ds.Expression, columns: list[str]) -> pd.DataFrame:
    files = data_files(table_path(settings.lake, pipeline, MODELS))
    if not files:
        return pd.DataFrame(columns=columns)
    frame: pd.DataFrame = read_parquet(files, columns=columns, filters=wanted).to_pandas()
    return frame
