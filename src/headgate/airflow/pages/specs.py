"""The pipelines whose specs are sound, read again only when one of their files has changed."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from headgate.airflow.names import ENDINGS
from headgate.spec.load import LoadedPipeline, load_all
from headgate.spec.settings import Settings

File = tuple[str, int, int]


def pipelines(settings: Settings) -> list[LoadedPipeline]:
    """All of them, by name."""
    return _loaded(settings, _files(settings))


def pipeline_named(settings: Settings, name: str) -> LoadedPipeline | None:
    """One of them; None for a name that is none of theirs."""
    return next((loaded for loaded in pipelines(settings) if loaded.spec.pipeline == name), None)


def pipeline_of_dag(settings: Settings, dag_id: str) -> LoadedPipeline | None:
    """The pipeline that a DAG belongs to; None for a DAG of somebody else's."""
    names = [dag_id.removesuffix(end) for end in ENDINGS if dag_id.endswith(end)]
    return next((found for name in names if (found := pipeline_named(settings, name))), None)


@lru_cache(1)
def _loaded(settings: Settings, files: tuple[File, ...]) -> list[LoadedPipeline]:
    return load_all(settings)[0]


def _files(settings: Settings) -> tuple[File, ...]:
    """Name, time and size of every file that a spec may consist of."""
    found: list[Path] = []
    for root in (settings.pipelines, settings.expectations):
        found += [path for end in ("*/*.yaml", "*/*.py") for path in root.glob(end)]
    stats = [(str(path), path.stat()) for path in sorted(found)]
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)
