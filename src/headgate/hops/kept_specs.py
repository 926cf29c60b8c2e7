"""The spec documents that attempts were staged with: each is kept once, under its digest."""

from __future__ import annotations

import hashlib
from pathlib import Path

from headgate.lake.write_whole import write_whole
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings
from headgate.spec.spec_document import SpecDocument


class DamagedSpec(HeadgateError):
    """A kept spec document is not what its name says, or in a form that this version cannot read."""


def keep_spec(settings: Settings, document: SpecDocument) -> None:
    """Write the document to `specs/<pipeline>/<digest>.json`, complete or not at all, unless it is there."""
    path = _path(settings, document.spec.pipeline, document.digest)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, document.text)


def kept_spec(settings: Settings, pipeline: str, digest: str) -> SpecDocument | None:
    """The document under a digest; None where none was kept. Raises DamagedSpec."""
    path = _path(settings, pipeline, digest)
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise _damaged(path, "its content is not the one that its name stands for")
    try:
        return SpecDocument.of_text(text)
    except (ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise _damaged(path, f"this version of Headgate cannot read it: {reason}") from error


def _path(settings: Settings, pipeline: str, digest: str) -> Path:
    return settings.specs / pipeline / f"{digest}.json"


def _damaged(path: Path, why: str) -> DamagedSpec:
    return DamagedSpec(
        what=f"A kept spec is of no use: {why}.",
        where=str(path),
        left="All tables are as they were; nothing was compared.",
        next_command="Move the file away: the hours published with it then count as not to be compared.",
    )
