"""Bad input, by the case: what is taken, what closes the gate, and that no row is lost."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from headgate.gates.gate_closed import GateClosed
from headgate.hops import choose_files
from headgate.hops.attempt import Attempt
from headgate.hops.decide import decide
from headgate.hops.gate import gate
from headgate.hops.stage import stage
from headgate.ingest.landing import (
    StillWritten,
    UnreadableFile,
    checksum,
    list_landing,
    look_at_landing,
    still_as_listed,
)
from headgate.spec.settings import REPOSITORY
from tests.hours.bad_input_case import FOLDER, Closes, Later, Row, Taken
from tests.hours.bad_input_cases import CLOSES, LATER, TAKEN
from tests.hours.bad_input_files import DIRECTORY, LINK, PIPE
from tests.hours.orders_pipeline import PIPELINE, START, Orders

CONTRACT = """\
description: One row per order.
key: [order_id]
columns:
  order_id: {type: bigint}
  status: {one_of: [open, paid, shipped]}
  amount: {type: double, between: {min: 0}}
  due: {type: date}
  note: {}
"""
KEYS = 10
"""Keys of one case."""

LOGGED = (
    *("_file", "_row", "order_id", "status", "amount", "string(due)"),
    "if(length(note) > 1000, null, note) AS note",
    *("length(note)", "_op", "_failed_rules", "_rescued"),
)
"""What is looked at of a row of the change log."""


def a_pipeline(spark: SparkSession, root: Path) -> Orders:
    orders = Orders(spark, root)
    orders.write("pipelines/orders/pipeline.yaml", PIPELINE.replace("0.5", "1.0"))
    orders.write("expectations/orders/silver.orders.yaml", CONTRACT)
    return orders


def land(orders: Orders, case: Taken | Closes, number: int) -> str:
    """Put what a case is about into the landing folder; returns its path as archive and reports say it."""
    relative = case.path or f"{FOLDER}/{number:03d}.csv"
    path = orders.settings.landing / "orders" / "orders" / relative
    path.parent.mkdir(parents=True, exist_ok=True)
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in relative)
    if case.text == DIRECTORY:
        path.mkdir()
    elif case.text == PIPE:
        os.mkfifo(path)
    elif case.text == LINK:
        outside = orders.write(f"outside/{number}/secret.csv", "Op,committed_at,order_id\n")
        path.symlink_to(outside if path.suffix else outside.parent)
    else:
        text = case.text
        path.write_bytes(
            keyed(text, number).encode("utf-8", "surrogateescape") if isinstance(text, str) else text
        )
    return f"orders/{shown}"


def keyed(text: str, number: int) -> str:
    for key in range(KEYS):
        text = text.replace(f"@{key}", str(number * KEYS + key))
    return text


@dataclass
class Found:
    """What came of all cases: by file the rows of the change log, and what the reports of bronze say."""

    log: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(list))
    told: dict[str, str] = field(default_factory=dict)
    live: dict[int, tuple[Any, ...]] = field(default_factory=dict)
    paths: dict[str, str] = field(default_factory=dict)
    archived: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def found(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """Two hours of a pipeline in whose landing folder all cases lie: files that change do so in between."""
    orders = a_pipeline(spark, tmp_path_factory.mktemp("bad-input"))
    result = Found()
    for number, case in enumerate(TAKEN, start=1):
        result.paths[case.name] = land(orders, case, number)
    folder = orders.settings.landing / "orders" / "orders"
    for number, later in enumerate(LATER, start=500):
        if later.before:
            (folder / f"{FOLDER}/{number}.csv").write_text(keyed(later.before, number))
    bronze = [orders.hop("bronze", 0)]
    orders.hop("silver", 0)
    for number, later in enumerate(LATER, start=500):
        path = folder / (later.path or f"{FOLDER}/{number}.csv")
        result.paths[later.name] = f"orders/{path.relative_to(folder).as_posix()}"
        if later.after is None:
            path.unlink()
        else:
            path.write_text(keyed(later.after, number))
            os.utime(path, ns=(0, number))
    bronze.append(orders.hop("bronze", 1))
    orders.hop("silver", 1)
    for name in bronze:
        for finding in Attempt(orders.settings, "orders", "bronze", name).manifest().findings:
            result.told[finding["file"]] = finding["detail"]
    log = sorted(
        orders.rows("silver.orders_changes", *LOGGED), key=lambda row: (str(row[0]), str(row[1]).zfill(9))
    )
    for file, _, *row in log:
        result.log[str(file)].append(tuple(row))
    for (file,) in orders.rows("bronze.orders", "_file"):
        result.archived[str(file)] = result.archived.get(str(file), 0) + 1
    for key, status, amount, note, deleted in orders.rows(
        "silver.orders", "order_id", "status", "amount", "note", "_deleted"
    ):
        if not deleted:
            assert isinstance(key, int)
            result.live[key] = (status, amount, note)
    return result


@pytest.mark.parametrize(("number", "case"), list(enumerate(TAKEN, start=1)), ids=[c.name for c in TAKEN])
def test_it_is_taken_and_no_row_is_lost(found: Found, number: int, case: Taken) -> None:
    path = found.paths[case.name]
    expected = [logged(row, number) for row in case.rows]
    assert found.log.get(path, []) == expected
    assert found.archived.get(path, 0) == len(case.rows)
    assert case.told in found.told.get(path, "") and bool(case.told) == (path in found.told)
    assert {key % KEYS for key in found.live if key // KEYS == number} == set(case.live)


def logged(row: Row, number: int) -> tuple[Any, ...]:
    """A row as `LOGGED` gives it."""
    length = row.note if isinstance(row.note, int) else None if row.note is None else len(row.note)
    return (
        None if row.key is None else number * KEYS + row.key,
        row.status,
        row.amount,
        row.due,
        row.note if isinstance(row.note, str) else None,
        length,
        row.op,
        list(row.apart),
        None if row.rescued is None else keyed(row.rescued, number),
    )


@pytest.mark.parametrize(("number", "case"), list(enumerate(LATER, start=500)), ids=[c.name for c in LATER])
def test_a_file_that_changes_later(found: Found, number: int, case: Later) -> None:
    path = found.paths[case.name]
    assert case.told in found.told.get(path, "") and bool(case.told) == (path in found.told)
    live = {key % KEYS: row for key, row in found.live.items() if key // KEYS == number}
    assert live == {key: (status, 1.0, None) for key, status in case.live.items()}


def test_of_a_clock_that_steps_back_the_later_moment_wins(found: Found) -> None:
    number = next(n for n, case in enumerate(TAKEN, start=1) if case.name == "a commit clock that steps back")
    assert found.live[number * KEYS + 1] == ("paid", 1.0, None)


def test_what_closes_the_gate_is_told_file_by_file(spark: SparkSession, tmp_path: Path) -> None:
    orders = a_pipeline(spark, tmp_path)
    paths = [land(orders, case, number) for number, case in enumerate(CLOSES, start=1)]
    name = orders.attempt("bronze", 0)
    stage(spark, orders.settings, "orders", "bronze", START, name)
    with pytest.raises(GateClosed) as caught:
        gate(spark, orders.settings, "orders", "bronze", name)
    told: dict[str, str] = defaultdict(str)
    for finding in Attempt(orders.settings, "orders", "bronze", name).manifest().findings:
        if finding["on_fail"] == "close":
            told[finding["file"]] += finding["detail"]
    assert set(told) == set(paths)
    wrong = {c.name: told[path] for c, path in zip(CLOSES, paths, strict=True) if c.told not in told[path]}
    assert wrong == {}
    message, report = str(caught.value), Path(str(caught.value.where).removeprefix("report ")).read_text()
    assert "The bronze gate of orders is closed at 2024-01-01 00:00" in message
    assert "left behind: Nothing of this hour is published" in message
    assert "next: Mend the source file" in message and "clear the task bronze.stage" in message
    assert [path for path in paths if escape(path) not in report] == []
    assert orders.rows("bronze.orders", "order_id") == []
    assert not orders.ledger().done()


def test_two_full_loads_at_once_are_one_and_a_change_of_the_whole_table_asks_for_another(
    spark: SparkSession, tmp_path: Path
) -> None:
    orders = a_pipeline(spark, tmp_path)
    orders.write("expectations/orders/silver.orders.yaml", CONTRACT.partition("  due:")[0])
    orders.load(START, "1,open,1", "2,open,1")
    orders.load(START + timedelta(minutes=1), "3,open,1", name="LOAD00000002.csv")
    header = "Op,committed_at,order_id,status,amount,statement"
    records = ("TRUNCATE,10:00,,,,", "T,10:00,,,,", "DDL,10:00,,,,ALTER TABLE orders")
    orders.land(0, *records, header=header)
    orders.hop("bronze", 0)
    with pytest.raises(GateClosed) as caught:
        orders.hop("silver", 0)
    assert "op.of_a_row: 3 of 6 rows break “no record is a TRUNCATE or DDL”" in str(caught.value)

    (closed,) = orders.ledger().closed_gates()
    decide(spark, orders.settings, "orders", "divert", closed.digest, by="anna", why="a load follows")
    orders.hop("silver", 0)
    assert orders.live() == [(1, "open", 1.0), (2, "open", 1.0), (3, "open", 1.0)]
    apart = [marks for (marks,) in orders.rows("silver.orders_changes", "_failed_rules") if marks]
    assert apart == 3 * [["op.one_of", "order_id.required", "diverted:op.of_a_row"]]

    orders.load(START + timedelta(minutes=75), "4,open,1", name="LOAD00000003.csv")
    orders.run(1)
    assert orders.live() == [(4, "open", 1.0)]


def test_a_file_that_grows_while_it_is_read_is_said_to(tmp_path: Path) -> None:
    path = tmp_path / "orders" / FOLDER / "a.csv"
    path.parent.mkdir(parents=True)
    path.write_text("Op,committed_at,order_id\n")
    files = list_landing(tmp_path, "orders")
    still_as_listed(tmp_path, files)
    with path.open("a") as file:
        file.write("I,")
    with pytest.raises(StillWritten) as caught:
        still_as_listed(tmp_path, files)
    assert str(caught.value) == (
        f"The landing file orders/{FOLDER}/a.csv changed while it was read: it is still being written.\n"
        f"  where: {path}\n"
        "  left behind: Nothing was archived; all published tables are as they were.\n"
        "  next: Nothing to do where it is complete by the next try. Let its writer name it `.<name>` until "
        "it is complete, or clear the task bronze.stage with its downstream tasks."
    )
    path.unlink()
    with pytest.raises(StillWritten, match=r"a\.csv is gone\."):
        still_as_listed(tmp_path, files)


def test_a_full_load_of_later_is_left_for_its_hour_on_record(spark: SparkSession, tmp_path: Path) -> None:
    orders = Orders(spark, tmp_path)
    orders.load(START + timedelta(minutes=75), "1,open,1")
    attempts = [orders.hop("bronze", 0)]
    orders.hop("silver", 0)
    assert orders.live() == []
    attempts.append(orders.hop("bronze", 1))
    orders.hop("silver", 1)
    assert orders.live() == [(1, "open", 1.0)]
    told = [Attempt(orders.settings, "orders", "bronze", name).manifest().findings for name in attempts]
    left = "left for the hour 2024-01-01T01: its last row was transferred 01:15:00"
    assert [[(f["rule"], f["on_fail"], f["detail"]) for f in findings] for findings in told] == [
        [("files.load_time", "warn", left)],
        [],
    ]


@pytest.mark.parametrize("step", ["checksum", "not_utf8"])
def test_a_file_that_goes_away_before_it_is_read_is_tried_again(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    orders = a_pipeline(spark, tmp_path)
    path = orders.land(0, "I,05:00,1,open,1")
    read = getattr(choose_files, step)

    def gone(landing: Path, name: str) -> Any:
        path.unlink()
        return read(landing, name)

    monkeypatch.setattr(choose_files, step, gone)
    with pytest.raises(StillWritten) as caught:
        orders.hop("bronze", 0)
    relative = path.relative_to(orders.settings.landing / "orders")
    assert str(caught.value) == (
        f"The landing file {relative} is gone.\n"
        f"  where: {path}\n"
        "  left behind: Nothing was archived; all published tables are as they were.\n"
        "  next: Nothing to do where it is complete by the next try. Let its writer name it `.<name>` until "
        "it is complete, or clear the task bronze.stage with its downstream tasks."
    )
    assert orders.ledger().entries() == []


def test_a_file_that_changes_while_it_is_judged_is_tried_again(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = a_pipeline(spark, tmp_path)
    path = orders.land(0, "I,05:00,1,open,1")
    judged = choose_files.not_utf8

    def grows(landing: Path, name: str) -> Any:
        path.write_text(path.read_text() + "I,2024-01-01 00:06:00,2,open,1\n")
        return judged(landing, name)

    monkeypatch.setattr(choose_files, "not_utf8", grows)
    with pytest.raises(StillWritten, match=r"changed while it was read: it is still being written\."):
        orders.hop("bronze", 0)


def test_a_file_that_goes_away_while_the_folder_is_read_is_not_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "orders" / FOLDER
    folder.mkdir(parents=True)
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text("Op,committed_at,order_id\n")
    is_symlink = Path.is_symlink

    def goes(path: Path) -> bool:
        if path.name == "a.csv":
            path.unlink(missing_ok=True)
        return is_symlink(path)

    monkeypatch.setattr(Path, "is_symlink", goes)
    listed, refused = look_at_landing(tmp_path, "orders")
    assert ([file.path for file in listed], refused) == ([f"orders/{FOLDER}/b.csv"], [])


def test_a_file_that_cannot_be_read_is_said_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # root may read whatever the mode says
    with pytest.raises(UnreadableFile) as caught:
        checksum(tmp_path, "orders/a.csv")
    assert str(caught.value) == (
        "The landing file orders/a.csv cannot be read: Permission denied.\n"
        f"  where: {tmp_path}/orders/a.csv\n"
        "  left behind: Nothing was archived; all published tables are as they were.\n"
        "  next: Make the file readable, then clear bronze.stage with its downstream tasks."
    )


def test_a_folder_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orders" / "2024" / "01").mkdir(parents=True)
    scan = os.scandir

    def refuse(path: str) -> Any:
        if str(path).endswith("/01"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)  # root may read whatever the mode says
    with pytest.raises(UnreadableFile) as caught:
        list_landing(tmp_path, "orders")
    assert str(caught.value) == (
        f"The landing folder {tmp_path}/orders/2024/01 cannot be read: Permission denied.\n"
        f"  where: {tmp_path}/orders/2024/01\n"
        "  left behind: Nothing was archived; all published tables are as they were.\n"
        "  next: Make the folder readable, then clear bronze.stage with its downstream tasks."
    )


def test_a_feed_without_folder_has_no_files(tmp_path: Path) -> None:
    assert list_landing(tmp_path, "orders") == []


def test_the_document_has_every_case_with_its_outcome() -> None:
    lines = (REPOSITORY / "docs" / "bad-input.md").read_text(encoding="utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    cases: list[tuple[str, str]] = []
    for group in (TAKEN, CLOSES, LATER):
        cases += [(case.name, case.outcome) for case in group]
    assert len(cases) == len(set(cases)) >= 60
    assert [case for case in cases if list(case) not in rows] == []
