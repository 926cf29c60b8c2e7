"""Somebody who is signed in, and what Airflow says they may."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from airflow.api_fastapi.core_api.security import get_user
from fastapi.testclient import TestClient

from headgate.airflow.pages import access, pages_app, pipeline_page, pipelines_page


@dataclass(frozen=True)
class Viewer:
    """A user as auth managers describe one."""

    name: str = "anna"

    def get_id(self) -> str:
        return f"id of {self.name}"

    def get_name(self) -> str:
        return self.name


VIEWER = Viewer()


def may_do_all_with(pipeline: str) -> Callable[[str, str, object], bool]:
    """May read and trigger the DAGs of one pipeline, and no others."""
    return lambda method, dag_id, user: dag_id.startswith(f"{pipeline}_")


def may_read_only(pipeline: str) -> Callable[[str, str, object], bool]:
    """May read the DAGs of one pipeline, and trigger none."""
    return lambda method, dag_id, user: method == "GET" and dag_id.startswith(f"{pipeline}_")


def signed_in(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """The pages as `VIEWER` gets them, who may do all with `shop`, of which Airflow knows no run."""
    monkeypatch.setattr(access, "is_allowed", may_do_all_with("shop"))
    monkeypatch.setattr(pipelines_page, "runs_of_hours", lambda dag, hours: {})
    monkeypatch.setattr(pipeline_page, "live_tasks", lambda dags: {})
    monkeypatch.setattr(pipeline_page, "task_seconds", lambda dag, runs: [])
    app = pages_app.pages_app()
    app.dependency_overrides[get_user] = lambda: VIEWER
    return TestClient(app)


def reading(client: TestClient) -> Callable[..., str]:
    """A function that gives the text of a page, white space apart, which must answer with its `status`."""

    def look(path: str, status: int = 200) -> str:
        answer = client.get(path)
        assert answer.status_code == status
        return " ".join(answer.text.split())

    return look
