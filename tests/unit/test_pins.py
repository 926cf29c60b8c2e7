"""Which files the pins of a table need, read off their logs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headgate.lake.pins import BrokenPin, pin_path, pinned_files, relation_at


def write_pin(table: Path, version: int, *actions: dict[str, object]) -> None:
    log = Path(pin_path(str(table), version), "_delta_log")
    log.mkdir(parents=True)
    text = "".join(json.dumps(action) + "\n" for action in actions)
    (log / "00000000000000000000.json").write_text(text, encoding="utf-8")


def test_pins_lie_beside_the_layers_and_need_files_and_deletion_vectors(tmp_path: Path) -> None:
    table = tmp_path / "my lake" / "orders" / "silver" / "orders"
    table.mkdir(parents=True)
    for name in ("a.parquet", "b.parquet", "v.bin"):
        (table / name).touch()
    uri = f"file:{str(table).replace(' ', '%20')}"
    vector = {"storageType": "p", "pathOrInlineDv": f"{uri}/v.bin"}
    write_pin(table, 3, {"commitInfo": {}}, {"add": {"path": f"{uri}/a.parquet"}})
    write_pin(table, 7, {"add": {"path": f"{uri}/b.parquet", "deletionVector": vector}})
    assert pin_path(str(table), 3) == str(tmp_path / "my lake/orders/pins/silver/orders/3")
    assert pinned_files(str(table)) == {str(table / name) for name in ("a.parquet", "b.parquet", "v.bin")}
    assert relation_at(str(table), 3) == f"delta.`{pin_path(str(table), 3)}`"
    assert relation_at(str(table), 4) == f"delta.`{table}` VERSION AS OF 4"


def test_a_table_without_pins_needs_nothing(tmp_path: Path) -> None:
    assert pinned_files(str(tmp_path / "orders" / "silver" / "orders")) == set()


def test_a_pin_whose_files_are_gone_is_told_before_anything_is_removed(tmp_path: Path) -> None:
    table = tmp_path / "orders" / "silver" / "orders"
    write_pin(table, 3, {"add": {"path": f"file:{table}/gone.parquet"}})
    with pytest.raises(BrokenPin) as refused:
        pinned_files(str(table))
    assert f"needs 1 files that are not there, the first is {table}/gone.parquet" in refused.value.what
    assert refused.value.where == pin_path(str(table), 3)
    assert "Nothing was removed" in str(refused.value.left)
    assert "remove the pin's folder" in str(refused.value.next_command)
