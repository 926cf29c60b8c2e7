"""Learning waits until no hour is left to run, and says how runs that never start are ended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from headgate.airflow.dags import learn_dags
from headgate.spec.settings import Settings
from tests.unit.in_airflow.task_context import Instance, context


@pytest.mark.parametrize(("hours", "quiet"), [(0, True), (3, False)])
def test_learning_waits_until_no_hour_is_left(pipelines: Settings, hours: int, quiet: bool) -> None:
    wait: Any = learn_dags()["shop_learn"].get_task("wait_until_quiet")
    assert wait.poke(context(Instance(hours=hours), dag_id="shop_learn")) is quiet


@pytest.mark.parametrize(
    ("running", "said"),
    [
        (1, ["shop_hourly still has 2 runs to do"]),
        (
            0,
            [
                "waiting for 2 queued runs of shop_hourly, of which none is at work. Airflow does not start "
                "runs that were cleared after their backfill was cancelled, nor those of a paused DAG. If "
                "they stay queued, mark them as failed on the page of shop_hourly: this goes on then, and "
                "./headgate run does their hours"
            ],
        ),
    ],
)
def test_learning_says_how_runs_that_stay_queued_are_ended(
    pipelines: Settings, monkeypatch: pytest.MonkeyPatch, running: int, said: list[str]
) -> None:
    wait: Any = learn_dags()["shop_learn"].get_task("wait_until_quiet")
    instance = Instance(hours=2)
    instance.counts["shop_hourly", "running"] = running
    told: list[str] = []
    log = SimpleNamespace(
        **dict.fromkeys(("info", "warning"), lambda text, *given: told.append(text % given))
    )
    monkeypatch.setattr(type(wait), "log", log)
    assert not wait.poke(context(instance, dag_id="shop_learn"))
    assert told == said


@pytest.mark.parametrize("hours", [0, 3])
def test_a_learning_run_leaves_everything_to_the_one_behind_it(pipelines: Settings, hours: int) -> None:
    wait: Any = learn_dags()["shop_learn"].get_task("wait_until_quiet")
    with pytest.raises(AirflowSkipException, match="A later run of this DAG is queued"):
        wait.poke(context(Instance(hours=hours, behind=1), dag_id="shop_learn"))
