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
    try:
        found = _signer().loads(token, max_age=int(LASTS.total_seconds()))
    except BadData:
        return False
    return bool(found == [str(user.get_id()), dag_id])


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(conf.get_mandatory_value("api", "secret_key"), salt="headgate-form")
