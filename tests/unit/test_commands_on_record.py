"""Inside of a served stack every command has a line in the audit, without what may be personal in it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from headgate.airflow.names import ACCOUNT_OF_COMMANDS
from headgate.cli.served import NotWrittenDown, act_of, write_down
from headgate.spec.settings import REPOSITORY
from headgate.stack.airflow_acts import act_of as airflow_act
from headgate.stack.audit_trail import in_order
from headgate.stack.stack_acts import stack_acts

PIPELINES = ["flights", "orders"]


@pytest.mark.parametrize(
    ("words", "did", "what"),
    [
        (["status"], "compose status", ""),
        (["run", "flights", "--from", "2013-01-08T00"], "compose run", "flights"),
        (["run", "--from", "2013-01-08T00", "flights"], "compose run", "flights"),
        (["releases", "reconcile", "orders"], "compose releases reconcile", "orders"),
        (["gate", "accept", "flights", "--why", "so it is"], "compose gate accept", "flights"),
        (["forget", "flights", "flights", "flight_id=1"], "compose forget", "flights"),
        (["forget", "--why", "asked to", "flights", "flights", "id=1"], "compose forget", "flights"),
        (["query", "SELECT * FROM x WHERE name = 'Ann'"], "compose query", ""),
        (["audit", "--who", "ana"], "compose audit", ""),
    ],
)
def test_a_line_names_command_and_pipeline_alone(words: list[str], did: str, what: str) -> None:
    assert act_of(words, PIPELINES) == (did, what)


def test_who_asked_for_a_backfill_or_a_repair_is_found_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", "ana")
    write_down(["run", "flights", "--from", "2013-01-08T00"], tmp_path, PIPELINES)
    monkeypatch.setenv("LOGNAME", "ben")
    write_down(["releases", "reconcile", "flights"], tmp_path, PIPELINES)
    found = in_order(stack_acts(tmp_path), who="ana", pipeline="flights")
    assert [(act.who, act.place, act.did, act.what) for act in found] == [
        ("ana", "stack", "compose run", "flights")
    ]
    assert datetime.now(UTC) >= found[0].at


def test_without_its_line_nothing_is_done(tmp_path: Path) -> None:
    (tmp_path / "stack").write_text("in the way")
    with pytest.raises(NotWrittenDown) as refused:
        write_down(["status"], tmp_path, PIPELINES)
    place = tmp_path / "stack" / "acts.jsonl"
    assert str(refused.value) in (
        f"the audit trail cannot be written: [Errno {error}] {text}: '{where}'\n"
        f"  where: {tmp_path}\n"
        "  left behind: nothing was done\n"
        "  next: make room on the disk, or look at the volume `changes`, then repeat"
        for error, text, where in ((17, "File exists", place.parent), (20, "Not a directory", place))
    )


@pytest.mark.parametrize(("owner", "who"), [(ACCOUNT_OF_COMMANDS, "ana"), ("eva", "eva")])
def test_in_airflow_the_account_of_the_commands_alone_speaks_for_others(owner: str, who: str) -> None:
    act = airflow_act(
        {
            "when": "2026-02-01T09:00:00Z",
            "owner": owner,
            "event": "trigger_dag_run",
            "dag_id": "flights_gate",
            "extra": '{"conf": {"decision": "accept", "asked_by": "ana"}, "note": "asked by ana"}',
        }
    )
    assert (act.who, act.what) == (who, "flights_gate decision accept")


def test_the_service_for_commands_runs_it_and_may_write_there() -> None:
    service = yaml.safe_load((REPOSITORY / "docker-compose.yaml").read_text())["services"]["headgate"]
    assert service["entrypoint"][-3:] == ["python", "-m", "headgate.cli.served"]
    assert "changes:/changes" in service["volumes"]
    assert service["environment"]["HEADGATE_SERVED_MLFLOW_CHANGES"] == "/changes"
