"""A contract as far as a published version of its table has the columns."""

from __future__ import annotations

from pyspark.sql import SparkSession

from headgate.lake.read import own_columns
from headgate.spec.contract import Contract


def of_columns_there(spark: SparkSession, contract: Contract, relation: str) -> Contract:
    """The contract without those columns that `relation`, as SQL names it, does not have yet.

    Its key is as it was: a column of the key may be missing among the columns.
    """
    there = own_columns(spark, relation)
    columns = {name: said for name, said in contract.columns.items() if name in there}
    return contract.model_copy(update={"columns": columns})
