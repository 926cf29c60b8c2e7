"""The contracts of one pipeline: the written ones, those derived from them, and what is missing."""

from __future__ import annotations

from pathlib import Path

from headgate.spec.contract import Contract
from headgate.spec.contract_path import SUFFIX, contract_path
from headgate.spec.contract_references import contract_reference_problems
from headgate.spec.contract_rules import contract_problems
from headgate.spec.derived_contracts import bronze_contract, with_layer_severity
from headgate.spec.pipeline import Pipeline
from headgate.spec.problem import Path as DocumentPath
from headgate.spec.problem import Problem, nearest, one_of
from headgate.spec.spec_files import SpecFiles
from headgate.spec.yaml_source import Document


def contract_files(folder: Path) -> list[Path]:
    """The files of a pipeline's contracts, by name."""
    return sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []


def read_contracts(
    files: SpecFiles, name: str, pipeline: Pipeline | None, spec_file: Path, document: Document
) -> dict[str, Contract]:
    """Every contract of pipeline `name`, keyed `<layer>.<table>`, in the order of the hops.

    Without a (sound) pipeline the contracts are still checked each by itself. Mistakes go to `files`.
    """
    tables = _tables(pipeline) if pipeline is not None else None
    written: dict[str, Contract] = {}
    documents: dict[str, Document] = {}
    folder = files.settings.expectations / name
    for file in contract_files(folder):
        table = file.name.removesuffix(SUFFIX)
        if tables is not None and table not in tables:
            message = f"contract of {table!r}, a table that {name} does not have"
            files.wrong(file, 0, message, one_of(tables), nearest(table, tables))
        contract, documents[table] = files.read(Contract, file)
        layer = table.partition(".")[0]
        if contract is not None:
            files.wrong_at(file, documents[table], contract_problems(layer, contract))
            written[table] = with_layer_severity(layer, contract)
    if pipeline is None or tables is None:
        return {}
    contracts = {table: contract for table, contract in written.items() if table in tables}
    for table, where in tables.items():
        if table not in documents:
            shown = files.shown(contract_path(files.settings.expectations, name, table))
            problems = _derive(pipeline, table, contracts, documents, where, shown)
            files.wrong_at(spec_file, document, problems)
    for table, problem in contract_reference_problems(pipeline, contracts):
        if table in documents:
            files.wrong_at(
                contract_path(files.settings.expectations, name, table), documents[table], [problem]
            )
        else:
            files.wrong_at(spec_file, document, [problem])
    return {table: contracts[table] for table in tables if table in contracts}


def _derive(
    pipeline: Pipeline,
    table: str,
    contracts: dict[str, Contract],
    documents: dict[str, Document],
    where: DocumentPath,
    shown: str,
) -> list[Problem]:
    """Add the derived contract of a table that has no file, or say that it needs one."""
    layer, _, name = table.partition(".")
    reason = ""
    if layer == "bronze":
        derived = bronze_contract(pipeline, name, contracts)
        if derived is not None:
            contracts[table] = derived
        readers = [silver for silver, shape in pipeline.silver.items() if shape.feed == name]
        transformed = [silver for silver in readers if pipeline.silver[silver].transform is not None]
        if not transformed:
            return []
        reason = f", and silver.{transformed[0]}, whose transform reads it, cannot say which columns it needs"
    return [Problem(where, f"table {table} has no contract{reason}", f"a file {shown}")]


def _tables(pipeline: Pipeline) -> dict[str, DocumentPath]:
    """Every table that has a contract, with the place in pipeline.yaml that asks for it."""
    tables: dict[str, DocumentPath] = {f"bronze.{name}": ("feeds", name) for name in pipeline.feeds}
    tables |= {f"silver.{name}": ("silver", name) for name in pipeline.silver}
    tables |= {f"gold.{name}": ("gold", name) for name in pipeline.gold}
    if pipeline.examples is not None:
        tables["gold.examples"] = ("examples",)
    return tables
