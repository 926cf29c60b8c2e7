"""Ports are chosen once, remembered, and chosen anew only where somebody else has taken one."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from headgate.stack import ports
from headgate.stack.errors import NoFreePorts


def test_four_different_ports_below_the_range_of_client_ports(tmp_path: Path) -> None:
    chosen = ports.choose_ports(tmp_path / "ports.json").model_dump()
    assert list(chosen) == ["airflow", "mlflow", "engine", "task_logs"]
    assert len(set(chosen.values())) == 4
    assert all(20000 <= port <= 29999 for port in chosen.values())


def test_the_choice_is_remembered(tmp_path: Path) -> None:
    chosen = ports.choose_ports(tmp_path / "ports.json")
    assert ports.choose_ports(tmp_path / "ports.json") == chosen
    assert ports.read_ports(tmp_path / "ports.json") == chosen


def test_before_the_first_start_there_is_nothing_to_remember(tmp_path: Path) -> None:
    assert ports.read_ports(tmp_path / "ports.json") is None


def test_only_the_port_that_was_taken_changes(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    before = ports.choose_ports(path)
    with socket.socket() as other:
        other.bind(("127.0.0.1", before.mlflow))
        other.listen()
        after = ports.choose_ports(path)
    assert after.mlflow != before.mlflow
    assert (after.airflow, after.engine, after.task_logs) == (before.airflow, before.engine, before.task_logs)


def test_a_part_that_came_later_gets_a_port_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    before = ports.choose_ports(path)
    path.write_text(json.dumps({"airflow": before.airflow, "mlflow": before.mlflow, "engine": before.engine}))
    after = ports.choose_ports(path)
    assert after.airflow == before.airflow
    assert len({after.airflow, after.mlflow, after.engine, after.task_logs}) == 4


def test_two_folders_look_in_different_places(tmp_path: Path) -> None:
    one = ports.choose_ports(tmp_path / "one.json")
    two = ports.choose_ports(tmp_path / "two.json")
    assert not {*one.model_dump().values()} & {*two.model_dump().values()}


def test_no_free_port_is_an_error_with_a_way_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda port: False)
    with pytest.raises(NoFreePorts, match=r"no free port on 127\.0\.0\.1 between 20000 and 29999"):
        ports.choose_ports(tmp_path / "ports.json")
