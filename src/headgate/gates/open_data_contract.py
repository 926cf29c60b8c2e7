"""A table's contract in the form of the Open Data Contract Standard (ODCS) 3.0.2, for other tools.

https://bitol-io.github.io/open-data-contract-standard/
"""

from __future__ import annotations

import hashlib
from typing import Any

import yaml

from headgate.gates.rules import AGE, REFERENCES, GateRule, rules_of
from headgate.gates.words import in_words
from headgate.spec.contract import Column, Contract
from headgate.spec.lineage import Source, sources_of
from headgate.spec.load import LoadedPipeline

STANDARD = "v3.0.2"
LOGICAL_TYPES = {
    "string": "string",
    "boolean": "boolean",
    "int": "integer",
    "bigint": "integer",
    "double": "number",
    "date": "date",
    "timestamp": "date",
}
IMPLIED = ("table.columns", "type", "required")
"""Rules that the standard has words of its own for."""


def open_data_contract(loaded: LoadedPipeline, table: str) -> dict[str, Any]:
    """The document of the table `<layer>.<table>`, which must have a contract.

    `version` follows from what the contract says, so that it changes when that does.
    """
    contract, spec = loaded.contracts[table], loaded.spec
    layer, _, name = table.partition(".")
    digest = hashlib.sha256(contract.model_dump_json().encode()).hexdigest()
    rules = [rule for rule in rules_of(contract, table) if not _implied(rule)]
    sources = sources_of(spec, table, contract.columns)
    known = set(contract.columns)
    schema: dict[str, Any] = {
        "name": table,
        "physicalName": f"{spec.pipeline}_{layer}.{name}",
        "logicalType": "object",
        "physicalType": "table",
        "dataGranularityDescription": contract.description,
        "properties": [
            _property(
                column,
                shape,
                contract,
                sources.get(column, Source()),
                [_quality(rule, known) for rule in rules if rule.column == column],
            )
            for column, shape in contract.columns.items()
        ],
        "quality": [_quality(rule, known) for rule in rules if rule.column not in known],
    }
    document: dict[str, Any] = {
        "apiVersion": STANDARD,
        "kind": "DataContract",
        "id": f"{spec.pipeline}.{table}",
        "name": schema["physicalName"],
        "version": digest[:12],
        "status": "active",
        "dataProduct": spec.pipeline,
        "description": {"purpose": spec.description or contract.description},
        "team": [{"username": spec.owner, "role": "owner"}],
        "schema": [schema],
    }
    if contract.freshness is not None:
        hours = contract.freshness.max_age.total_seconds() / 3600
        element = f"{table}.{contract.freshness.column}"
        document["slaProperties"] = [{"property": "latency", "value": hours, "unit": "h", "element": element}]
    return document


def open_data_contract_text(loaded: LoadedPipeline, table: str) -> str:
    """The document as YAML."""
    text: str = yaml.safe_dump(
        open_data_contract(loaded, table), sort_keys=False, allow_unicode=True, width=110
    )
    return text


def _property(
    name: str, column: Column, contract: Contract, source: Source, quality: list[dict[str, Any]]
) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": name,
        "logicalType": LOGICAL_TYPES[column.type],
        "physicalType": column.type,
        "required": column.required or name in contract.key,
    }
    if column.description:
        found["description"] = column.description
    if name in contract.key:
        found |= {"primaryKey": True, "primaryKeyPosition": contract.key.index(name) + 1}
    if column.personal:
        found["classification"] = "personal"
    if source.tables:
        found["transformSourceObjects"] = list(source.columns or source.tables)
    if source.transform:
        found["transformDescription"] = f"the function {source.transform}"
    if quality:
        found["quality"] = quality
    return found


def _implied(rule: GateRule) -> bool:
    return rule.id in IMPLIED or rule.id.rpartition(".")[2] in IMPLIED


def _quality(rule: GateRule, columns: set[str]) -> dict[str, Any]:
    """A rule for Great Expectations, or in words where it looks at columns that only the gate has."""
    said = in_words(rule)
    found: dict[str, Any] = {
        "name": rule.id,
        "description": f"{said}: {rule.why}" if rule.why else said,
        "severity": rule.on_fail,
    }
    carried = str(rule.kwargs.get("column", "")).startswith((AGE, REFERENCES))
    if carried or rule.kind == "hours" or not set(rule.columns) <= columns:
        return {**found, "type": "text"}
    implementation = {"expectation_type": rule.expectation, "kwargs": _plain(rule.kwargs)}
    return {**found, "type": "custom", "engine": "great-expectations", "implementation": implementation}


def _plain(value: Any) -> Any:
    """The value as YAML has it."""
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)
