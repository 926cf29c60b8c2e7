"""A pipeline's records as pages read them: from the tables themselves, again only when they have changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from headgate.hops.known_files import KnownFiles
from headgate.hops.ledger import Ledger
from headgate.hops.merged_statistics import MergedStatistics, merged_statistics
from headgate.hops.requests import REQUESTS, Request, requests
from headgate.hops.statistics_log import STATISTICS
from headgate.lake.history import current_version
from headgate.lake.paths import table_path
from headgate.monitoring.drift_log import DRIFT, DriftDay, drift_days
from headgate.monitoring.live_day import LiveDay, kept_live_days, live_days_path
from headgate.releases.model_headers import MODELS, headers
from headgate.releases.release_rows import RELEASES, Release, releases
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings

PIPELINES_KEPT = 64
TABLES_KEPT = 256


@dataclass(frozen=True)
class _Said:
    """A pipeline by what its spec and its contracts say: which columns are personal, among the rest."""

    pipeline: str
    digest: str
    loaded: LoadedPipeline = field(compare=False)


def ledger_of(settings: Settings, loaded: LoadedPipeline) -> Ledger:
    """The ledger of a pipeline."""
    name = loaded.spec.pipeline
    return _ledger(settings, name, loaded.spec.hops[-1], _version(settings, name, "ops.hops"))


def releases_of(settings: Settings, pipeline: str) -> list[Release]:
    """Its decisions about what serves, oldest first."""
    return _releases(settings, pipeline, _version(settings, pipeline, RELEASES))


def headers_of(settings: Settings, pipeline: str) -> list[dict[str, Any]]:
    """The headers of its models, oldest first."""
    return _headers(settings, pipeline, _version(settings, pipeline, MODELS))


def requests_of(settings: Settings, pipeline: str) -> list[Request]:
    """Its requests about rows in quarantine, oldest first."""
    return _requests(settings, pipeline, _version(settings, pipeline, REQUESTS))


def known_files_of(settings: Settings, pipeline: str) -> KnownFiles:
    """What it has archived."""
    return _known_files(settings, pipeline, _version(settings, pipeline, "ops.files"))


def drift_days_of(settings: Settings, pipeline: str) -> list[DriftDay]:
    """The days whose drift was checked, the earliest first."""
    return _drift_days(settings, pipeline, _version(settings, pipeline, DRIFT))


def live_days_of(settings: Settings, pipeline: str) -> list[LiveDay]:
    """How good its predictions were, day by day, as the last look back found."""
    path = live_days_path(settings, pipeline)
    return _live_days(settings, pipeline, path.stat().st_mtime_ns if path.is_file() else None)


def statistics_of(settings: Settings, loaded: LoadedPipeline, table: str, hour: datetime) -> MergedStatistics:
    """The statistics of the publish of one hour of `<layer>.<table>`. Raises NoStatistics."""
    name = loaded.spec.pipeline
    versions = (_version(settings, name, "ops.hops"), _version(settings, name, STATISTICS))
    return _statistics(settings, _Said(name, loaded.digest, loaded), table, hour, versions)


def _version(settings: Settings, pipeline: str, table: str) -> int | None:
    return current_version(table_path(settings.lake, pipeline, table))


@lru_cache(PIPELINES_KEPT)
def _ledger(settings: Settings, pipeline: str, last_hop: str, version: int | None) -> Ledger:
    return Ledger(settings, pipeline, last_hop)


@lru_cache(PIPELINES_KEPT)
def _releases(settings: Settings, pipeline: str, version: int | None) -> list[Release]:
    return releases(settings, pipeline)


@lru_cache(PIPELINES_KEPT)
def _headers(settings: Settings, pipeline: str, version: int | None) -> list[dict[str, Any]]:
    return headers(settings, pipeline)


@lru_cache(PIPELINES_KEPT)
def _requests(settings: Settings, pipeline: str, version: int | None) -> list[Request]:
    return requests(settings, pipeline)


@lru_cache(PIPELINES_KEPT)
def _known_files(settings: Settings, pipeline: str, version: int | None) -> KnownFiles:
    return KnownFiles(settings, pipeline)


@lru_cache(PIPELINES_KEPT)
def _drift_days(settings: Settings, pipeline: str, version: int | None) -> list[DriftDay]:
    return drift_days(settings, pipeline)


@lru_cache(PIPELINES_KEPT)
def _live_days(settings: Settings, pipeline: str, modified: int | None) -> list[LiveDay]:
    return kept_live_days(settings, pipeline)


@lru_cache(TABLES_KEPT)
def _statistics(
    settings: Settings,
    said: _Said,
    table: str,
    hour: datetime,
    versions: tuple[int | None, int | None],
) -> MergedStatistics:
    return merged_statistics(settings, said.loaded, table, hour, hour)
