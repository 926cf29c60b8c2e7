"""What a contract must hold by itself, whatever the pipeline says."""

from __future__ import annotations

from headgate.spec.contract import Contract
from headgate.spec.problem import Problem, unresolved


def contract_problems(layer: str, contract: Contract) -> list[Problem]:
    """Every mistake inside one contract of a layer (bronze, silver or gold)."""
    return [
        unresolved(("key", index), "column", name, contract.columns)
        for index, name in enumerate(contract.key)
        if name not in contract.columns
    ]
