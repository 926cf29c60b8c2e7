"""Tables in files and pipes are neither cut nor broken."""

from __future__ import annotations

import pytest
from rich.table import Table

from headgate.cli.whole_table import print_whole


@pytest.mark.parametrize("on_screens", [False, True])
def test_a_file_gets_the_whole_table(capsys: pytest.CaptureFixture[str], on_screens: bool) -> None:
    names = [f"column_{number:02}" for number in range(30)]
    table = Table(*names)
    table.add_row(*("a value of some words" for _ in names))
    print_whole(table, on_screens=on_screens)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 5
    assert [cell.strip() for cell in lines[1].strip("┃").split("┃")] == names
    assert lines[3].count("a value of some words") == 30
