"""Whether a form was sent from a page of ours: each carries a token that nobody else can make."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import conf
from itsdangerous import BadData, URLSafeTimedSerializer

LASTS = timedelta(hours=12)
"""How long a form that was opened may be sent."""


def form_token(user: Any, dag_id: str) -> str:
    """A token for the viewer's form that triggers `dag_id`."""
    return str(_signer().dumps([str(user.get_id()), dag_id]))


def is_genuine(token: str, user: Any, dag_id: str) -> bool:
    """Whether the token was made for this viewer and DAG, not too long ago."""
    return _is_ours(token, user, dag_id, int(LASTS.total_seconds()))


def is_too_old(token: str, user: Any, dag_id: str) -> bool:
    """Whether the token was genuine once: what was filled in may be shown again, with a fresh one."""
    return _is_ours(token, user, dag_id, None) and not is_genuine(token, user, dag_id)


def _is_ours(token: str, user: Any, dag_id: str, seconds: int | None) -> bool:
    try:
        found = _signer().loads(token, max_age=seconds)
    except BadData:
        return False
    return bool(found == [str(user.get_id()), dag_id])


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(conf.get_mandatory_value("api", "secret_key"), salt="headgate-form")
