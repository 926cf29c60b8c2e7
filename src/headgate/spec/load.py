"""Specs and contracts read from disk: everything that is wrong in them is found in one go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from headgate.spec.contract import Contract
from headgate.spec.cross_references import cross_reference_problems
from headgate.spec.errors import SpecError, SpecErrors
from headgate.spec.pipeline import Pipeline
from headgate.spec.predictions import PREDICTIONS, predictions_contract
from headgate.spec.problem import Problem, nearest, one_of
from headgate.spec.read_contracts import contract_files, read_contracts
from headgate.spec.read_transforms import check_transforms
from headgate.spec.settings import Settings
from headgate.spec.spec_document import SpecDocument, function_digests
from headgate.spec.spec_files import SpecFiles

FILE = "pipeline.yaml"


@dataclass(frozen=True)
class LoadedPipeline:
    """A pipeline whose spec and contracts are sound.

    `contracts` are keyed `<layer>.<table>`, derived ones included. `digest` names the spec's document: what
    spec, contracts and transforms say, without comments and layout. `code` is the sha256 of the bytes of the
    folder's Python files. `functions` has the digests of the transforms.
    """

    spec: Pipeline
    contracts: dict[str, Contract]
    folder: Path
    digest: str
    code: str
    functions: dict[str, str] = field(default_factory=dict)

    @property
    def document(self) -> SpecDocument:
        """Everything here that decides what is published."""
        decide = {table: contract for table, contract in self.contracts.items() if table != PREDICTIONS}
        return SpecDocument(self.spec, decide, self.functions)


def load_pipeline(settings: Settings, name: str) -> LoadedPipeline:
    """Read one pipeline with its contracts and check that its transforms exist.

    Raises SpecErrors with every mistake, each with file, line, what was expected and the nearest valid word.
    """
    files = SpecFiles(settings)
    loaded = _read(files, name)
    if loaded is None:
        raise SpecErrors(files.errors, name)
    return loaded


def load_all(settings: Settings) -> tuple[list[LoadedPipeline], list[SpecError]]:
    """Read every pipeline: the sound ones, and all mistakes of the others; both sorted."""
    loaded: list[LoadedPipeline] = []
    errors: list[SpecError] = []
    names = pipeline_names(settings)
    for name in names:
        files = SpecFiles(settings)
        pipeline = _read(files, name)
        if pipeline is not None:
            loaded.append(pipeline)
        errors.extend(files.errors)
    stray = SpecFiles(settings)
    for folder in _folders(settings.expectations):
        if folder.name not in names and contract_files(folder):
            stray.wrong(folder, 0, "contracts of no pipeline", one_of(names), nearest(folder.name, names))
    return loaded, sorted([*errors, *stray.errors], key=lambda error: (error.file, error.line, error.message))


def pipeline_names(settings: Settings) -> list[str]:
    """The folders that hold a pipeline, by name; one with only caches in it does not count."""
    folders = _folders(settings.pipelines)
    return [folder.name for folder in folders if any(path.is_file() for path in folder.iterdir())]


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))


def _read(files: SpecFiles, name: str) -> LoadedPipeline | None:
    """The pipeline, or None with at least one mistake in `files`."""
    folder = files.settings.pipelines / name
    names = pipeline_names(files.settings)
    if name not in names:
        files.wrong(folder, 0, f"there is no pipeline {name!r}", one_of(names), nearest(name, names))
        return None
    path = folder / FILE
    if not path.is_file():
        beside = [file.name for file in folder.iterdir() if file.is_file()]
        files.wrong(path, 0, "there is no such file", None, nearest(FILE, beside))
        return None
    pipeline, document = files.read(Pipeline, path)
    if pipeline is not None:
        if pipeline.pipeline != name:
            message = f"pipeline is {pipeline.pipeline!r}, but its folder is {name!r}"
            files.wrong_at(path, document, [Problem(("pipeline",), message, name)])
        files.wrong_at(path, document, cross_reference_problems(pipeline))
        check_transforms(files, pipeline, path, document)
    contracts = read_contracts(files, name, pipeline, path, document)
    if pipeline is None or files.errors:
        return None
    functions = function_digests(pipeline, folder)
    digest = SpecDocument(pipeline, contracts, functions).digest
    if pipeline.scored and pipeline.examples is not None:
        contracts[PREDICTIONS] = predictions_contract(pipeline.examples, contracts["gold.examples"])
    return LoadedPipeline(pipeline, contracts, folder, digest, _sha256(folder.glob("*.py")), functions)


def _sha256(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()
