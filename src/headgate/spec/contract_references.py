"""Names that must resolve between a pipeline and the contracts of its tables."""

from __future__ import annotations

from collections.abc import Mapping

from headgate.spec.contract import Contract
from headgate.spec.pipeline import Pipeline
from headgate.spec.problem import Problem


def contract_reference_problems(
    pipeline: Pipeline, contracts: Mapping[str, Contract]
) -> list[tuple[str, Problem]]:
    """Problems by the table in whose contract they stand; table `pipeline` means pipeline.yaml."""
    return []
