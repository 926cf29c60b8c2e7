"""The certificate of a forgetting: what was removed and what is left, without the subject itself."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from headgate.lake.write_whole import write_whole
from headgate.spec.settings import Settings

FOLDER = "forgotten"


def certificate_path(settings: Settings, pipeline: str, name: str) -> Path:
    """`<reports>/<pipeline>/forgotten/<name>.json`; the same in words is beside it, as `.txt`."""
    return settings.reports / pipeline / FOLDER / f"{name}.json"


def write_certificate(settings: Settings, pipeline: str, name: str, facts: dict[str, Any]) -> Path:
    """Write both forms, complete or not at all."""
    path = certificate_path(settings, pipeline, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path.with_suffix(".txt"), "\n".join(in_words(facts)) + "\n")
    write_whole(path, json.dumps(facts, indent=1, sort_keys=True))
    return path


def read_certificate(settings: Settings, pipeline: str, name: str) -> dict[str, Any] | None:
    """The facts of a certificate, where there is one."""
    path = certificate_path(settings, pipeline, name)
    if not path.is_file():
        return None
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def tables_compared(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """By table what was measured before and after, side by side."""
    names = sorted({*before, *after})
    parts = ("version", "rows", "digest")
    return {
        name: {
            f"{part}_{when}": measured.get(name, {}).get(part)
            for when, measured in (("before", before), ("after", after))
            for part in parts
        }
        for name in names
    }


def in_words(facts: dict[str, Any]) -> list[str]:
    """The certificate as lines of text."""
    lines = [
        f"Certificate {facts['name']}: a subject of {facts['pipeline']}.{facts['table']} was forgotten",
        f"asked for by {facts['by']}: {facts['why']}",
        f"begun {facts['begun']}, through {facts['ended']}",
        f"the subject's digest, SHA-256 over a salt and its key: {facts['digest']}",
        "",
        f"rows removed from the archive: {facts['archive_rows']}; keys that vanished: {facts['keys']}",
        f"derived again without it: {facts['derived_again'] or 'nothing'}",
        f"rows of it left in the tables: {facts['left']}",
        "",
        "table, version, rows, digest; before -> after",
    ]
    for name, table in facts["tables"].items():
        before, after = (
            f"version {table[f'version_{when}']}, {table[f'rows_{when}']} rows, {table[f'digest_{when}']}"
            for when in ("before", "after")
        )
        lines.append(f"  {name}: {before} -> {after}")
    removed = facts["removed"]
    lines += [
        "",
        f"removed: {removed['attempts']} attempts of staging, {removed['reports']} reports, statistics of "
        f"{removed['statistics']} publishes, texts of {removed['messages']} lines and {removed['requests']} "
        "requests, and every earlier version of the tables above",
        f"models that may have learned from it: {_listed(facts['models'])}",
        f"releases that cannot come back: {_listed(facts['releases'])}",
        f"landing files that held it, which are the source's to mend: {len(facts['landing'])}",
        *(f"  {file}" for file in facts["landing"]),
    ]
    return lines


def moment_text(moment: datetime | None) -> str:
    """A moment to the second, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC" if moment else "not known"


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers)) or "none"
