"""How each library is told where the store is: by the variables that S3 clients know, without the keys."""

from __future__ import annotations

import re

import pytest

from headgate.airflow.cluster import cluster_configuration
from headgate.lake.s3_access import S3Access
from headgate.lake.s3_probe import StoreUnfit, probe_store
from headgate.lake.storage import table_options
from headgate.spec.lake_location import S3Location
from headgate.spec.settings import Settings
from headgate.stack.engine import common_configuration, needed_jars

AMAZONS = {
    "spark.hadoop.fs.s3a.endpoint.region": "eu-central-1",
    "spark.hadoop.fs.s3a.input.stream.type": "classic",
}
ANOTHERS = {
    **AMAZONS,
    "spark.hadoop.fs.s3a.endpoint": "http://store:8333",
    "spark.hadoop.fs.s3a.path.style.access": "true",
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-secret")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return monkeypatch


def test_amazons_store_is_reached_by_its_region() -> None:
    access = S3Access()
    assert access.delta_options == {"aws_region": "eu-central-1", "conditional_put": "etag"}
    assert access.filesystem_options == {"region": "eu-central-1"}
    assert access.spark_properties == AMAZONS


@pytest.mark.parametrize(("endpoint", "plain"), [("http://store:8333", True), ("https://store:8333", False)])
def test_another_store_is_reached_at_its_endpoint_in_plain_only_where_that_says_so(
    environment: pytest.MonkeyPatch, endpoint: str, plain: bool
) -> None:
    environment.setenv("AWS_ENDPOINT_URL", endpoint)
    access = S3Access()
    assert access.delta_options == {
        "aws_region": "eu-central-1",
        "conditional_put": "etag",
        "aws_endpoint": endpoint,
        "aws_allow_http": "true" if plain else "false",
    }
    assert access.filesystem_options == {
        "region": "eu-central-1",
        "endpoint_override": "store:8333",
        "scheme": "http" if plain else "https",
    }
    assert access.spark_properties == {**ANOTHERS, "spark.hadoop.fs.s3a.endpoint": endpoint}


def test_a_lake_in_a_folder_gets_no_options() -> None:
    assert table_options("/srv/lake/orders/silver/orders") is None
    assert table_options("s3a://data/lake/orders/silver/orders") == S3Access().delta_options


def test_engine_and_jobs_are_told_where_the_lake_is_on_s3_alone(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "http://store:8333")
    folder, bucket = Settings(), Settings(lake=S3Location("data", "lake"))

    def about_s3(properties: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in properties.items() if "s3a" in name}

    assert about_s3(common_configuration(folder)) == {}
    assert about_s3(common_configuration(bucket)) == ANOTHERS
    assert about_s3(cluster_configuration({"HEADGATE_LAKE": str(folder.lake)})) == {}
    assert about_s3(cluster_configuration({"HEADGATE_LAKE": str(bucket.lake)})) == ANOTHERS
    assert [jars.title for jars in needed_jars(folder)] == ["Delta"]
    assert [jars.title for jars in needed_jars(bucket)] == ["Delta", "S3"]


def test_a_submitted_job_takes_the_jars_of_all_named_folders_along() -> None:
    found = cluster_configuration({"HEADGATE_JARS": "/one:/other"})
    assert found["spark.jars"] == "/one/*.jar,/other/*.jar"


def test_a_store_that_does_not_answer_is_told(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(StoreUnfit) as refused:
        probe_store(S3Location("data", "lake"), S3Access())
    said = str(refused.value)
    assert said.startswith(
        "the store does not take, give back and remove a file: "
        'Could not connect to the endpoint URL: "http://127.0.0.1:1/data/lake/.headgate-probe-'
    )
    assert re.fullmatch(
        "nothing was started; lake/.headgate-probe-[0-9a-f]{32} may be left there", str(refused.value.left)
    )
    assert refused.value.where == "s3a://data/lake at http://127.0.0.1:1"
    assert said.endswith(
        "  next: look at AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and "
        "whether the bucket is there; then repeat"
    )
    assert "the-secret" not in said
