"""Specs and contracts read from disk: everything that is wrong in them is found in one go."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from headgate.spec.contract import Contract
from headgate.spec.contract_path import SUFFIX, contract_path
from headgate.spec.contract_references import contract_reference_problems
from headgate.spec.contract_rules import contract_problems
from headgate.spec.cross_references import cross_reference_problems
from headgate.spec.derived_contracts import bronze_contract, with_layer_severity
from headgate.spec.errors import SpecError, SpecErrors
from headgate.spec.pipeline import Pipeline
from headgate.spec.problem import Problem, nearest, one_of
from headgate.spec.settings import Settings
from headgate.spec.transforms import functions_in
from headgate.spec.validation import Checked, check
from headgate.spec.yaml_source import Document, Unreadable, parse_yaml

FILE = "pipeline.yaml"


@dataclass(frozen=True)
class LoadedPipeline:
    """A pipeline whose spec and contracts are sound.

    `contracts` are keyed `<layer>.<table>`, derived ones included. `digest` is the sha256 of pipeline.yaml
    and the contract files, `code` that of the folder's Python files.
    """

    spec: Pipeline
    contracts: dict[str, Contract]
    folder: Path
    digest: str
    code: str

    def contract(self, table: str) -> Contract:
        """The contract of a table named `<layer>.<table>`; KeyError when the pipeline has no such table."""
        return self.contracts[table]


def load_pipeline(settings: Settings, name: str) -> LoadedPipeline:
    """Read one pipeline with its contracts and check that its transforms exist.

    Raises SpecErrors with every mistake, each with file, line, what was expected and the nearest valid word.
    """
    reader = _Reader(settings, name)
    loaded = reader.read()
    if loaded is None:
        raise SpecErrors(reader.errors, name)
    return loaded


def load_all(settings: Settings) -> tuple[list[LoadedPipeline], list[SpecError]]:
    """Read every pipeline: the sound ones, and all mistakes of the others."""
    loaded: list[LoadedPipeline] = []
    errors: list[SpecError] = []
    names = pipeline_names(settings)
    for name in names:
        reader = _Reader(settings, name)
        pipeline = reader.read()
        if pipeline is not None:
            loaded.append(pipeline)
        errors.extend(reader.errors)
    for folder in _folders(settings.expectations):
        if folder.name not in names and any(folder.glob(f"*{SUFFIX}")):
            close = nearest(folder.name, names)
            errors.append(SpecError(_shown(settings, folder), 0, "contracts of no pipeline", one_of(names), close))
    return loaded, sorted(errors)


def pipeline_names(settings: Settings) -> list[str]:
    """The folders that hold a pipeline, by name; one with only caches in it does not count."""
    return [folder.name for folder in _folders(settings.pipelines) if any(path.is_file() for path in folder.iterdir())]


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))


def _shown(settings: Settings, path: Path) -> str:
    """A path as people know it: below the folder that holds `pipelines/`, else in full."""
    root = settings.pipelines.parent
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


@dataclass
class _Reader:
    """Reads the files of one pipeline and gathers what is wrong in them."""

    settings: Settings
    name: str
    errors: list[SpecError] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.settings.pipelines / self.name

    def read(self) -> LoadedPipeline | None:
        if not self._exists():
            return None
        path = self.folder / FILE
        pipeline, document = self._read(Pipeline, path)
        if pipeline is None:
            self._read_stray_contracts()
            return None
        if pipeline.pipeline != self.name:
            message = f"pipeline is {pipeline.pipeline!r} but its folder is {self.name!r}"
            self._add(path, document, [Problem(("pipeline",), message, self.name)])
        self._add(path, document, cross_reference_problems(pipeline))
        self._check_transforms(pipeline, path, document)
        contracts = self._read_contracts(pipeline, path, document)
        if self.errors:
            return None
        return LoadedPipeline(pipeline, contracts, self.folder, self._digest(), _sha256(self.folder.glob("*.py")))

    def _exists(self) -> bool:
        names = pipeline_names(self.settings)
        shown = _shown(self.settings, self.folder)
        if self.name not in names:
            self.errors.append(
                SpecError(shown, 0, f"there is no pipeline {self.name!r}", one_of(names), nearest(self.name, names))
            )
            return False
        if not (self.folder / FILE).is_file():
            files = [path.name for path in self.folder.iterdir() if path.is_file()]
            self.errors.append(SpecError(f"{shown}/{FILE}", 0, "there is no such file", None, nearest(FILE, files)))
            return False
        return True

    def _text(self, path: Path) -> str | None:
        try:
            return path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            message = f"byte {error.object[error.start]:#04x} is not UTF-8"
            self.errors.append(SpecError(_shown(self.settings, path), line, message, "a file saved as UTF-8"))
        except OSError as error:
            self.errors.append(SpecError(_shown(self.settings, path), 0, f"cannot be read: {error.strerror}"))
        return None

    def _read(self, model: type[Checked], path: Path) -> tuple[Checked | None, Document]:
        text = self._text(path)
        if text is None:
            return None, Document()
        try:
            document = parse_yaml(text)
        except Unreadable as error:
            self.errors.append(SpecError(_shown(self.settings, path), error.line, error.message))
            return None, Document()
        for where, line in document.duplicates:
            first = document.lines[where]
            message = f"key {str(where[-1])!r} stands here a second time (first on line {first})"
            self.errors.append(SpecError(_shown(self.settings, path), line, message))
        value = {} if document.value is None else document.value
        checked, problems = check(model, value)
        self._add(path, document, problems)
        return checked, document

    def _add(self, path: Path, document: Document, problems: Iterable[Problem]) -> None:
        for problem in problems:
            line = document.line(problem.path)
            self.errors.append(
                SpecError(_shown(self.settings, path), line, problem.message, problem.expected, problem.nearest)
            )

    def _check_transforms(self, pipeline: Pipeline, path: Path, document: Document) -> None:
        for layer, wanted in _transforms(pipeline).items():
            source = self.folder / f"{layer}.py"
            if not source.is_file():
                message = f"there is no {source.name} beside this file, though a transform of it is named"
                self._add(path, document, [Problem(where, message) for where, _ in wanted[:1]])
                continue
            text = self._text(source)
            if text is None:
                continue
            try:
                functions = functions_in(text)
            except SyntaxError as error:
                shown = _shown(self.settings, source)
                self.errors.append(SpecError(shown, error.lineno or 0, f"no valid Python: {error.msg}"))
                continue
            for where, name in wanted:
                if name not in functions:
                    message = f"{source.name} has no function {name!r}"
                    self._add(path, document, [Problem(where, message, one_of(functions), nearest(name, functions))])

    def _read_stray_contracts(self) -> None:
        """Mistakes inside the contracts are told even when pipeline.yaml itself is broken."""
        for path in sorted((self.settings.expectations / self.name).glob(f"*{SUFFIX}")):
            contract, document = self._read(Contract, path)
            if contract is not None:
                self._add(path, document, contract_problems(path.name.partition(".")[0], contract))

    def _read_contracts(self, pipeline: Pipeline, path: Path, document: Document) -> dict[str, Contract]:
        folder = self.settings.expectations / self.name
        tables = _tables(pipeline)
        contracts: dict[str, Contract] = {}
        documents: dict[str, Document] = {}
        broken: set[str] = set()
        for file in sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []:
            table = file.name.removesuffix(SUFFIX)
            if table not in tables:
                message = f"contract of {table!r}, a table that {self.name} does not have"
                close = nearest(table, tables)
                self.errors.append(SpecError(_shown(self.settings, file), 0, message, one_of(tables), close))
            contract, documents[table] = self._read(Contract, file)
            layer = table.partition(".")[0]
            if contract is None:
                broken.add(table)
                continue
            self._add(file, documents[table], contract_problems(layer, contract))
            if table in tables:
                contracts[table] = with_layer_severity(layer, contract)
        written = list(contracts)
        for table, where in tables.items():
            if table not in contracts and table not in broken:
                self._derive(pipeline, table, contracts, broken, path, document, where)
        if not self.errors:
            for table, problem in contract_reference_problems(pipeline, contracts):
                if table in written:
                    self._add(contract_path(self.settings.expectations, self.name, table), documents[table], [problem])
                else:
                    self._add(path, document, [problem])
        return {table: contracts[table] for table in tables if table in contracts}

    def _derive(
        self,
        pipeline: Pipeline,
        table: str,
        contracts: dict[str, Contract],
        broken: set[str],
        path: Path,
        document: Document,
        where: tuple[str, ...],
    ) -> None:
        layer, _, name = table.partition(".")
        derived = bronze_contract(pipeline, name, contracts) if layer == "bronze" else None
        if derived is not None:
            contracts[table] = derived
            return
        reads = [f"silver.{silver}" for silver, shape in pipeline.silver.items() if shape.feed == name]
        if layer == "bronze" and (not reads or any(silver not in contracts for silver in reads)):
            return
        missing = _shown(self.settings, contract_path(self.settings.expectations, self.name, table))
        reason = " (a feed that only transforms read has none derived)" if layer == "bronze" else ""
        self._add(path, document, [Problem(where, f"table {table} has no contract{reason}", f"a file {missing}")])

    def _digest(self) -> str:
        contracts = (self.settings.expectations / self.name).glob(f"*{SUFFIX}")
        return _sha256([self.folder / FILE, *contracts])


def _sha256(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _tables(pipeline: Pipeline) -> dict[str, tuple[str, ...]]:
    """Every table that has a contract, with the place in pipeline.yaml that asks for it."""
    tables: dict[str, tuple[str, ...]] = {f"bronze.{name}": ("feeds", name) for name in pipeline.feeds}
    tables |= {f"silver.{name}": ("silver", name) for name in pipeline.silver}
    tables |= {f"gold.{name}": ("gold", name) for name in pipeline.gold}
    if pipeline.examples is not None:
        tables["gold.examples"] = ("examples",)
    return tables


def _transforms(pipeline: Pipeline) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """By Python file: the functions that pipeline.yaml names, with where it does."""
    silver = [
        (("silver", name, "transform"), table.transform)
        for name, table in pipeline.silver.items()
        if table.transform is not None
    ]
    gold = [(("gold", name, "transform"), table.transform) for name, table in pipeline.gold.items()]
    if pipeline.examples is not None:
        gold.append((("examples", "transform"), pipeline.examples.transform))
        gold.append((("examples", "label_transform"), pipeline.examples.label_transform))
    return {layer: wanted for layer, wanted in (("silver", silver), ("gold", gold)) if wanted}
