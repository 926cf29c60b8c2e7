"""Which columns name a row of a silver table: its own key, references to it, columns of the same names."""

from __future__ import annotations

from itertools import product

from headgate.spec.load import LoadedPipeline


def naming_columns(loaded: LoadedPipeline, table: str, named: str) -> list[tuple[str, ...]]:
    """The columns of silver table `table` that hold the key of a row of `named`, each in the key's order.

    A table's own key names its own rows. Elsewhere it is columns that `references` says so of, else those of
    the same name; but where two tables have the same columns as key, only `references` says that they speak
    of the same: many keys are called `id`.
    """
    key, contract = loaded.contracts[f"silver.{named}"].key, loaded.contracts[f"silver.{table}"]
    own = [tuple(key)] if table == named else []
    same_key = set(contract.key) == set(key)
    candidates = []
    for column in key:
        declared = [c for c, rule in contract.columns.items() if rule.references == f"{named}.{column}"]
        by_name = [column] if column in contract.columns and not same_key else []
        candidates.append(declared or by_name)
    return own + [columns for columns in product(*candidates) if columns not in own]


def carried_key(loaded: LoadedPipeline, columns: list[str]) -> list[str]:
    """The silver tables whose key a further gold table carries by name, which has these columns.

    It is about the entity of the examples, where there are any: then only their inputs count.
    """
    examples = loaded.spec.examples
    tables = [
        name for name in (examples.inputs if examples else loaded.spec.silver) if name in loaded.spec.silver
    ]
    return [table for table in tables if set(loaded.contracts[f"silver.{table}"].key) <= set(columns)]
