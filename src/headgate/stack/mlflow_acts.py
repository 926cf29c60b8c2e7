"""What people did in MLflow, by the lines that its server writes down: see `mlflow_changes`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from headgate.stack.audit_trail import Act


def mlflow_acts(folder: Path) -> list[Act]:
    """Every change that was asked for, oldest first."""
    return [act_of(line) for path in sorted(folder.glob("*.jsonl")) for line in whole_lines(path)]


def whole_lines(path: Path) -> list[str]:
    """The lines of a file of acts. A last line that is half written is left out.

    Only a line feed ends a line: texts that people sent may hold what Python calls ends of lines as well.
    """
    return path.read_text(encoding="utf-8").split("\n")[:-1]


def act_of(line: str) -> Act:
    """One line of a file."""
    asked = json.loads(line)
    path, status = str(asked["path"]).partition("/mlflow/")[2] or str(asked["path"]), int(asked["status"])
    refused = f" (refused, {status})" if status >= 400 else ""
    fields = ", ".join(f"{name} {value}" for name, value in asked["fields"].items())
    return Act(
        at=datetime.fromisoformat(asked["at"]),
        who=str(asked["who"]),
        place="mlflow",
        did=f"{asked['method']} {path}{refused}",
        what=fields,
    )
