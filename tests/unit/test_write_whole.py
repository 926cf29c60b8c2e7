"""A file is replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.lake.write_whole import write_whole


@pytest.mark.parametrize(
    ("content", "written"), [("Zürich\r\n", "Zürich\r\n".encode()), (b"\x00\xff", b"\x00\xff")]
)
def test_what_was_there_is_replaced(tmp_path: Path, content: bytes | str, written: bytes) -> None:
    path = tmp_path / "record.json"
    path.write_text("before")
    write_whole(path, content)
    assert path.read_bytes() == written
    assert list(tmp_path.iterdir()) == [path]


def test_a_kill_before_the_end_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.json"
    path.write_text("before")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, "after")
    assert path.read_text() == "before"
