"""What the tasks take that work on the engine."""

from __future__ import annotations

from typing import Any

from headgate.airflow.names import pool_name
from headgate.airflow.timing import HOP_TIMEOUT
from headgate.spec.settings import Settings


def on_engine(settings: Settings, pipeline: str, scope: str) -> dict[str, Any]:
    """The arguments of an operator that commits nothing to tables: the engine, its session in `scope`."""
    return {
        "engine": settings.engine_connection,
        "session_record": session_record(settings, pipeline, scope),
        "execution_timeout": HOP_TIMEOUT,
    }


def in_turn_on_engine(settings: Settings, pipeline: str, scope: str) -> dict[str, Any]:
    """The arguments of an operator that commits: those of `on_engine`, and the pipeline's pool."""
    return {**on_engine(settings, pipeline, scope), "pool": pool_name(pipeline)}


def session_record(settings: Settings, pipeline: str, scope: str) -> str:
    """The file that holds the engine session of the task at work in `scope`, a hop or a step of learning."""
    return str(settings.staging / pipeline / "sessions" / scope)
