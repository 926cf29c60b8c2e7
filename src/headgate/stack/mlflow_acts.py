"""What people did in MLflow, by the lines that its server writes down: see `mlflow_changes`."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from headgate.stack.audit_trail import Act


def mlflow_acts(folder: Path) -> list[Act]:
    """Every change that was asked for, oldest first. A last line that is half written is left out."""
    lines = [
        line
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines(keepends=True)
    ]
    return [act_of(line) for line in lines if line.endswith("\n")]


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
