"""How the token travels: by TLS or on this machine as the client does it, else as the header it is."""

from __future__ import annotations

import pytest
from pyspark.sql.connect.client import DefaultChannelBuilder

from headgate.lake.engine_address import header_token, session_address

SESSION = "7e5a1ad5-6b2e-4a42-9f0c-4ee5c2b1b6c5"


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("sc://localhost:20003/;token=abc", "sc://localhost:20003/;token=abc"),
        ("sc://engine:15002/;token=abc;use_ssl=true", "sc://engine:15002/;token=abc;use_ssl=true"),
        ("sc://engine:15002/;token=abc;use_ssl=False", "sc://engine:15002/;authorization=Bearer%20abc"),
        ("sc://engine:15002/;use_ssl=false;token=abc", "sc://engine:15002/;authorization=Bearer%20abc"),
        (
            "sc://engine:15002/;user_id=a;token=a%3Db;use_ssl=false",
            "sc://engine:15002/;user_id=a;authorization=Bearer%20a%3Db",
        ),
    ],
)
def test_the_token_travels_as_the_address_says(base: str, expected: str) -> None:
    assert header_token(base) == expected


def test_the_client_sends_the_header_and_keeps_the_session() -> None:
    base = "sc://engine:15002/;token=a%3Db;use_ssl=False"
    builder = DefaultChannelBuilder(session_address(base, SESSION))
    assert builder.metadata() == [("authorization", "Bearer a=b")]
    assert builder.session_id == SESSION
    assert not builder.secure
