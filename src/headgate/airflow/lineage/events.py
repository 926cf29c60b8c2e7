"""A task's facts in OpenLineage's words: datasets with schema, version, columns, rows and data quality."""

from __future__ import annotations

from typing import Any

from airflow.providers.openlineage.extractors.base import OperatorLineage
from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import (
    DatasetFacet,
    InputDatasetFacet,
    OutputDatasetFacet,
    column_lineage_dataset,
    data_quality_assertions_dataset,
    data_quality_metrics_input_dataset,
    dataset_version_dataset,
    output_statistics_output_dataset,
    ownership_dataset,
    schema_dataset,
    symlinks_dataset,
)

from headgate.airflow.lineage.facts import TableFacts, TaskFacts
from headgate.gates.verdict import RuleResult
from headgate.spec.lake_location import is_on_s3

CATALOG = "headgate"


def operator_lineage(facts: TaskFacts) -> Any:
    """The `OperatorLineage` that the provider sends with a task's event."""
    return OperatorLineage(
        inputs=[
            InputDataset(
                *_dataset(table.path),
                facets=_facets(table, facts.owner),
                inputFacets=_input_facets(table),
            )
            for table in facts.inputs
        ],
        outputs=[
            OutputDataset(
                *_dataset(table.path),
                facets=_facets(table, facts.owner),
                outputFacets=_output_facets(table),
            )
            for table in facts.outputs
        ],
    )


def _dataset(path: str) -> tuple[str, str]:
    """Namespace and name of the dataset at `path`, by OpenLineage's rules, as Spark's integration has them.

    A bucket is a namespace, and all folders of a machine are one.
    """
    if is_on_s3(path):
        bucket, _, key = path.partition("://")[2].partition("/")
        return f"s3://{bucket}", key
    return "file", path


def _facets(table: TableFacts, owner: str) -> dict[str, DatasetFacet]:
    facets: dict[str, DatasetFacet] = {
        "ownership": ownership_dataset.OwnershipDatasetFacet(
            owners=[ownership_dataset.Owner(name=owner, type="OWNER")]
        )
    }
    if table.name:
        named = symlinks_dataset.Identifier(namespace=CATALOG, name=table.name, type="TABLE")
        facets["symlinks"] = symlinks_dataset.SymlinksDatasetFacet(identifiers=[named])
    if table.columns:
        facets["schema"] = schema_dataset.SchemaDatasetFacet(
            fields=[
                schema_dataset.SchemaDatasetFacetFields(name=name, type=kind, description=said or None)
                for name, (kind, said) in table.columns.items()
            ]
        )
    if table.version is not None:
        facets["version"] = dataset_version_dataset.DatasetVersionDatasetFacet(
            datasetVersion=str(table.version)
        )
    known = {column: origins for column, origins in table.origins.items() if origins}
    if known:
        facets["columnLineage"] = column_lineage_dataset.ColumnLineageDatasetFacet(
            fields={
                column: column_lineage_dataset.Fields(
                    inputFields=[
                        column_lineage_dataset.InputField(*_dataset(path), field=origin)
                        for path, origin in origins
                    ]
                )
                for column, origins in known.items()
            }
        )
    return facets


def _input_facets(table: TableFacts) -> dict[str, InputDatasetFacet]:
    facets: dict[str, InputDatasetFacet] = {}
    if table.rows is not None:
        facets["dataQualityMetrics"] = data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(
            columnMetrics={}, rowCount=table.rows
        )
    if table.rules:
        facets["dataQualityAssertions"] = data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet(
            assertions=[_assertion(rule) for rule in table.rules]
        )
    return facets


def _assertion(rule: RuleResult) -> data_quality_assertions_dataset.Assertion:
    """A rule with how many rows broke it, none of their values."""
    return data_quality_assertions_dataset.Assertion(
        assertion=rule.rule,
        success=rule.passed and not rule.error,
        column=rule.column,
        severity="error" if rule.closes or rule.on_fail == "close" else "warn",
        description=rule.words or None,
        actual=f"{rule.unexpected} of {rule.rows} broken" if rule.rows else None,
    )


def _output_facets(table: TableFacts) -> dict[str, OutputDatasetFacet]:
    if table.rows is None:
        return {}
    counted = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(rowCount=table.rows)
    return {"outputStatistics": counted}
