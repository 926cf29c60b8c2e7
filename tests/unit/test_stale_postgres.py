"""A data directory's mark of a running server counts only while such a server runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from headgate.stack.layout import Layout
from headgate.stack.postgres import forget_stale_pid, server_pid


@pytest.mark.parametrize(
    "mark", [pytest.param(str(os.getpid()), id="this process"), "4194303999", "", "no number"]
)
def test_a_mark_of_something_else_is_removed(tmp_path: Path, mark: str) -> None:
    layout = Layout(tmp_path)
    layout.postgres.mkdir()
    (layout.postgres / "postmaster.pid").write_text(mark)
    assert server_pid(layout) is None
    forget_stale_pid(layout)
    assert not (layout.postgres / "postmaster.pid").exists()


def test_no_mark_is_no_server(tmp_path: Path) -> None:
    forget_stale_pid(Layout(tmp_path))
    assert server_pid(Layout(tmp_path)) is None
