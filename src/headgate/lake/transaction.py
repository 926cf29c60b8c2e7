"""Delta's idempotence marks: a repeated (application, number) is skipped, a lower number fenced off."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_APPLICATION = "spark.databricks.delta.write.txnAppId"
_NUMBER = "spark.databricks.delta.write.txnVersion"


@dataclass(frozen=True)
class Transaction:
    """The mark of one publish: who (`<pipeline>/<hop>`) and the publish number from the ledger."""

    application: str
    number: int

    @property
    def options(self) -> dict[str, str]:
        """Writer options that put the mark on a DataFrame write."""
        return {"txnAppId": self.application, "txnVersion": str(self.number)}

    @contextmanager
    def on(self, spark: SparkSession) -> Iterator[None]:
        """Put the mark on SQL statements (MERGE) of this session while the block runs."""
        spark.conf.set(_APPLICATION, self.application)
        spark.conf.set(_NUMBER, str(self.number))
        try:
            yield
        finally:
            spark.conf.unset(_APPLICATION)
            spark.conf.unset(_NUMBER)
