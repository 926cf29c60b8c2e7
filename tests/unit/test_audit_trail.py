"""Who did what: one act for each line of each record, in order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from headgate.hops.ledger import Entry, Ledger
from headgate.hops.requests import Request
from headgate.releases.release_rows import Release
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings
from headgate.stack import airflow_acts, lake_acts, mlflow_acts, stack_acts
from headgate.stack.audit_trail import Act, Place, in_order

AT = datetime(2026, 2, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "what", "why"),
    [
        (
            {
                "dag_id": "flights_gate",
                "extra": '{"method": "POST", "conf": {"decision": "accept", "why": "known outage"}}',
            },
            "flights_gate decision accept",
            "known outage",
        ),
        (
            {"dag_id": "flights_hourly", "run_id": "r1", "task_id": "gold.gate", "extra": None},
            "flights_hourly/r1/gold.gate",
            "",
        ),
        ({"extra": '{"chosen_options": ["promote"]}', "dag_id": "p"}, "p", "['promote']"),
        ({"extra": "no json", "dag_id": "p"}, "p extra no json", ""),
        ({"extra": '["a"]'}, "extra ['a']", ""),
        (
            {
                "dag_id": "flights_quarantine",
                "extra": '{"conf": {"table": "flights", "values": {"name": "Ada"}, '
                '"secret_values": {"name": "Ada"}, "secret_key": ["name=Ada"]}}',
            },
            "flights_quarantine table flights",
            "",
        ),
    ],
)
def test_a_line_of_airflow_is_an_act(event: dict[str, Any], what: str, why: str) -> None:
    line = {"when": "2026-02-01T07:00:00Z", "owner": "eva", "event": "trigger_dag_run", **event}
    assert airflow_acts.act_of(line) == Act(AT, "eva", "airflow", "trigger_dag_run", what, why)


@pytest.mark.parametrize(
    ("status", "did"), [(200, "POST runs/create"), (403, "POST runs/create (refused, 403)")]
)
def test_a_line_of_mlflow_is_an_act(status: int, did: str) -> None:
    line = (
        f'{{"at": "2026-02-01T07:00:00+00:00", "who": "sam", "status": {status}, "method": "POST", '
        '"path": "/api/2.0/mlflow/runs/create", "fields": {"experiment_id": "1", "key": "x"}}'
    )
    assert mlflow_acts.act_of(line) == Act(AT, "sam", "mlflow", did, "experiment_id 1, key x")


def test_a_half_written_line_of_mlflow_waits(tmp_path: Path) -> None:
    line = (
        '{"at": "2026-02-01T07:00:00+00:00", "who": "a", "status": 200, "method": "PUT", "path": "/x", '
        '"fields": {}}'
    )
    (tmp_path / "2026-01.jsonl").write_text(line + "\n")
    (tmp_path / "2026-02.jsonl").write_text(line + "\n" + line[:20])
    assert len(mlflow_acts.mlflow_acts(tmp_path)) == 2
    assert mlflow_acts.mlflow_acts(tmp_path / "none") == []


def test_ends_of_lines_within_a_text_end_no_line(tmp_path: Path) -> None:
    """Also not where an earlier Headgate wrote them as they are."""
    line = (
        '{"at": "2026-02-01T07:00:00+00:00", "who": "a", "status": 403, "method": "POST", "path": "/x", '
        '"fields": {"name": "a\u2028b\u0085c"}}\n'
    )
    (tmp_path / "2026-01.jsonl").write_text(line, encoding="utf-8")
    assert [act.what for act in mlflow_acts.mlflow_acts(tmp_path)] == ["name a\u2028b\u0085c"]


def test_decisions_in_the_lake_are_acts_and_publishes_are_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    done = Entry(1, 1, "gold", "done", AT, None, AT, None, "a", "d", recorded_at=AT)
    accepted = replace(done, entry=2, hop="silver", state="accepted", decided_by="eva", why="known outage")
    asked = Request(1, "flights", "flights", "dismiss", (("f", 1, 0), ("f", 2, 0)), "a test", {}, "ben", AT)
    held = Release(
        1, "hold", None, 1, None, [{"check": "rows", "passed": False, "said": "too few"}], decided_at=AT
    )
    moved = Release(
        2, "by_hand", 3, 1, None, [{"said": "moved"}], decided_by="somebody in MLflow", decided_at=AT
    )
    monkeypatch.setattr(Ledger, "entries", lambda _: [done, accepted])
    monkeypatch.setattr(lake_acts, "requests", lambda *_: [asked])
    monkeypatch.setattr(lake_acts, "releases", lambda *_: [held, moved])
    found = list(lake_acts.lake_acts(Settings(home=tmp_path), load_pipeline(Settings(), "flights")))
    assert found == [
        Act(AT, "eva", "headgate", "accepted", "flights silver 2026-02-01T07", "known outage"),
        Act(AT, "ben", "headgate", "dismiss", "flights flights, 2 rows", "a test"),
        Act(AT, "the rules", "headgate", "hold", "flights release 1, no version", "too few"),
        Act(AT, "somebody in MLflow", "headgate", "by hand", "flights release 2, version 3", "moved"),
    ]


def test_what_was_done_to_the_stack_is_an_act(tmp_path: Path) -> None:
    assert stack_acts.stack_acts(tmp_path) == []
    stack_acts.append(tmp_path, AT, "ana", "compose backup", "/srv/b\n\u2028ä")
    stack_acts.append(tmp_path, AT.replace(hour=8), "ben", "compose accounts", "ana: Engineer")
    assert (tmp_path / "stack/acts.jsonl").read_text().splitlines()[0] == (
        '{"at": "2026-02-01T07:00:00+00:00", "who": "ana", "did": "compose backup", '
        '"what": "/srv/b\\n\\u2028\\u00e4"}'
    )
    assert stack_acts.stack_acts(tmp_path) == [
        Act(AT, "ana", "stack", "compose backup", "/srv/b\n\u2028ä"),
        Act(AT.replace(hour=8), "ben", "stack", "compose accounts", "ana: Engineer"),
    ]
    assert mlflow_acts.mlflow_acts(tmp_path) == []


def test_what_is_not_on_record_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack_acts, "docker_compose", lambda _: 1)
    with pytest.raises(stack_acts.NotOnRecord) as refused:
        stack_acts.put_on_record("compose backup", "/srv/b")
    assert str(refused.value) == (
        "compose backup is not in the audit trail: docker compose run archive ended with 1\n"
        "  where: /srv/b\n"
        "  left behind: what was done before that stays\n"
        "  next: docker compose ps --all, which shows what is wrong"
    )


def act(hour: int, who: str) -> Act:
    return Act(AT.replace(hour=hour), who, "headgate", "hold", "flights release 1")


def test_acts_stand_in_order_and_can_be_chosen() -> None:
    acts = [act(9, "a"), act(7, "b"), act(8, "a")]
    assert in_order(acts) == [act(7, "b"), act(8, "a"), act(9, "a")]
    assert in_order(acts, AT.replace(hour=8), AT.replace(hour=9)) == [act(8, "a")]
    assert in_order(acts, who="a") == [act(8, "a"), act(9, "a")]


@pytest.mark.parametrize(
    ("place", "what", "about"),
    [
        ("headgate", "flights silver 2026-02-01T07", True),
        ("headgate", "flights release 1, version 2", True),
        ("headgate", "flights_2 release 1, version 2", False),
        ("airflow", "flights_hourly/r1/gold.gate", True),
        ("airflow", "flights_gate decision accept", True),
        ("airflow", "flights_2_gate decision accept", False),
        ("airflow", "other_hourly why flights", False),
        ("airflow", "", False),
        ("mlflow", "name flights, alias champion, version 1", True),
        ("mlflow", "name flights_2, alias champion", False),
        ("mlflow", "username eva", False),
        ("stack", "/srv/backups/flights", False),
    ],
)
def test_acts_about_a_pipeline_are_those_that_name_it_as_what_was_acted_on(
    place: Place, what: str, about: bool
) -> None:
    one = Act(AT, "eva", place, "did", what)
    assert in_order([one], pipeline="flights") == [one] * about


@pytest.mark.parametrize(("text", "found"), [("hold", 1), ("Release 1", 1), ("release 2", 0), ("eva", 0)])
def test_acts_are_chosen_by_what_was_done_to_what(text: str, found: int) -> None:
    assert len(in_order([act(7, "eva")], text=text)) == found
