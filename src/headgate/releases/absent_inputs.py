"""What a model needs and the examples have none of any more, by their contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline


def absent_inputs(loaded: LoadedPipeline, header: Mapping[str, Any]) -> list[str]:
    """The names of the inputs that are no columns of the examples now: with any, the model scores no hour.

    Their column stays in the table, empty in rows to come, and the model was never judged on such gaps.
    """
    contract = loaded.contracts.get(EXAMPLES)
    if contract is None:
        return []
    return [entry["name"] for entry in header["features"] if entry["name"] not in contract.columns]
