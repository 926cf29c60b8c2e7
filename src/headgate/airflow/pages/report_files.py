"""The files of reports: where they are, which of them a page may give out, and how strictly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from headgate.releases.report_page import FOLDER, report_page

FILE_POLICY = (
    "sandbox allow-same-origin allow-popups allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""For files with data in them: no scripts and no forms, whatever the file contains."""

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


LONGEST = 255
"""Bytes that the name of a file may have."""


@dataclass(frozen=True, order=True)
class Report:
    """The report of one attempt: `hour` as `2013-01-29T00`, `written` in seconds since 1970."""

    written: float
    pipeline: str
    hop: str
    hour: str
    attempt: str


def report_file(reports: Path, pipeline: str, hop: str, hour: str, name: str) -> Path | None:
    """A file below one hour's reports; None if there is none, it leads elsewhere or is of no known kind."""
    folder = _folder(reports, pipeline, hop, hour)
    if folder is None:
        return None
    if _too_long(*name.split("/")):
        return None
    path = (folder / name).resolve()
    if path.is_dir():
        path = (path / "index.html").resolve()
    allowed = path.is_relative_to(folder) and path.suffix in MEDIA_TYPES
    return path if allowed and path.is_file() else None


def hour_reports(reports: Path, pipeline: str, hop: str, hour: str) -> list[Report]:
    """The reports of an hour, one per attempt, the latest first."""
    folder = _folder(reports, pipeline, hop, hour)
    found = folder.glob("*--*.html") if folder is not None else ()
    files = (file for file in found if not file.is_symlink())
    return sorted(
        (Report(file.stat().st_mtime, pipeline, hop, hour, file.stem) for file in files), reverse=True
    )


def latest_reports(reports: Path, pipeline: str, hop: str, hours: int) -> list[Report]:
    """The latest report of each of the last `hours` hours of a hop, the latest hour first."""
    folder = _folder(reports, pipeline, hop)
    names = sorted((path.name for path in folder.iterdir()), reverse=True) if folder is not None else []
    found = (hour_reports(reports, pipeline, hop, hour) for hour in names[:hours])
    return [attempts[0] for attempts in found if attempts]


def model_report_file(reports: Path, pipeline: str, model: int) -> Path | None:
    """The report of a model; None if there is none or it leads elsewhere."""
    if _folder(reports, pipeline, FOLDER) is None:
        return None
    path = report_page(reports, pipeline, model)
    return path if path.is_file() and not path.is_symlink() else None


def latest_models(reports: Path, pipeline: str, models: int) -> list[int]:
    """The numbers of the last `models` models that have a report, the latest first."""
    folder = _folder(reports, pipeline, FOLDER)
    files = folder.glob("*.html") if folder is not None else ()
    numbers = sorted((int(file.stem) for file in files if file.stem.isdecimal()), reverse=True)
    return [number for number in numbers if model_report_file(reports, pipeline, number)][:models]


def _folder(reports: Path, *names: str) -> Path | None:
    """The folder that these names lead to, one step each; None if they lead elsewhere or there is none."""
    if _too_long(*names):
        return None
    root = reports.resolve()
    folder = root.joinpath(*names).resolve()
    inside = folder.is_relative_to(root) and folder.relative_to(root).parts == names
    return folder if inside and folder.is_dir() else None


def _too_long(*names: str) -> bool:
    """Whether no file can have one of these names: file systems do not even look for it."""
    return any(len(name.encode()) > LONGEST for name in names)
