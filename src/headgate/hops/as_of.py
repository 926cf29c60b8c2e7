"""Read a pipeline's tables back as they were published together: `as_of(spark, settings, pipeline, when)`."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from headgate.gates.quarantine import quarantine_query
from headgate.hops.as_of_names import as_of_statement
from headgate.hops.history import history_query, loads_then
from headgate.hops.ledger import Ledger
from headgate.hops.outcomes import outcomes_query
from headgate.hops.published_versions import PublishedVersions, published_versions
from headgate.lake.history import is_kept
from headgate.lake.paths import table_path
from headgate.lake.pins import is_pinned, relation_at
from headgate.lake.read import own_columns
from headgate.spec.contract import Column, Contract
from headgate.spec.errors import HeadgateError
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline, load_pipeline
from headgate.spec.predictions import OUTCOMES, PREDICTIONS
from headgate.spec.problem import nearest
from headgate.spec.settings import Settings


class NoSuchTableThen(HeadgateError):
    """The table was not published then, or there never was one of that name."""


class VersionGone(HeadgateError):
    """The table was published then, but maintenance has removed that version since."""


@dataclass(frozen=True)
class AsOf:
    """The tables of one pipeline at versions that were published together."""

    spark: SparkSession
    settings: Settings
    loaded: LoadedPipeline
    published: PublishedVersions

    @property
    def versions(self) -> dict[str, int]:
        """The version of every table, by `<layer>.<table>`."""
        return self.published.versions

    def table(self, name: str) -> DataFrame:
        """The rows of `<layer>.<table>`, with the columns that queries see under that name.

        `silver.<table>` are live rows, `silver.<table>_quarantine` the marked changes,
        `silver.<table>_history` their history where the spec has it, `gold.outcomes` the predictions with the
        labels that were known then. Raises NoSuchTableThen,
        VersionGone.
        """
        return self.spark.sql(self.selection(name))

    def selection(self, name: str) -> str:
        """SQL of the rows of `<layer>.<table>`. Raises NoSuchTableThen, VersionGone."""
        if name == OUTCOMES and self.loaded.spec.scored:
            predictions, examples = (f"({self.selection(table)})" for table in (PREDICTIONS, EXAMPLES))
            return outcomes_query(self.loaded.spec, predictions, examples)
        layer, _, table = name.partition(".")
        base, _, view = table.rpartition("_")
        derived = layer == "silver" and base in self.loaded.spec.silver and view in ("quarantine", "history")
        stored = f"silver.{base}_changes" if derived else name
        no_history = derived and view == "history" and not self.loaded.spec.silver[base].history
        if stored not in self.versions or no_history:
            raise self._no_such_table(name)
        path = table_path(self.settings.lake, self.loaded.spec.pipeline, stored)
        version = self.versions[stored]
        if not is_pinned(path, version) and not is_kept(path, version):
            raise self._version_gone(stored)
        pinned = relation_at(path, version)
        if derived:
            contract = self._contract_then(f"silver.{base}", pinned)
            if view == "quarantine":
                return quarantine_query(pinned, contract)
            loads = loads_then(self.settings, self.loaded, base, self.published.number)
            return history_query(pinned, contract, loads)
        if layer == "silver" and table in self.loaded.spec.silver:
            return f"SELECT * EXCEPT (_deleted) FROM {pinned} WHERE NOT _deleted"
        return f"SELECT * FROM {pinned}"

    def sql(self, statement: str) -> DataFrame:
        """Run a statement over this pipeline's `<pipeline>_<layer>.<table>`.

        Raises NoSuchTableThen, VersionGone.
        """
        return sql_as_of(self.spark, statement, {self.loaded.spec.pipeline: self})

    def _contract_then(self, table: str, pinned: str) -> Contract:
        """The contract of a silver table with the columns that its version had, whatever it says by now."""
        contract = self.loaded.contracts[table]
        names = own_columns(self.spark, pinned)
        return contract.model_copy(update={"columns": {c: contract.columns.get(c, Column()) for c in names}})

    def _version_gone(self, name: str) -> VersionGone:
        pipeline, published = self.loaded.spec.pipeline, self.published
        return VersionGone(
            f"{name} of {pipeline} cannot be read as of {published.hour:%Y-%m-%dT%H} any more: its version "
            f"{self.versions[name]} was replaced longer ago than maintenance keeps versions.",
            where=f"publish {published.number}, {published.hop} of {published.hour:%Y-%m-%dT%H}",
            left="Nothing was run. What recorded models were learned from is still there.",
            next_command="Ask for a later hour; HEADGATE_KEEP_VERSIONS says how long versions are kept.",
        )

    def _no_such_table(self, name: str) -> NoSuchTableThen:
        pipeline, published = self.loaded.spec.pipeline, self.published
        close = nearest(name, self.versions)
        meant = f" (did you mean {close}?)" if close else ""
        return NoSuchTableThen(
            f"{pipeline} had published no {name} then{meant}: there were {', '.join(sorted(self.versions))}.",
            where=f"publish {published.number}, {published.hop} of {published.hour:%Y-%m-%dT%H}",
            left="Nothing was run.",
            next_command=f'./headgate query "SELECT number, hop, hour, versions FROM {pipeline}_ops.hops '
            "WHERE state = 'done' ORDER BY number\"",
        )


def as_of(spark: SparkSession, settings: Settings, pipeline: str, when: str) -> AsOf:
    """The tables of `pipeline` as they were published together; `when` is what `published_versions` takes.

    Raises NotPublishedThen.
    """
    loaded = load_pipeline(settings, pipeline)
    ledger = Ledger(settings, pipeline, loaded.spec.hops[-1])
    return AsOf(spark, settings, loaded, published_versions(ledger, pipeline, when))


def sql_as_of(spark: SparkSession, statement: str, pipelines: dict[str, AsOf]) -> DataFrame:
    """Run a statement that reads the tables of `pipelines` as they were.

    The records `<pipeline>_ops.*` are never rewritten, so they are read as they are. Raises NoSuchTableThen,
    VersionGone.
    """
    rewritten = as_of_statement(statement, pipelines)
    for view, (pipeline, table) in rewritten.views.items():
        pipelines[pipeline].table(table).createOrReplaceTempView(view)
    return spark.sql(rewritten.sql)
