"""Files that Airflow looks for in AIRFLOW_HOME."""

from __future__ import annotations

from headgate.stack.layout import Layout

LOCAL_SETTINGS = '''\
"""Written by `headgate up`: the scheduler imports for its tasks, which are forked from it."""

import sys

if "scheduler" in sys.argv:
    import grpc  # noqa: F401
    import great_expectations  # noqa: F401
    import pandas  # noqa: F401
    import pyarrow  # noqa: F401
    import pyspark.sql.connect.client  # noqa: F401
    import pyspark.sql.connect.functions  # noqa: F401
    import pyspark.sql.connect.session  # noqa: F401
'''


def write_airflow_files(layout: Layout) -> None:
    """Write `config/airflow_local_settings.py`."""
    folder = layout.airflow / "config"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "airflow_local_settings.py").write_text(LOCAL_SETTINGS)
