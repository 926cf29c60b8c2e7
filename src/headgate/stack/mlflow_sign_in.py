"""How MLflow's server knows who asks, who may only read, and what it writes down of changes.

MLflow's own accounts decide, with two additions. Whoever holds roles that only read changes nothing: MLflow
by itself lets every account create experiments and models. And each change that is asked for gets a line in
a file of its month: when, who, what, and how it ended.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from flask import Response, after_this_request, g, make_response, request
from mlflow.server import auth
from werkzeug.datastructures import Authorization

from headgate.stack.mlflow_changes import OWN_PASSWORD, changes, line, of_interest, only_reads

FOLDER = "MLFLOW_CHANGES"
"""The variable that names the folder of the files."""


def sign_in() -> Authorization | Response:
    """MLflow's `authorization_function`: the account that the request shows, or the refusal.

    MLflow may call it several times for one request.
    """
    found: Authorization | Response = auth.authenticate_request_basic_auth()
    if isinstance(found, Response) or not changes(request.method, request.path):
        return found
    user = str(found.username)
    if not g.get("headgate_written_down"):
        g.headgate_written_down = True
        if of_interest(user, request.path):
            _write_down_when_done(user)
    if not request.path.endswith(OWN_PASSWORD) and _only_reads(user):
        return make_response(f"{user} may see everything and change nothing\n", 403)
    return found


def _only_reads(user: str) -> bool:
    known = auth.store.get_user(user)
    roles = auth.store.list_user_roles(known.id)
    return only_reads(
        known.is_admin, [(role.name, [grant.permission for grant in role.permissions]) for role in roles]
    )


def _write_down_when_done(user: str) -> None:
    body, folder = request.get_json(silent=True), Path(os.environ[FOLDER])
    method, path = request.method, request.path

    @after_this_request
    def write(response: Response) -> Response:
        now = datetime.now(UTC)
        said = line(now, user, response.status_code, method, path, body if isinstance(body, dict) else {})
        with (folder / f"{now:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
            file.write(said)
        return response
