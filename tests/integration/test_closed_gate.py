"""A file that cannot be trusted closes the gate: nothing flows until it is mended."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from urllib.parse import quote

from headgate.cli.airflow_runs import Run, Task, log_tail
from headgate.stack.airflow_client import AirflowClient
from tests.integration.headgate_stack import Demo, HeadgateStack

CLOSED, BEHIND = datetime(2013, 1, 29, 4, tzinfo=UTC), datetime(2013, 1, 29, 5, tzinfo=UTC)
DIVERTED = datetime(2013, 1, 29, 6, tzinfo=UTC)


def test_a_closed_gate_holds_the_water_until_the_file_is_mended(demo: Demo, stack: HeadgateStack) -> None:
    sample = stack.headgate("sample", "flights", "--from", "2013-01-29T04", "--to", "2013-01-29T05")
    assert sample.code == 0, sample.err
    path = stack.landed("flights", CLOSED)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b",flight_id,", b",flight_number,", 1))
    before = stack.ledger().versions()

    answer = stack.headgate("run", "flights", "--from", "2013-01-29T04", "--to", "2013-01-29T05")
    _says_what_where_and_how_to_go_on(answer.code, answer.out, answer.err)
    _holds_the_later_hour_back(stack)
    assert stack.ledger().versions() == before

    path.write_bytes(whole)
    _clear(stack, CLOSED)
    again = stack.headgate(
        "run", "flights", "--from", "2013-01-29T05", "--to", "2013-01-29T05", "--reprocess", "completed"
    )
    assert again.code == 0, again.out + again.err
    assert stack.ledger().last_hour_done() == BEHIND
    assert stack.ledger().closed_gates() == []
    assert {entry.hour for entry in stack.ledger().done("gold")} >= {CLOSED, BEHIND}


def test_a_decision_opens_the_gate_around_the_file_and_is_on_record(demo: Demo, stack: HeadgateStack) -> None:
    sample = stack.headgate("sample", "flights", "--from", "2013-01-29T06", "--to", "2013-01-29T07")
    assert sample.code == 0, sample.err
    path = stack.landed("flights", DIVERTED)
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b",flight_id,", b",flight_number,", 1))
    answer = stack.headgate("run", "flights", "--from", "2013-01-29T06", "--to", "2013-01-29T07")
    assert answer.code == 1
    assert "./headgate gate divert flights" in answer.err

    refused = stack.headgate("gate", "accept", "flights", "--why", "it looks well")
    assert refused.code == 1
    assert "accept is refused: a file cannot be taken as it is" in refused.err
    decided = stack.headgate("gate", "divert", "flights", "--why", "a header of the old release")
    assert decided.code == 0, decided.out + decided.err
    assert "2013-01-29 06:00  published" in decided.out
    command = "./headgate run flights --from 2013-01-29T07 --to 2013-01-29T07 --reprocess completed"
    assert command in decided.out
    (line,) = (entry for entry in stack.ledger().entries() if entry.state == "diverted")
    assert (line.hop, line.hour, line.decided_by, line.why) == (
        "bronze",
        DIVERTED,
        "admin",
        "a header of the old release",
    )

    path.write_bytes(whole)
    again = stack.headgate(*command.split()[1:])
    assert again.code == 0, again.out + again.err
    assert stack.ledger().closed_gates() == []
    mended = stack.rows(
        f"SELECT count(*) AS rows FROM flights_bronze.flights WHERE _file LIKE '%{path.name}'"
    )
    assert mended[0]["rows"] == len(whole.splitlines()) - 1


def _says_what_where_and_how_to_go_on(code: int, out: str, err: str) -> None:
    assert code == 1
    assert "2013-01-29 04:00  failed at bronze.gate" in out
    assert "2013-01-29 05:00  behind a closed gate" in out
    assert "The bronze gate of flights is closed at 2013-01-29" in err
    assert "flight_id" in err
    assert "report" in err
    assert "./headgate run flights --from 2013-01-29T04 --to 2013-01-29T05 --reprocess completed" in err


def _holds_the_later_hour_back(stack: HeadgateStack) -> None:
    gate = stack.tasks(stack.run_of(CLOSED))["bronze.gate"]
    assert (gate["state"], gate["try_number"]) == ("failed", 1)
    later = stack.run_of(BEHIND)
    stage = stack.tasks(later)["bronze.stage"]
    assert stage["state"] == "skipped"
    run = Run("flights_hourly", later["dag_run_id"], BEHIND, "success", None)
    with AirflowClient(stack.settings) as client:
        log = log_tail(client, run, Task("bronze.stage", "skipped", None, stage["try_number"], ""), 50)
    assert any("behind 2013-01-29 04:00" in line for line in log)
    (closed,) = stack.ledger().closed_gates()
    assert (closed.hop, closed.hour) == ("bronze", CLOSED)
    assert (stack.settings.reports / closed.report).is_file()
    status = stack.status()
    (flights,) = (found for found in status["pipelines"] if found["pipeline"] == "flights")
    assert [gate["hop"] for gate in flights["closed_gates"]] == ["bronze"]


def _clear(stack: HeadgateStack, hour: datetime) -> None:
    """Clear the hour's run, as the button in Airflow does, and wait for its end."""
    run = stack.run_of(hour)
    path = f"/dags/flights_hourly/dagRuns/{quote(run['dag_run_id'], safe='')}"
    with AirflowClient(stack.settings) as client:
        client.post(f"{path}/clear", {"dry_run": False, "only_failed": False})
        limit = time.monotonic() + 300
        while (state := client.get(path)["state"]) in ("queued", "running"):
            assert time.monotonic() < limit, f"the cleared run is still {state}"
            time.sleep(1)
    assert state == "success"
