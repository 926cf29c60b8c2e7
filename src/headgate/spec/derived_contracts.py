"""What a table's contract says without having been written: bronze from silver, severities by layer."""

from __future__ import annotations

from collections.abc import Mapping

from headgate.spec.contract import Column, Contract
from headgate.spec.pipeline import Pipeline


def bronze_contract(pipeline: Pipeline, feed: str, contracts: Mapping[str, Contract]) -> Contract | None:
    """The contract of a feed's archive, from those of the silver tables that read the feed as it is.

    Columns are theirs, as text, besides the feed's key and sequence.
    None when there is no such silver contract.
    """
    columns: dict[str, Column] = {}
    for name, table in pipeline.silver.items():
        contract = contracts.get(f"silver.{name}")
        if table.feed == feed and table.transform is None and contract is not None:
            for column, shape in contract.columns.items():
                columns.setdefault(
                    column, Column(description=shape.description, personal=shape.personal, on_fail="close")
                )
    if not columns:
        return None
    key, sequence = pipeline.feeds[feed].key, pipeline.feeds[feed].sequence
    for column in key if sequence is None else [*key, sequence]:
        columns.setdefault(column, Column(on_fail="close"))
    return Contract(
        description=f"Every change of {feed} as it came: one row per row of a file.", key=key, columns=columns
    )


def with_layer_severity(layer: str, contract: Contract) -> Contract:
    """The contract with the severity of columns that name none: at silver quarantine, elsewhere close.

    Only silver can keep single rows apart; a broken row of another layer is a mistake of the code.
    """
    if layer == "silver":
        return contract
    columns = {
        name: column
        if "on_fail" in column.model_fields_set
        else column.model_copy(update={"on_fail": "close"})
        for name, column in contract.columns.items()
    }
    return contract.model_copy(update={"columns": columns})
