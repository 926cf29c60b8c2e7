"""The environment of the stack's processes: every setting of Airflow, Spark and MLflow, in one place."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from headgate.airflow.cluster import JARS_VARIABLE
from headgate.spec.settings import Settings
from headgate.stack import postgres
from headgate.stack.addresses import Addresses
from headgate.stack.engine import needed_jars
from headgate.stack.jars import spark_home
from headgate.stack.java import find_java
from headgate.stack.layout import DAGS, PLUGINS, Layout
from headgate.stack.ports import HOST, Ports
from headgate.stack.secrets import AIRFLOW_USER, AIRFLOW_USERS_FILE, Secrets

# Marks every process of a stack, so that `down` finds those that nobody else knows any more.
MARK = "HEADGATE_STACK"
PART = "HEADGATE_PART"
# What a user's shell may carry and would lead our processes astray.
STRAY = frozenset(
    {
        *("PYTHONPATH", "PYTHONHOME", "AIRFLOW_CONFIG", "HADOOP_CONF_DIR"),
        *("SPARK_CONF_DIR", "SPARK_REMOTE", "SPARK_API_MODE", "SPARK_MASTER"),
        *("MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME"),
    }
)
DAY = "86400"
CLUSTER_MASTER = "local[2]"
"""The cluster for heavy work is a Spark of its own on this machine, with as many threads."""


def connections(ports: Ports, secrets: Secrets, settings: Settings) -> dict[str, str]:
    """Airflow's connections: the engine, the cluster for heavy work, MLflow, Airflow's own database."""
    layout = Layout.of(settings)
    bodies: dict[str, dict[str, object]] = {
        settings.engine_connection: {
            "conn_type": "spark_connect",
            "host": "localhost",
            "port": ports.engine,
            "password": secrets.engine_token.get_secret_value(),
        },
        settings.cluster_connection: {
            "conn_type": "spark",
            "host": CLUSTER_MASTER,
            "extra": {"deploy-mode": "client"},
        },
        settings.mlflow_connection: {
            "conn_type": "http",
            "schema": "http",
            "host": HOST,
            "port": ports.mlflow,
        },
        settings.airflow_database_connection: {
            "conn_type": "generic",
            "extra": {
                "url": postgres.url(layout, "airflow", "psycopg2"),
                "async_url": postgres.url(layout, "airflow", "asyncpg"),
            },
        },
    }
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(body) for name, body in bodies.items()}


def airflow_settings(layout: Layout, ports: Ports, secrets: Secrets) -> dict[str, str]:
    """Airflow's configuration, as its variables."""
    database = {driver: postgres.url(layout, "airflow", driver) for driver in ("psycopg2", "asyncpg")}
    address = f"http://{HOST}:{ports.airflow}"
    sections: dict[str, dict[str, str]] = {
        "CORE": {
            "DAGS_FOLDER": str(DAGS),
            "PLUGINS_FOLDER": str(PLUGINS),
            "LOAD_EXAMPLES": "False",
            "DAGS_ARE_PAUSED_AT_CREATION": "False",
            "EXECUTOR": "LocalExecutor",
            "PARALLELISM": "4",
            "DEFAULT_TIMEZONE": "utc",
            "FERNET_KEY": secrets.airflow_fernet_key.get_secret_value(),
            "SIMPLE_AUTH_MANAGER_USERS": f"{AIRFLOW_USER}:admin",
            "SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(layout.secrets / AIRFLOW_USERS_FILE),
            "EXECUTION_API_SERVER_URL": f"{address}/execution/",
            "HOSTNAME_CALLABLE": "headgate.stack.task_log_server.host",
        },
        "DATABASE": {
            "SQL_ALCHEMY_CONN": database["psycopg2"],
            "SQL_ALCHEMY_CONN_ASYNC": database["asyncpg"],
        },
        "LOGGING": {
            "BASE_LOG_FOLDER": str(layout.logs / "airflow"),
            "WORKER_LOG_SERVER_PORT": str(ports.task_logs),
        },
        "API": {
            "HOST": HOST,
            "PORT": str(ports.airflow),
            "BASE_URL": address,
            "WORKERS": "1",
            "SECRET_KEY": secrets.airflow_api_secret.get_secret_value(),
        },
        "API_AUTH": {
            "JWT_SECRET": secrets.airflow_jwt_secret.get_secret_value(),
            "JWT_EXPIRATION_TIME": DAY,
        },
        "EXECUTION_API": {"JWT_EXPIRATION_TIME": DAY},
        "SCHEDULER": {
            "SCHEDULER_IDLE_SLEEP_TIME": "0.25",
            "ORPHANED_TASKS_CHECK_INTERVAL": "30",
            "TASK_INSTANCE_HEARTBEAT_TIMEOUT": "120",
        },
        "DAG_PROCESSOR": {
            "REFRESH_INTERVAL": "15",
            "MIN_FILE_PROCESS_INTERVAL": "60",
            "PARSING_PROCESSES": "1",
        },
    }
    flat = {
        f"AIRFLOW__{section}__{key}": value
        for section, keys in sections.items()
        for key, value in keys.items()
    }
    return {"AIRFLOW_HOME": str(layout.airflow), **flat}


def stack_environment(
    settings: Settings, ports: Ports, secrets: Secrets, caller: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The whole environment of a process of the stack, on top of what the caller's shell gives.

    Raises NoJava.
    """
    layout = Layout.of(settings)
    kept = {name: value for name, value in caller.items() if name not in STRAY}
    own = {f"HEADGATE_{name.upper()}": str(value) for name, value in settings.model_dump().items()}
    addresses = Addresses.of(ports, secrets)
    programs = Path(sys.prefix) / "bin"
    return {
        **kept,
        **own,
        **airflow_settings(layout, ports, secrets),
        **connections(ports, secrets, settings),
        MARK: str(layout.home),
        "SPT_NOENV": "1",  # process titles must not overwrite the mark
        "PATH": f"{programs}{os.pathsep}{caller.get('PATH', os.defpath)}",
        "VIRTUAL_ENV": sys.prefix,
        "JAVA_HOME": str(find_java().home),
        "SPARK_HOME": str(spark_home()),
        "SPARK_LOCAL_IP": HOST,
        JARS_VARIABLE: os.pathsep.join(str(jars.folder) for jars in needed_jars(settings)),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "MLFLOW_TRACKING_URI": addresses.mlflow,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "DO_NOT_TRACK": "true",
        "GX_ANALYTICS_ENABLED": "false",
        "GIT_PYTHON_REFRESH": "quiet",
        "MPLBACKEND": "Agg",
        "MALLOC_ARENA_MAX": "2",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
    }
