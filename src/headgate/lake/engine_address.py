"""Addresses of the engine, as Spark Connect's clients take them: `sc://host:port/;name=value;name=value`."""

from __future__ import annotations

NO_TLS, TOKEN, HEADER = "use_ssl=false", "token=", "authorization=Bearer%20"


def session_address(base: str, session_id: str) -> str:
    """The address of one session at the engine's address `base`, as a connection gives it."""
    return f"{header_token(base)};session_id={session_id}"


def header_token(base: str) -> str:
    """The address with its token as a header, where it says `use_ssl=false`; else as it is.

    The client sends what is called a token by TLS only, or to `localhost`. On a network of the stack's own,
    which its connection says by `use_ssl`, the token travels as the header that the engine reads.
    """
    server, *parameters = base.split(";")
    kept = [parameter for parameter in parameters if parameter.lower() != NO_TLS]
    if kept == parameters:
        return base
    return ";".join([server, *(parameter.replace(TOKEN, HEADER) for parameter in kept)])
