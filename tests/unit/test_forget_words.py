"""How a subject is named, what is taken for a mention of it, and what is refused before anything is done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from headgate.cli import forget_through_airflow as through_airflow
from headgate.cli import start_run as start_run_module
from headgate.cli.forget_through_airflow import NoReasonToForget, forget_through_airflow
from headgate.cli.progress import Progress
from headgate.forgetting.found import Found, keep, kept, plan_path
from headgate.forgetting.mentioned import Mentioned
from headgate.forgetting.mentions import carried_key, naming_columns
from headgate.forgetting.reach import reach
from headgate.forgetting.refusals import NotToForget, require_possible, require_unnamed, still_there
from headgate.forgetting.subject import NoSuchSubject, Subject, subject_of
from headgate.hops.ledger import Entry, Ledger
from headgate.releases import reproduce as reproduce_module
from headgate.releases import rollback as rollback_module
from headgate.releases.forgotten import forgetting_of
from headgate.releases.reproduce import PinsAreGone, reproduce
from headgate.releases.rollback import NoWayBack, way_back
from headgate.spec.hour_range import HourRange
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.stack.airflow_client import AirflowClient
from tests.unit.airflow_answers import AirflowAnswers, dag_run

DAY = datetime(2013, 1, 29, tzinfo=UTC)
HOUR = timedelta(hours=1)


def contract(key: list[str], **columns: str | None) -> Any:
    """A contract; columns are given with their type, or with the `table.column` that they refer to."""
    made = {
        name: SimpleNamespace(
            type="string" if said is None or "." in said else said,
            references=said if said and "." in said else None,
        )
        for name, said in columns.items()
    }
    return SimpleNamespace(key=key, columns=made)


CONTRACTS = {
    "silver.planes": contract(["tailnum"], tailnum=None, seats="int"),
    "silver.flights": contract(
        ["flight_id"], flight_id=None, tailnum="planes.tailnum", spare="planes.tailnum"
    ),
    "silver.notes": contract(["note_id"], note_id="bigint", flight_id=None),
    "silver.crews": contract(["flight_id"], flight_id=None, name=None),
    "silver.weather": contract(["origin", "at"], origin=None, at="timestamp"),
}
LOADED = cast(
    LoadedPipeline,
    SimpleNamespace(
        spec=SimpleNamespace(
            pipeline="air",
            silver={name.removeprefix("silver."): None for name in CONTRACTS},
            hops=("bronze", "silver", "gold"),
            examples=SimpleNamespace(inputs=["flights"]),
            schedule=SimpleNamespace(start=DAY),
        ),
        contracts=CONTRACTS,
    ),
)


def test_a_subject_is_the_whole_key_of_a_silver_table() -> None:
    found = subject_of(LOADED, "notes", ["note_id= 007 "])
    assert found == Subject("notes", {"note_id": "7"})
    assert subject_of(LOADED, "weather", ["at=2013-01-01T05:00", "origin=JFK"]) == Subject(
        "weather", {"origin": "JFK", "at": "2013-01-01 05:00:00"}
    )
    assert found.digest("a") != found.digest("b") != subject_of(LOADED, "notes", ["note_id=8"]).digest("b")


@pytest.mark.parametrize(
    ("table", "pairs", "what"),
    [
        (
            "trains", ["a=b"],
            "air has no silver table 'trains': it has planes, flights, notes, crews, weather.",
        ),
        ("weather", ["origin=JFK"], "A row of air.weather is named by its whole key: origin=VALUE at=VALUE."),
        ("planes", ["tailnum"], "A row of air.planes is named by its whole key: tailnum=VALUE."),
        ("planes", ["seats=3"], "A row of air.planes is named by its whole key: tailnum=VALUE."),
        ("planes", ["tailnum= "], "The value given for tailnum is no string."),
        ("notes", ["note_id=seven"], "The value given for note_id is no bigint."),
        ("weather", ["origin=JFK", "at=noon"], "The value given for at is no timestamp."),
    ],
)  # fmt: skip
def test_what_names_no_row_is_refused(table: str, pairs: list[str], what: str) -> None:
    with pytest.raises(NoSuchSubject) as refused:
        subject_of(LOADED, table, pairs)
    shown = table if table in LOADED.spec.silver else "planes"
    assert str(refused.value) == (
        f"{what}\n  where: air_silver\n  left behind: Nothing was changed.\n"
        f"  next: ./headgate forget air {shown} COLUMN=VALUE --dry-run"
    )


@pytest.mark.parametrize(
    ("table", "named", "columns"),
    [
        ("planes", "planes", [("tailnum",)]),
        ("flights", "planes", [("tailnum",), ("spare",)]),  # by `references`
        ("notes", "flights", [("flight_id",)]),  # by the same name
        ("crews", "flights", []),  # the same key, and nothing says that it is of the same
        ("weather", "flights", []),
        ("notes", "weather", []),
    ],
)
def test_rows_name_others_by_references_or_by_columns_of_the_same_name(
    table: str, named: str, columns: list[tuple[str, ...]]
) -> None:
    assert naming_columns(LOADED, table, named) == columns


def test_further_gold_tables_carry_the_key_of_what_the_examples_are_made_of() -> None:
    assert carried_key(LOADED, ["flight_id", "as_of", "probability"]) == ["flights"]
    assert carried_key(LOADED, ["tailnum", "as_of"]) == []


FOUND = Found(keys={"flights": {("UA-1545",), ("7",)}, "weather": {("JFK", "2013-01-01 05:00:00")}})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("1 row breaks it (such as flight_id=UA-1545: -1)", True),
        ("the passenger of UA-1545 asked", True),
        ("flight_id=7, weather origin=JFK", True),
        ("7 rows", False),  # too short to be told from any number
        ("flight_id=71", False),
        ("origin=JFK", False),
    ],
)
def test_texts_that_name_it_are_told(text: str, named: bool) -> None:
    assert Mentioned(LOADED, FOUND).in_text(text) is named


@pytest.mark.parametrize(
    ("sample", "named"),
    [
        ({"key": {"flight_id": "7"}, "value": "-1"}, True),
        ({"key": {"origin": "JFK", "at": "2013-01-01 05:00:00"}, "value": None}, True),
        ({"key": {"origin": "JFK", "at": "2013-01-01 06:00:00"}, "value": None}, False),
        ({"key": {"note_id": "1"}, "value": "UA-1545"}, True),
        ({"key": {"file": "a.csv"}, "value": "columns missing: spare"}, False),
    ],
)
def test_samples_that_are_or_name_it_are_told(sample: dict[str, Any], named: bool) -> None:
    assert Mentioned(LOADED, FOUND).in_sample(sample) is named


def test_what_was_found_is_kept_for_nobody_else_to_read(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    found = Found(
        places={"flights": {("a.csv", 3, 0)}}, keys={"flights": {("7",)}}, first_known=DAY, landing=["a.csv"]
    )
    keep(settings, "air", "forget-1", found)
    assert kept(settings, "air", "forget-1") == found
    assert plan_path(settings, "air", "forget-1").parent.stat().st_mode & 0o777 == 0o700
    assert kept(settings, "air", "forget-2") is None


def entry(state: str, hop: str, start: int | None, end: int, number: int = 1, **more: Any) -> Entry:
    begin = None if start is None else DAY + start * HOUR
    return Entry(
        entry=number, number=number, hop=hop, state=cast(Any, state), hour=DAY, range_start=begin,
        range_end=DAY + end * HOUR, frontier=None, attempt=f"forget-{number}", digest="", **more,
    )  # fmt: skip


def ledger(*entries: Entry, frontier: int | None = 10, **more: Any) -> Ledger:
    done = lambda hop=None: [e for e in entries if e.state == "done" and hop in (None, e.hop)]  # noqa: E731
    end = None if frontier is None else DAY + frontier * HOUR
    begun = [e for e in entries if e.state == "forgetting"]
    facts: dict[str, Any] = {
        "done": done, "frontier": lambda: end, "forgettings": lambda: begun, "held": lambda: None,
        "claim": lambda: None, "last_hour_done": lambda: end and end - HOUR,
        "forgetting": lambda: None, **more,
    }  # fmt: skip
    return cast(Ledger, SimpleNamespace(**facts))


@pytest.mark.parametrize(
    ("published", "known", "hours"),
    [
        ([(0, 2), (2, 3), (3, 10)], 3, (2, 10)),
        ([(0, 2), (2, 3), (3, 10)], 2, (0, 10)),
        ([(None, 2), (2, 10)], 2, (None, 10)),
        ([(0, 10), (1, 4), (4, 10)], 6, (0, 10)),
        ([(0, 10)], 12, None),  # it is known from a later hour on only, as clocks ahead say
    ],
)
def test_what_is_derived_again_begins_where_a_publish_begins(
    published: list[tuple[int | None, int]], known: int, hours: tuple[int | None, int] | None
) -> None:
    lines = [entry("done", "silver", start, end) for start, end in published]
    found = reach(ledger(*lines), DAY + known * HOUR)
    if hours is None:
        assert found is None
        return
    start = None if hours[0] is None else DAY + hours[0] * HOUR
    assert found == HourRange(start, DAY + hours[1] * HOUR)


HELD = entry("restamped", "restamp", 0, 3, verdict="from 2013-01-29T00 on")


@pytest.mark.parametrize(
    ("told", "why", "problem", "way"),
    [
        ({}, " ", "forgetting says who asks for it, and why", 'the same with --why "..."'),
        (
            {"held": lambda: HELD}, "request 12",
            "hours wait: bronze is stamped anew, from 2013-01-29T00 on",
            "./headgate replay air --from 2013-01-29T00 --to 2013-01-29T02",
        ),
        ({"frontier": None}, "request 12", "nothing is published yet", "./headgate status"),
        (
            {"claim": lambda: SimpleNamespace(hour=DAY + 10 * HOUR)}, "request 12",
            "2013-01-29T10 has begun and is not done",
            "./headgate status, and see that hour through; then the same again",
        ),
    ],
)  # fmt: skip
def test_what_may_not_be_forgotten_now_is_refused(
    told: dict[str, Any], why: str, problem: str, way: str
) -> None:
    with pytest.raises(NotToForget) as refused:
        require_possible(LOADED, ledger(**told), "anna", why)
    assert str(refused.value) == (
        f"Nothing of air is forgotten now: {problem}.\n"
        "  where: air_forget\n  left behind: Nothing was changed.\n"
        f"  next: {way}"
    )


def test_a_reason_that_names_it_is_refused_for_it_would_be_kept() -> None:
    with pytest.raises(NotToForget) as refused:
        require_unnamed("air", Mentioned(LOADED, FOUND), "anna", "the passenger of UA-1545 asked")
    assert str(refused.value) == (
        "The reason names what is to be forgotten, and it would be kept.\n"
        "  where: air_forget\n  left behind: Nothing was changed.\n"
        "  next: the same with a --why that does not name it, like the number of the request"
    )
    require_unnamed("air", Mentioned(LOADED, FOUND), "anna", "request 12")


def test_what_is_still_there_says_where() -> None:
    assert str(still_there("air", {"gold.examples": 2})) == (
        "Not all of the subject is gone: 2 rows of gold.examples still hold it.\n"
        "  where: air_forget\n"
        "  left behind: The archive no longer has it, and hours wait.\n"
        "  next: look where the transforms of these tables take it from; then ask for the same again"
    )


BEGUN = entry(
    "forgetting", "forget", 4, 10, 8, versions_before={"gold.examples": 5}, decided_by="anna",
    recorded_at=datetime(2026, 11, 28, tzinfo=UTC),
)  # fmt: skip


@pytest.mark.parametrize(
    ("pin", "frontier", "concerned"),
    [(5, 10, True), (4, 5, True), (3, 4, False), (6, 10, False), (6, 11, False)],
)
def test_a_model_may_have_learned_from_what_was_known_before_its_frontier(
    pin: int, frontier: int, concerned: bool
) -> None:
    header = {"pins": {"gold.examples": pin}, "frontier": (DAY + frontier * HOUR).isoformat()}
    assert (forgetting_of(ledger(BEGUN), header) == BEGUN) is concerned


HEADER = {"pins": {"gold.examples": 5}, "frontier": (DAY + 10 * HOUR).isoformat()}


def test_a_release_whose_model_learned_from_it_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = SimpleNamespace(release=2, decision="promote", model=3, version=3)
    monkeypatch.setattr(rollback_module, "_release", lambda *_: release)
    monkeypatch.setattr(rollback_module, "header_of", lambda *_: HEADER)
    monkeypatch.setattr(rollback_module, "Ledger", lambda *_: ledger(BEGUN))
    with pytest.raises(NoWayBack) as refused:
        way_back(Settings(home=tmp_path), LOADED, cast(Any, None), 2, tables=False)
    assert str(refused.value) == (
        "Release 2 of air cannot come back: its model 3 may have learned from a subject that was forgotten "
        "since (forget-8, asked for by anna on 2026-11-28).\n"
        "  where: air_ops.releases\n"
        "  left behind: The alias champion and all tables are as they were.\n"
        "  next: ./headgate releases list air"
    )
    later = {**HEADER, "pins": {"gold.examples": 6}}
    monkeypatch.setattr(rollback_module, "header_of", lambda *_: later)
    monkeypatch.setattr(rollback_module, "Ledger", lambda *_: ledger(BEGUN, forgetting=lambda: BEGUN))
    with pytest.raises(NoWayBack, match="A subject of air is being forgotten, and nothing goes back") as busy:
        way_back(Settings(home=tmp_path), LOADED, cast(Any, None), 2, tables=False)
    assert busy.value.next_command == (
        "./headgate forget air TABLE COLUMN=VALUE, the same as before: it goes on where it was"
    )


def test_a_model_that_learned_from_it_cannot_be_fitted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reproduce_module, "header_of", lambda *_: HEADER)
    monkeypatch.setattr(reproduce_module, "Ledger", lambda *_: ledger(BEGUN))
    with pytest.raises(PinsAreGone) as gone:
        reproduce(cast(Any, None), Settings(home=tmp_path), LOADED, 3, tmp_path)
    assert gone.value.what == (
        "model 3 of air learned from version 5 of the examples, which is gone: a subject in it was forgotten "
        "(forget-8, asked for by anna on 2026-11-28)"
    )


class Airflow(AirflowAnswers):
    """Keeps what was deleted, too."""

    def __init__(self, answers: dict[str, list[Any]]) -> None:
        super().__init__(answers)
        self.deleted: list[str] = []

    def delete(self, path: str) -> None:
        self.deleted.append(path)


def test_the_run_that_names_the_subject_is_deleted_when_it_is_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, subject = Settings(home=tmp_path), Subject("flights", {"flight_id": "UA-1545"})
    own = {"table": "flights", "secret_key": ["flight_id=UA-1545"], "why": "request 12"}
    runs = [
        {**dag_run("manual__0", "failed"), "conf": {**own, "why": "an earlier try"}},
        {**dag_run("manual__1", "success"), "conf": own},
        {**dag_run("manual__2", "success"), "conf": {**own, "secret_key": ["flight_id=UA-2"]}},
        {**dag_run("manual__3", "success"), "conf": None},
    ]
    begun = {**dag_run("manual__1", "success"), "dag_id": "air_forget"}
    asked = [
        ("success", {"table": "flights", "secret_values": {"name": "Ada"}}),
        ("failed", {"table": "flights", "values": {"name": "Ada"}}),
        ("running", {"table": "flights", "secret_values": {"name": "Ada"}}),
        ("success", {"table": "flights", "secret_values": {}}),
    ]
    mends = [{"dag_run_id": f"mend__{n}", "state": one, "conf": conf} for n, (one, conf) in enumerate(asked)]
    given = {"/dags/air_forget/dagRuns": [begun, {"dag_runs": runs}]}
    client = Airflow({**given, "/dags/air_quarantine/dagRuns": [{"dag_runs": mends}]})
    for name in ("create_pools", "wait_for_dag"):
        monkeypatch.setattr(start_run_module, name, lambda *_: None)
    line = SimpleNamespace(state="forgotten", attempt="forget-5a", digest=subject.digest("5a"))
    monkeypatch.setattr(through_airflow, "Ledger", lambda *_: SimpleNamespace(entries=lambda: [line]))
    monkeypatch.setattr(through_airflow, "addresses", lambda _: SimpleNamespace(airflow="http://127.0.0.1:1"))
    certificate = settings.reports / "air" / "forgotten" / "forget-5a.txt"
    certificate.parent.mkdir(parents=True)
    certificate.write_text("Certificate forget-5a\n")
    said: list[str] = []
    progress = cast(Progress, SimpleNamespace(say=said.append))
    with pytest.raises(NoReasonToForget) as refused:
        forget_through_airflow(settings, cast(AirflowClient, client), LOADED, subject, " ", progress)
    assert str(refused.value) == (
        "Forgetting says why.\n  left behind: Nothing was changed.\n"
        '  next: the same with --why "...", which must not name the subject'
    )
    assert client.posted == []
    forget_through_airflow(settings, cast(AirflowClient, client), LOADED, subject, "request 12", progress)
    form = {"table": "flights", "secret_key": ["flight_id=UA-1545"], "why": "request 12"}
    assert client.posted == [("/dags/air_forget/dagRuns", {"logical_date": None, "conf": form})]
    assert client.deleted == [
        *("/dags/air_forget/dagRuns/manual__0", "/dags/air_forget/dagRuns/manual__1"),
        *("/dags/air_quarantine/dagRuns/mend__0", "/dags/air_quarantine/dagRuns/mend__1"),
    ]
    assert said == ["Certificate forget-5a", f"the certificate is kept at {certificate}"]
