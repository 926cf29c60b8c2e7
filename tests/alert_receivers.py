"""Receivers of alerts on this machine: a channel that takes Slack's messages, and a mail server."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_string, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Channel:
    """What was posted to it: (path, JSON object). It answers with `status`."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, Any]]] = []
        self.status = 200
        self.port = 0

    @property
    def texts(self) -> list[str]:
        """The texts of the messages."""
        return [body["text"] for _, body in self.posted]

    def connection(self) -> str:
        """What an Airflow connection to it says."""
        address = {"schema": "http", "host": f"http://127.0.0.1:{self.port}/services"}
        return json.dumps({"conn_type": "slackwebhook", **address, "password": "T0/B0/secret"})


class Mailbox:
    """The mails that its server took: (recipients, subject, the HTML)."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], str, str]] = []
        self.port = 0

    def connection(self, **extra: Any) -> str:
        """What an Airflow connection to it says."""
        plain = {"disable_ssl": True, "disable_tls": True, "retry_limit": 0, "timeout": 5}
        given = {"from_email": "headgate@example.org", "to": "a@example.org, b@example.org", **extra}
        return json.dumps(
            {"conn_type": "smtp", "host": "127.0.0.1", "port": self.port, "extra": {**plain, **given}}
        )


@contextmanager
def channel() -> Iterator[Channel]:
    """A channel that listens."""
    found = Channel()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if found.status == 200:
                found.posted.append((self.path, body))
            self.send_response(found.status)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *arguments: Any) -> None:
            """Say nothing."""

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        found.port = port
        yield found


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server that listens: as much of SMTP as a client needs that wants neither TLS nor a login."""
    found = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            recipients: list[str] = []
            self.say("220 ready")
            while line := self.rfile.readline().decode().strip():
                word = line.partition(" ")[0].upper()
                if word == "RCPT":
                    recipients.append(line.partition("<")[2].rstrip(">"))
                if word == "DATA":
                    self.say("354 go on")
                    self._take(recipients)
                self.say("221 bye" if word == "QUIT" else "250 ok")

        def _take(self, recipients: list[str]) -> None:
            lines = []
            while (line := self.rfile.readline().decode()) != ".\r\n":
                lines.append(line.removeprefix("."))
            mail = message_from_string("".join(lines), policy=policy.default)
            html = mail.get_body(("html",))
            assert html is not None
            found.mails.append((recipients, str(mail["Subject"]), html.get_content()))

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        found.port = port
        yield found


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
