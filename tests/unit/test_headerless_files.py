"""A file without a header: its first row is not taken for names that may be told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from headgate.hops.choose_files import choose_files
from headgate.hops.known_files import KnownFiles
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from tests.unit.spec_folders import ORDERS, ORDERS_CONTRACT

ROW = "I,2024-01-01 05:10:00,17,Ada Lovelace,SW1A 1AA,Ada Lovelace\n"
HEADER = "Op,committed_at,id,status,amount,opened_at,colour,colour\n"
NONE_IS_THERE = "columns missing: id, committed_at, op"


def details(tmp_path: Path, text: str, policy: str) -> list[str]:
    """What is told of a feed's file with this text, under a policy for other columns."""
    files = {
        "pipelines/orders/pipeline.yaml": ORDERS.replace(
            "key: [id]", f"key: [id]\n    on_schema_change: {policy}", 1
        ),
        "expectations/orders/silver.orders.yaml": ORDERS_CONTRACT,
        "landing/orders/orders/2024/01/01/05/20240101-050000000.csv": text,
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    settings = Settings(
        home=tmp_path / "home", pipelines=tmp_path / "pipelines", expectations=tmp_path / "expectations"
    )
    loaded, end = load_pipeline(settings, "orders"), datetime(2024, 1, 2, tzinfo=UTC)
    known, landing = KnownFiles(settings, "orders"), tmp_path / "landing" / "orders"
    choice = choose_files(
        landing, loaded, "orders", known, None, end, take_new=True, open_publishes=frozenset()
    )
    return [finding["detail"] for finding in choice.findings]


@pytest.mark.parametrize(
    ("policy", "others"),
    [
        ("rescue", "columns missing: status, amount, opened_at; unknown columns: 6"),
        ("fail", "columns missing: status, amount, opened_at; unknown columns: 6"),
        ("evolve", "unknown columns, new in bronze, as text: 6"),
    ],
)
def test_a_row_in_place_of_the_header_is_counted_and_not_told(
    tmp_path: Path, policy: str, others: str
) -> None:
    told = details(tmp_path, ROW, policy)
    assert told[:2] == [NONE_IS_THERE, "columns repeated: 1"]
    assert told[2].startswith(others)
    assert "lovelace" not in str(told).lower() and "sw1a" not in str(told).lower()


def test_the_names_of_a_header_are_told(tmp_path: Path) -> None:
    assert details(tmp_path, HEADER + ROW, "rescue") == [
        "columns repeated: colour",
        "unknown columns, kept in _rescued: colour, colour",
    ]
