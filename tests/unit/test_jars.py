"""The jars that are fetched belong to the Spark that is installed."""

from __future__ import annotations

from pathlib import Path

from headgate.stack.jars import DELTA_JARS, HADOOP, S3_JARS, spark_home


def test_the_client_of_s3_is_of_the_hadoop_that_spark_carries() -> None:
    assert (spark_home() / "jars" / f"hadoop-client-api-{HADOOP}.jar").is_file()
    assert f"hadoop-aws-{HADOOP}.jar" in [path.name for path in S3_JARS.paths()]


def test_what_is_there_is_told_from_what_is_missing(tmp_path: Path) -> None:
    names = [path.name for path in DELTA_JARS.paths()]
    assert DELTA_JARS.missing(tmp_path) == names
    (tmp_path / names[0]).touch()
    assert DELTA_JARS.missing(tmp_path) == names[1:]


def test_no_jar_of_s3_is_one_that_spark_has() -> None:
    carried = {path.name for path in (spark_home() / "jars").glob("*.jar")}
    assert not carried & {path.name for path in S3_JARS.paths()}
