"""The demo on separate servers ends as the embedded one does, whatever is killed meanwhile."""

from __future__ import annotations

from headgate.stack.access import passwords_of
from tests.compose.compose_stack import ONCE, ComposeStack
from tests.compose.eventful_demo import EventfulDemo


def test_the_stack_starts_healthy(stack: ComposeStack) -> None:
    services = stack.services()
    for name, (container,) in services.items():
        assert (container["State"], container["ExitCode"]) == (
            ("exited", 0) if name in ONCE else ("running", 0)
        )
        assert container["Health"] == ("" if name in ONCE else "healthy")


def test_it_ends_with_the_summary_of_the_embedded_demo(demo: EventfulDemo) -> None:
    summary = demo.summary
    assert summary["hours"] == {"runs": 2, "last_hour_done": "2013-01-29T00:00:00+00:00"}
    assert summary["gates"] == {"passed": 6, "closed": 0}
    assert summary["champion"]["version"] == 1
    assert summary["champion"]["metrics"]["log_loss"] < min(
        figures["log_loss"] for figures in summary["champion"]["baselines"].values()
    )
    assert {"Rows", "Gates", "Champion", "Look"} <= set(demo.lines)


def test_worker_and_engine_were_killed_and_came_back(demo: EventfulDemo, stack: ComposeStack) -> None:
    assert demo.killed == ["spark-worker", "engine"]
    stack.wait_until_healthy()
    assert stack.restarts("spark-worker") >= 1
    assert stack.restarts("engine") >= 1


def test_its_lines_show_no_secret(demo: EventfulDemo, stack: ComposeStack) -> None:
    secrets = [
        line.partition("=")[2]
        for line in (stack.folder / ".env").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    passwords = passwords_of(stack.secret("ACCOUNT_PASSWORDS"))
    secrets += [*passwords.values()]
    text = "\n".join(demo.lines) + stack.compose("logs", "--no-color")
    assert (len(secrets), len(passwords)) == (14 + len(passwords), 4)
    assert [secret for secret in secrets if secret in text] == []
    stack.compose("cp", "airflow-scheduler:/logs", str(stack.folder / "logs"))
    logs = [path for path in (stack.folder / "logs").rglob("*") if path.is_file()]
    assert logs
    shown = [
        path.name
        for path in logs
        if any(secret in path.read_text(encoding="utf-8", errors="replace") for secret in secrets)
    ]
    assert shown == []


def test_a_message_names_the_command_that_works_here(demo: EventfulDemo, stack: ComposeStack) -> None:
    answer = stack.headgate("releases", "show", "flights", "99")
    assert answer.code == 1
    assert "next: ./headgate compose releases list flights" in answer.err


def test_status_knows_the_champion(demo: EventfulDemo, stack: ComposeStack) -> None:
    answer = stack.headgate("status", "--json")
    assert answer.code == 0, answer.out + answer.err
    parts = {part["part"] for part in answer.last_line["parts"] if part["healthy"]}
    assert parts == {"engine", "mlflow", "api-server", "scheduler", "dag-processor"}
    (flights,) = answer.last_line["pipelines"]
    assert flights["champion"] == "1"
    assert flights["closed_gates"] == []
