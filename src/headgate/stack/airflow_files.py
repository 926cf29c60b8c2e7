"""Files that Airflow looks for beside its configuration."""

from __future__ import annotations

import sys
from pathlib import Path

LOCAL_SETTINGS = '''\
"""Written by Headgate: what is imported here once is there in every process forked from this one."""

import sys

if "scheduler" in sys.argv or "dag-processor" in sys.argv:  # forked: tasks; readers of DAG files
    import airflow.providers.apache.spark.operators.spark_submit  # noqa: F401
    import headgate.airflow.dags  # noqa: F401

if "scheduler" in sys.argv:
    import grpc  # noqa: F401
    import great_expectations  # noqa: F401
    import headgate.hops.gate  # noqa: F401
    import headgate.hops.publish  # noqa: F401
    import headgate.hops.stage  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401
    import pyspark.sql.connect.client  # noqa: F401
    import pyspark.sql.connect.functions  # noqa: F401
    import pyspark.sql.connect.session  # noqa: F401
'''


def write_airflow_files(folder: Path) -> None:
    """Write `airflow_local_settings.py` into `folder`, one of those that Python imports from."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "airflow_local_settings.py").write_text(LOCAL_SETTINGS)


if __name__ == "__main__":
    write_airflow_files(Path(sys.argv[1]))
