"""How MLflow's server knows who asks, and who may only read.

MLflow's own accounts decide, with three additions. Whoever holds roles that only read changes nothing: MLflow
by itself lets every account create experiments and models. Whoever creates one may do everything with it, so
the names that pipelines use are kept for them. And a change is asked for by a JSON document that says so: of
a DELETE without, MLflow looks up the permission for what stands in the address, and deletes what stands in
the body.
"""

from __future__ import annotations

from functools import cache

from flask import Response, make_response, request
from mlflow.server import auth
from werkzeug.datastructures import Authorization
from werkzeug.exceptions import ClientDisconnected

from headgate.spec.load import pipeline_names
from headgate.spec.settings import Settings
from headgate.stack.mlflow_accounts import PIPELINES
from headgate.stack.mlflow_changes import (
    OF_PIPELINES,
    OWN_PASSWORD,
    changes,
    document,
    name_given,
    only_reads,
    sends_document,
)
from headgate.stack.mlflow_record import tell


def sign_in() -> Authorization | Response:
    """MLflow's `authorization_function`: the account that the request shows, or the refusal.

    MLflow may call it several times for one request.
    """
    found: Authorization | Response = auth.authenticate_request_basic_auth()
    if isinstance(found, Response) or not changes(request.method, request.path):
        return found
    user = str(found.username)
    body = _body() if sends_document(request.path) else b""
    fields = document(body)
    tell(user, {**request.args, **(fields or {})})
    if body and (fields is None or not request.is_json):
        return make_response("send what is to be changed as one JSON document, as application/json\n", 415)
    if body and request.method == "DELETE" and request.args:
        return make_response("say what is to be deleted in the document alone, not in the address\n", 400)
    if not request.path.endswith(OWN_PASSWORD) and _only_reads(user):
        return make_response(f"{user} may see everything and change nothing\n", 403)
    name = name_given(request.path, fields or {})
    if name in _names_of_pipelines() and user != PIPELINES and not auth.store.get_user(user).is_admin:
        return make_response(f"the name {name} is a pipeline's own, which its learning makes\n", 403)
    return found


@cache
def _names_of_pipelines() -> frozenset[str]:
    return frozenset(name + ending for name in pipeline_names(Settings()) for ending in OF_PIPELINES)


def _body() -> bytes:
    try:
        return request.get_data()
    except ClientDisconnected:  # of what MLflow serves without Flask it shows the headers here alone
        return b""


def _only_reads(user: str) -> bool:
    known = auth.store.get_user(user)
    roles = auth.store.list_user_roles(known.id)
    return only_reads(
        known.is_admin, [(role.name, [grant.permission for grant in role.permissions]) for role in roles]
    )
