"""The smallest pipeline that runs, under a name of one's own: one feed, one silver table, a few rows."""

from __future__ import annotations

import re
from pathlib import Path

from headgate.spec.errors import HeadgateError
from headgate.spec.pipeline import NAME_RULE
from headgate.spec.settings import Settings

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

_PIPELINE = """\
# yaml-language-server: $schema=../../docs/schemas/pipeline.json
pipeline: {name}
schedule: {{start: 2024-01-01, end: 2024-01-02}}
feeds:
  {name}:
    key: [id]
silver:
  {name}: {{feed: {name}}}
"""

_CONTRACT = """\
# yaml-language-server: $schema=../../docs/schemas/contract.json
description: "One row per id: its latest state."
key: [id]
columns:
  id: {type: bigint}
  status: {required: true, one_of: [open, paid, cancelled]}
  amount: {type: double, between: {min: 0}}
  opened_at: {type: timestamp, required: true}
"""

_LANDING = {
    "LOAD00000001.csv": """\
committed_at,id,status,amount,opened_at
2024-01-01 00:00:00,1,open,19.90,2023-12-31 18:02:11
2024-01-01 00:00:00,2,paid,7.50,2023-12-31 21:45:00
""",
    "2024/01/01/00/20240101-000500000.csv": """\
Op,committed_at,id,status,amount,opened_at
U,2024-01-01 00:04:31,1,paid,19.90,2023-12-31 18:02:11
I,2024-01-01 00:04:58,3,open,120.00,2024-01-01 00:04:57
""",
    "2024/01/01/01/20240101-011000000.csv": """\
Op,committed_at,id,status,amount,opened_at
U,2024-01-01 01:08:12,3,cancelled,120.00,2024-01-01 00:04:57
D,2024-01-01 01:09:40,2,paid,7.50,2023-12-31 21:45:00
I,2024-01-01 01:09:59,4,open,42.00,2024-01-01 01:09:58
""",
}


class NewPipelineError(HeadgateError):
    """A pipeline of this name cannot be made."""


def new_pipeline_files(name: str) -> dict[str, str]:
    """The files of a new pipeline: path below `pipelines/`, `expectations/` or `landing/` -> text."""
    landing = {f"landing/{name}/{name}/{path}": text for path, text in _LANDING.items()}
    return {
        f"pipelines/{name}/pipeline.yaml": _PIPELINE.format(name=name),
        f"expectations/{name}/silver.{name}.yaml": _CONTRACT,
        **landing,
    }


def write_new_pipeline(settings: Settings, name: str) -> list[Path]:
    """Write the files of a new pipeline; returns their paths.

    Raises NewPipelineError, before anything is written, for a bad name or a name that is in use, and when
    a file cannot be written.
    """
    if not NAME.fullmatch(name):
        likely = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_").lstrip("0123456789_")[:63]
        raise NewPipelineError(
            f"{name!r} is no name for a pipeline: expected {NAME_RULE}",
            left="nothing was written",
            next_command=f"./headgate new {likely or 'NAME'}",
        )
    roots = {
        "pipelines": settings.pipelines,
        "expectations": settings.expectations,
        "landing": settings.landing,
    }
    for root in roots.values():
        folder = root / name
        if folder.exists():
            raise NewPipelineError(
                f"there is already something named {name!r}",
                str(folder),
                "nothing was written",
                f"./headgate new {name[:61]}_2, or remove the folder first",
            )
    written: list[Path] = []
    for file, text in new_pipeline_files(name).items():
        root_name, _, below = file.partition("/")
        path = roots[root_name] / below
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise NewPipelineError(
                f"{path.name} cannot be written: {error.strerror}",
                str(path),
                ", ".join(map(str, written)) or "nothing was written",
                f"remove what was written, then ./headgate new {name}",
            ) from error
        written.append(path)
    return written
