"""Which columns of each table are personal."""

from __future__ import annotations

from headgate.spec.load import LoadedPipeline


def personal_columns(loaded: LoadedPipeline) -> dict[str, set[str]]:
    """The personal columns of each table, by `<layer>.<table>`.

    A silver table's are its own and its feed's: a column that is personal in the archive is so under the same
    name at silver, whatever silver's contract says.
    """
    found = {
        table: {name for name, column in contract.columns.items() if column.personal}
        for table, contract in loaded.contracts.items()
    }
    for name, table in loaded.spec.silver.items():
        found[f"silver.{name}"] |= found[f"bronze.{table.feed}"]
    return found
