"""The staging folder of one candidate: its nodes, its predictions and what each step recorded about it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from headgate.lake.write_whole import write_whole
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings

MANIFEST = "manifest.json"
RECORDED = "recorded.json"
EVALUATED = "release.json"
_WRITTEN_BY = {MANIFEST: "learn", RECORDED: "record", EVALUATED: "evaluate"}


class StepMissing(HeadgateError):
    """An earlier step of the same attempt has not finished."""


class CandidateFolder:
    """`staging/<pipeline>/model/<attempt>/`; a record stands in it when its step has finished."""

    def __init__(self, settings: Settings, pipeline: str, attempt: str) -> None:
        self.pipeline, self.attempt = pipeline, attempt
        root = (settings.staging / pipeline / "model").resolve()
        self.path = (root / attempt).resolve()
        if self.path.parent != root:
            raise ValueError(f"{attempt!r} is no name of an attempt")

    @property
    def nodes(self) -> Path:
        """The staged node rows, one Parquet file."""
        return self.path / "nodes.parquet"

    @property
    def predictions(self) -> Path:
        """What the fitted model itself says about the rows that judge it, one Parquet file."""
        return self.path / "predictions.parquet"

    def clear(self) -> None:
        """Remove what an unfinished try left behind."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir(parents=True)

    def has(self, record: str) -> bool:
        """Whether a step's record is there."""
        return (self.path / record).is_file()

    def write(self, record: str, content: dict[str, Any]) -> None:
        """Write a step's record, complete or not at all."""
        write_whole(self.path / record, json.dumps(content, indent=1, sort_keys=True))

    def read(self, record: str) -> dict[str, Any]:
        """Read a step's record. Raises StepMissing."""
        if not self.has(record):
            step = _WRITTEN_BY[record]
            raise StepMissing(
                f"step `{step}` of attempt {self.attempt} of {self.pipeline} has not finished: no {record}",
                where=str(self.path),
                left="the model log and MLflow as they were",
                next_command=f"clear the task `{step}` of this run, with its downstream tasks",
            )
        content: dict[str, Any] = json.loads((self.path / record).read_text(encoding="utf-8"))
        return content
