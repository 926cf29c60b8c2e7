"""What people did to the compose stack itself: a line each, kept beside what was asked of MLflow."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from headgate.spec.errors import HeadgateError
from headgate.stack.asked_by import asked_by
from headgate.stack.audit_trail import Act
from headgate.stack.compose import docker_compose
from headgate.stack.compose_backup import in_archive
from headgate.stack.mlflow_acts import whole_lines

FOLDER = Path("/changes")
"""Where the service `archive` has the volume."""
FILE = "stack/acts.jsonl"
LONGEST = 200


class NotOnRecord(HeadgateError):
    """Something was done to the stack, and its line could not be written."""


def put_on_record(did: str, what: str) -> None:
    """Write down in the stack what was done to it, and who asked. Raises NotOnRecord."""
    ended = docker_compose(in_archive("python", "-m", __name__, asked_by(), did, what[:LONGEST]))
    if ended:
        raise NotOnRecord(
            f"{did} is not in the audit trail: docker compose run archive ended with {ended}",
            what,
            "what was done before that stays",
            "docker compose ps --all, which shows what is wrong",
        )


def append(folder: Path, at: datetime, who: str, did: str, what: str) -> None:
    """Append one act to the file below `folder`."""
    path = folder / FILE
    path.parent.mkdir(exist_ok=True)
    line = json.dumps({"at": at.isoformat(), "who": who, "did": did, "what": what})
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def stack_acts(folder: Path) -> list[Act]:
    """Every act that is on record below `folder`, oldest first; none where nothing is."""
    path = folder / FILE
    return [_act_of(line) for line in whole_lines(path)] if path.is_file() else []


def _act_of(line: str) -> Act:
    told = json.loads(line)
    return Act(datetime.fromisoformat(told["at"]), told["who"], "stack", told["did"], told["what"])


if __name__ == "__main__":
    append(FOLDER, datetime.now(UTC), *sys.argv[1:])
