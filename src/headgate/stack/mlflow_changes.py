"""Which requests to MLflow change something, who may not make them, and what is written down of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from headgate.stack.mlflow_accounts import PIPELINES

READING = ("search", "get", "list", "graphql", "query", "batchget", "telemetry")
"""How the last part of the address begins where a POST only asks."""
NAMED = (
    *("name", "new_name", "alias", "version", "key", "value"),
    *("run_id", "run_uuid", "experiment_id", "path", "username", "role_id"),
)
"""Fields of a request that are written down: what was changed, never passwords."""
OWN_PASSWORD = "/mlflow/users/update-password"
"""What a reader may still ask for; MLflow sees to it that it is their own."""
REGISTRY = ("registered-models", "model-versions")
NAMING = {
    "experiments/create": "name",
    "experiments/update": "new_name",
    "registered-models/create": "name",
    "registered-models/rename": "new_name",
}
"""What gives a name to an experiment or a model, and the field that holds it."""
OF_PIPELINES = ("", "_comparisons", "_tuning")
"""How the names of experiments and models go on after a pipeline's name, in which it records."""
NO_DOCUMENT = ("/mlflow/upload-artifact", "/mlflow/users/create-ui")
"""What takes a file, or a form with a token of its own, in place of a JSON document."""
LONGEST = 200


def changes(method: str, path: str) -> bool:
    """Whether a request changes something, as far as method and address tell."""
    if method in {"GET", "HEAD", "OPTIONS"}:
        return False
    last = path.rstrip("/").rpartition("/")[2].lower()
    return not (method == "POST" and last.startswith(READING) and "create" not in last)


def only_reads(is_admin: bool, roles: Iterable[tuple[str, Iterable[str]]]) -> bool:
    """Whether an account with these roles (name, levels that it grants) may change nothing.

    It holds roles, and all of them only read: USE, which reads too, lets an account make things of its own.
    What MLflow keeps of an account's own things as a role of its own does not count.
    """
    held = [levels for name, granted in roles if (levels := set(granted)) and not name.startswith("__user_")]
    return not is_admin and bool(held) and set().union(*held) == {"READ"}


def sends_document(path: str) -> bool:
    """Whether what is asked for at this address stands in a JSON document."""
    return "/mlflow/" in path and not path.endswith(NO_DOCUMENT)


def document(body: bytes) -> dict[str, Any] | None:
    """The fields of a request's body as MLflow takes them, whatever the body says that it is.

    A document within a text is one too, and `newName` is `new_name`. None: it is no document with fields.
    """
    try:
        found = json.loads(body)
        found = json.loads(found) if isinstance(found, str) else found
    except ValueError:
        return None
    return {_field(name): value for name, value in found.items()} if isinstance(found, dict) else None


def _field(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def name_given(path: str, fields: Mapping[str, Any]) -> str:
    """The name that a request gives to an experiment or a model; empty where it gives none."""
    field = NAMING.get(path.partition("/mlflow/")[2])
    return str(fields.get(field, "")) if field else ""


def of_interest(user: str, path: str) -> bool:
    """Whether a change is written down: all that people do, and what pipelines do to models and aliases.

    What pipelines write into their runs is on record in the lake.
    """
    return user != PIPELINES or any(part in path for part in REGISTRY)


def line(at: datetime, user: str, status: int, method: str, path: str, body: Mapping[str, Any]) -> str:
    """What is written down of one change, as one line of JSON."""
    fields = {name: str(body[name])[:LONGEST] for name in NAMED if body.get(name) not in (None, "")}
    document = {
        "at": at.isoformat(),
        "who": user,
        "status": status,
        "method": method,
        "path": path,
        "fields": fields,
    }
    return json.dumps(document) + "\n"
