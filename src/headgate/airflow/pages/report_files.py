"""The files of validation reports: where they are, which of them a page may give out, and how strictly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""For our own pages: no scripts, since a script on this origin would act with the viewer's rights."""

FILE_POLICY = (
    "sandbox allow-same-origin allow-popups allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'"
)
"""For files with data in them: the same and no forms, whatever the file contains."""

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, order=True)
class Report:
    """The report of one attempt: `hour` as `2013-01-29T00`, `written` in seconds since 1970."""

    written: float
    pipeline: str
    hop: str
    hour: str
    attempt: str


def report_file(reports: Path, pipeline: str, hop: str, hour: str, name: str) -> Path | None:
    """A file below one hour's reports; None if there is none, if it leads elsewhere or is of no known kind."""
    root = reports.resolve()
    folder = (root / pipeline / hop / hour).resolve()
    if not folder.is_relative_to(root) or folder.relative_to(root).parts != (pipeline, hop, hour):
        return None
    path = (folder / name).resolve()
    if path.is_dir():
        path = path / "index.html"
    if not path.is_relative_to(folder) or path.suffix not in MEDIA_TYPES or not path.is_file():
        return None
    return path if path.resolve().is_relative_to(folder) else None


def hour_reports(reports: Path, pipeline: str, hop: str, hour: str) -> list[Report]:
    """The reports of an hour, one per attempt, the latest first."""
    folder = reports / pipeline / hop / hour
    found = [
        Report(path.stat().st_mtime, pipeline, hop, hour, path.stem)
        for path in (folder.glob("*.html") if folder.is_dir() else ())
    ]
    return sorted(found, reverse=True)


def latest_reports(reports: Path, pipeline: str, hop: str, hours: int) -> list[Report]:
    """The latest report of each of the last `hours` hours of a hop, the latest hour first."""
    folder = reports / pipeline / hop
    names = (
        sorted((path.name for path in folder.iterdir() if path.is_dir()), reverse=True)
        if folder.is_dir()
        else []
    )
    found = (hour_reports(reports, pipeline, hop, hour) for hour in names[:hours])
    return [attempts[0] for attempts in found if attempts]
