"""What maintenance says of a table: files before and after, and what that freed."""

from __future__ import annotations

import pytest

from headgate.lake.folder_size import FolderSize
from headgate.releases.maintain import Maintained


@pytest.mark.parametrize(
    ("done", "words"),
    [
        (
            Maintained("gold.examples", FolderSize(1200, 45_000_000), FolderSize(12, 3_000_000), 300, 1),
            "gold.examples                     1,200 files ->     12, freed 42.0 MB, "
            "newest version 300 -> 1 files",
        ),
        (
            Maintained("ops.hops", FolderSize(20, 1_000_000), FolderSize(22, 1_200_000), 4, 1),
            "ops.hops                             20 files ->     22, 0.2 MB more, with the versions kept, "
            "newest version 4 -> 1 files",
        ),
        (
            Maintained("staging", FolderSize(2, 1000), FolderSize(2, 2000)),
            "staging                               2 files ->      2, freed 0.0 MB",
        ),
    ],
)
def test_words(done: Maintained, words: str) -> None:
    assert str(done) == words
