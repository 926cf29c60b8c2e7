"""Send a message to where an Airflow connection leads: a mailbox or a channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from headgate.airflow.alerts.message import Message
from headgate.spec.errors import HeadgateError

TIMEOUT = 10
"""Seconds that a channel has to answer."""


class NoTarget(HeadgateError):
    """A connection that the spec names for alerts is missing, or leads to nobody."""


def deliver(connection: str, message: Message) -> None:
    """Send the message. Raises NoTarget, and whatever the mail server or channel has against it."""
    try:
        found = BaseHook.get_connection(connection)
    except AirflowNotFoundException as error:
        raise _no_target(connection, "does not exist in Airflow") from error
    send = SENDERS.get(found.conn_type or "")
    if send is None:
        raise _no_target(connection, f"is of the type {found.conn_type}")
    send(connection, found.extra_dejson, message)


def _send_mail(connection: str, extra: dict[str, Any], message: Message) -> None:
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    if not extra.get("to") or not extra.get("from_email"):
        raise _no_target(connection, "names no sender or nobody to write to")
    with SmtpHook(connection) as server:
        server.send_email_smtp(
            to=extra["to"], subject=message.title, html_content=message.html, mime_subtype="alternative"
        )


def _post(connection: str, extra: dict[str, Any], message: Message) -> None:
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

    hook = SlackWebhookHook(slack_webhook_conn_id=connection, timeout=TIMEOUT)
    hook.send(text=message.text, unfurl_links=False, unfurl_media=False)


SENDERS: dict[str, Callable[[str, dict[str, Any], Message], None]] = {
    "smtp": _send_mail,
    "slackwebhook": _post,
}
"""By the type of a connection, how a message is sent there."""


def _no_target(connection: str, what: str) -> NoTarget:
    return NoTarget(
        f"The connection {connection} {what}, so nobody was told there.",
        where="alerts.to in pipeline.yaml",
        left="The message; it is sent with the next check that finds the connection.",
        next_command="In Airflow, Admin, Connections: one of the type smtp with the extras "
        '{"from_email": ..., "to": ...}, or of the type slackwebhook.',
    )
