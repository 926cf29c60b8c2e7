"""Pinned versions: what a model was learned from stays readable, whatever is cleaned up.

A pin is a shallow clone, `<lake>/<pipeline>/pins/<layer>/<table>/<version>`: a log of its own that names the
files of that version. The files stay where they are, for as long as a pin names them; see `lake.vacuum`.
"""

from __future__ import annotations

import json
from typing import Any

from pyspark.sql import SparkSession

from headgate.lake.storage import absent, folders_in, path_of, read_text
from headgate.spec.errors import HeadgateError

LOG = "_delta_log/00000000000000000000.json"


class BrokenPin(HeadgateError):
    """A pin names files that are not there."""


def pin_path(path: str, version: int) -> str:
    """Where the pin of a version of the table at `path` is, or would be."""
    pipeline, layer, name = path.rsplit("/", 2)
    return f"{pipeline}/pins/{layer}/{name}/{version}"


def is_pinned(path: str, version: int) -> bool:
    """Whether a version of the table at `path` is pinned."""
    return not absent([f"{pin_path(path, version)}/{LOG}"])


def relation_at(path: str, version: int) -> str:
    """SQL that names the table's rows as of `version`: its pin, if it has one, else the table itself."""
    if is_pinned(path, version):
        return f"delta.`{pin_path(path, version)}`"
    return f"delta.`{path}` VERSION AS OF {version}"


def pin(spark: SparkSession, path: str, version: int) -> None:
    """Pin a version of the table at `path`; does nothing where it is pinned already."""
    if not is_pinned(path, version):
        source, pinned = f"delta.`{path}` VERSION AS OF {version}", pin_path(path, version)
        spark.sql(f"CREATE TABLE IF NOT EXISTS delta.`{pinned}` SHALLOW CLONE {source}").collect()


def pinned_files(path: str) -> set[str]:
    """The paths of all files that the pins of the table at `path` need, deletion vectors included.

    A pin is never written to again, so its first commit names them all. Raises BrokenPin where one of them is
    not there: before anything is removed, since a file that is not recognised would be.
    """
    needed: set[str] = set()
    for version in folders_in(pin_path(path, 0).rpartition("/")[0]):
        pinned = pin_path(path, int(version))
        if not is_pinned(path, int(version)):
            continue
        lines = read_text(f"{pinned}/{LOG}").splitlines()
        own = {file for line in lines for file in _files(json.loads(line))}
        missing = absent(sorted(own))
        if missing:
            raise BrokenPin(
                f"A pinned version needs {len(missing)} files that are not there, the first is {missing[0]}.",
                where=pinned,
                left="Nothing was removed from this table, nor from those after it.",
                next_command="Put the files back where they were; or, to give that version up, remove the "
                "pin's folder. Then clear the task.",
            )
        needed |= own
    return needed


def _files(action: dict[str, Any]) -> list[str]:
    added = action.get("add")
    if added is None:
        return []
    vector = added.get("deletionVector") or {}
    absolute = [added["path"], *([vector["pathOrInlineDv"]] if vector.get("storageType") == "p" else [])]
    return [path_of(found) for found in absolute]
