"""The supervisor's configuration: every part in order, only a unix socket, no secret, any folder name."""

from __future__ import annotations

from configparser import RawConfigParser
from pathlib import Path

import pytest

from headgate.stack.layout import Layout
from headgate.stack.supervisor_conf import supervisor_conf


def parsed(home: Path) -> RawConfigParser:
    parser = RawConfigParser()
    parser.read_string(supervisor_conf(Layout(home)))
    return parser


def test_parts_start_from_the_database_up_and_the_scheduler_stops_first(tmp_path: Path) -> None:
    conf = parsed(tmp_path)
    programs = [name for name in conf.sections() if name.startswith("program:")]
    assert {name: conf.getint(name, "priority") for name in programs} == {
        "program:postgres": 10,
        "program:engine": 20,
        "program:mlflow": 30,
        "program:api-server": 40,
        "program:task-logs": 50,
        "program:dag-processor": 60,
        "program:scheduler": 70,
    }


def test_a_killed_part_comes_back_and_none_starts_before_up_says_so(tmp_path: Path) -> None:
    conf = parsed(tmp_path)
    for name in conf.sections():
        if name.startswith("program:"):
            assert conf.get(name, "autorestart") == "true"
            assert conf.get(name, "autostart") == "false"


def test_postgres_is_stopped_by_its_fast_shutdown(tmp_path: Path) -> None:
    assert parsed(tmp_path).get("program:postgres", "stopsignal") == "INT"


def test_orders_are_taken_on_a_private_unix_socket_only(tmp_path: Path) -> None:
    conf = parsed(tmp_path)
    assert conf.get("unix_http_server", "chmod") == "0700"
    assert not conf.has_section("inet_http_server")


def test_a_percent_sign_in_the_folder_means_itself(tmp_path: Path) -> None:
    home = tmp_path / "100% ours"
    assert parsed(home).get("program:engine", "stdout_logfile") == (
        str(tmp_path / "100%% ours" / "logs" / "engine.log")
    )


@pytest.mark.parametrize(("deep", "inside"), [(1, True), (12, False)])
def test_sockets_leave_a_folder_that_is_too_deep_for_them(deep: int, inside: bool) -> None:
    home = Path("/", *["some-folder"] * deep)
    layout = Layout(home)
    assert (layout.sockets == home / "run") is inside
    longest = f"{layout.postgres_sockets}/.s.PGSQL.5432"
    assert len(longest) <= 107
    assert len(f"{layout.supervisor_socket}.1234567") <= 107


def test_two_deep_folders_have_two_socket_folders() -> None:
    deep = Path("/", *["some-folder"] * 12)
    assert Layout(deep / "one").sockets != Layout(deep / "two").sockets
