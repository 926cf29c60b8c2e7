"""I clone, run the demo, see the grid green in Airflow, the report of a gate, and a champion in MLflow."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx

from headgate.releases.release_rows import releases
from tests.demo_sample import sample_lines, shape
from tests.integration.headgate_stack import DEMO, Demo, HeadgateStack

LAST_HOUR = datetime(2013, 1, 29, 2, tzinfo=UTC)
STEPS = ("stage", "gate", "publish")
HOP_TASKS = {f"{hop}.{step}" for hop in ("bronze", "silver", "gold") for step in STEPS}
SCORES = {f"scores.{step}" for step in STEPS}


def test_the_demo_ends_with_a_summary(demo: Demo) -> None:
    summary = demo.summary
    assert summary["hours"] == {"runs": 4, "last_hour_done": "2013-01-29T02:00:00+00:00"}
    assert summary["gates"] == {"passed": 12, "closed": 0}
    assert summary["champion"]["version"] == 1
    assert summary["champion"]["metrics"]["log_loss"] < min(
        figures["log_loss"] for figures in summary["champion"]["baselines"].values()
    )
    assert set(summary["champion"]["baselines"]) == {"base rate", "carrier x local_hour"}
    assert all(rows > 0 for rows in summary["tables"].values())
    assert {"flights_bronze.flights", "flights_silver.flights_changes", "flights_gold.examples"} <= set(
        summary["tables"]
    )


def test_the_champion_beats_delays_by_carrier_and_hour_by_more_than_chance(
    demo: Demo, stack: HeadgateStack
) -> None:
    """By 0.06 of AUC and 0.03 of log loss at least; the bounds are of 95 % intervals over whole days."""
    (promoted,) = (r for r in releases(stack.settings, "flights") if r.decision == "promote")
    assert promoted.version == demo.summary["champion"]["version"]
    assert promoted.evaluation["blocks"] == "day"
    auc = promoted.evaluation["auc_differences"]["carrier x local_hour"]
    log_loss = promoted.evaluation["differences"]["carrier x local_hour"]
    assert auc["blocks"] == log_loss["blocks"] == 7
    assert (auc["mean"] >= 0.06, auc["low"] > 0) == (True, True), auc
    assert (log_loss["mean"] <= -0.03, log_loss["high"] < 0) == (True, True), log_loss


def test_its_lines_name_every_hour_and_task_and_hide_nothing(demo: Demo) -> None:
    lines = demo.answer.out.splitlines()
    for hour in ("2013-01-28 23:00", "2013-01-29 00:00", "2013-01-29 01:00", "2013-01-29 02:00"):
        own = [line for line in lines if line.startswith(hour)]
        assert {line.split()[2] for line in own if " done " in line} == HOP_TASKS
        assert any("published" in line for line in own)
    password = (demo.stack.settings.home / "secrets" / "airflow_password").read_text().strip()
    assert any(password in line for line in lines)
    assert password not in lines[-1]


def test_the_readme_shows_these_lines(demo: Demo) -> None:
    printed = {shape(line) for line in demo.answer.out.splitlines()}
    assert [line for line in sample_lines() if shape(line) not in printed] == []


def test_the_grid_is_green(demo: Demo, stack: HeadgateStack) -> None:
    for dag_id, least in (("flights_hourly", 4), ("flights_learn", 1), ("flights_promote", 1)):
        runs = stack.runs(dag_id)
        assert len(runs) >= least
        assert {run["state"] for run in runs} == {"success"}
    for run in stack.runs("flights_hourly"):
        assert {name: task["state"] for name, task in stack.tasks(run).items()} == {
            **dict.fromkeys(HOP_TASKS, "success"),
            **dict.fromkeys(SCORES, "skipped"),  # the champion came after these hours
        }


def test_every_gate_has_a_report(demo: Demo, stack: HeadgateStack) -> None:
    for entry in stack.ledger().done():
        page = (stack.settings.reports / entry.report).read_text()
        assert page.startswith("<!doctype html>\n")
        assert "http://" not in page.replace("http://www.w3.org/", "")
        assert "https://" not in page


def test_the_registry_has_a_champion(demo: Demo, stack: HeadgateStack) -> None:
    answer = httpx.get(
        f"{stack.addresses.mlflow}/api/2.0/mlflow/registered-models/alias",
        params={"name": "flights", "alias": "champion"},
        trust_env=False,
    )
    assert answer.json()["model_version"]["version"] == str(demo.summary["champion"]["version"])


def test_the_record_of_decisions_is_whole_and_mlflow_vouches_for_it(demo: Demo, stack: HeadgateStack) -> None:
    verified = stack.headgate("releases", "verify", "flights")
    assert verified.code == 0, verified.err
    assert "releases, none changed; the last digest is" in verified.out
    assert "MLflow was not asked" not in verified.out


def test_status_and_query_tell_the_same(demo: Demo, stack: HeadgateStack) -> None:
    status = stack.status()
    assert all(part["healthy"] for part in status["parts"])
    (flights,) = (found for found in status["pipelines"] if found["pipeline"] == "flights")
    assert flights["last_hour_done"] == "2013-01-29T02:00:00+00:00"
    assert flights["closed_gates"] == []
    (counted,) = stack.rows("SELECT count(*) AS n FROM flights_silver.flights")
    assert counted["n"] == demo.summary["tables"]["flights_silver.flights"]


def test_query_writes_csv_and_refuses_to_write_tables(demo: Demo, stack: HeadgateStack) -> None:
    found = stack.headgate(
        "query", "SELECT 1 AS one, 'a,b' AS two, timestamp'2013-01-29 00:00:00' AS at", "--format", "csv"
    )
    assert (found.code, found.out) == (0, 'one,two,at\n1,"a,b",2013-01-29T00:00:00+00:00\n')
    wrong = stack.headgate("query", "SELECT nothing FROM flights_silver.flights")
    assert wrong.code == 1
    assert "UNRESOLVED_COLUMN" in wrong.err
    assert "\tat " not in wrong.err and "Traceback" not in wrong.err
    refused = stack.headgate("query", "DROP VIEW flights_silver.flights")
    assert refused.code == 1
    assert "this one with DROP" in refused.err


def test_a_second_demo_changes_nothing(demo: Demo, stack: HeadgateStack) -> None:
    before = stack.ledger().entries()
    runs = {dag_id: len(stack.runs(f"flights_{dag_id}")) for dag_id in ("hourly", "learn", "promote")}
    answer = stack.headgate(*DEMO)
    assert answer.code == 0, answer.err
    assert "Hours: all done up to 2013-01-29T02" in answer.out
    assert stack.ledger().entries() == before
    assert {dag_id: len(stack.runs(f"flights_{dag_id}")) for dag_id in ("hourly", "learn", "promote")} == runs
    first, second = demo.summary, answer.last_line
    assert {**second, "seconds": 0} == {**first, "seconds": 0}
