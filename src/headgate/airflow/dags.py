"""The DAGs of all sound pipelines, as a dict that a DAG file adds to its globals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from airflow.sdk import DAG, get_parsing_context

from headgate.airflow.alerts_dag import alerts_dag
from headgate.airflow.approve_dag import approve_dag
from headgate.airflow.challenge_dag import challenge_dag
from headgate.airflow.forget_dag import forget_dag
from headgate.airflow.gate_dag import gate_dag
from headgate.airflow.hourly_dag import hourly_dag
from headgate.airflow.learn_dag import learn_dag
from headgate.airflow.maintain_dag import maintain_dag
from headgate.airflow.names import (
    ALERTS,
    APPROVE,
    CHALLENGE,
    FORGET,
    GATE,
    HOURLY,
    LEARN,
    MAINTAIN,
    PROMOTE,
    QUARANTINE,
    REPLAY,
    ROLLBACK,
    TUNE,
)
from headgate.airflow.promote_dag import asks, promote_dag
from headgate.airflow.quarantine_dag import quarantine_dag
from headgate.airflow.replay_dag import replay_dag
from headgate.airflow.rollback_dag import rollback_dag
from headgate.airflow.tune_dag import tune_dag
from headgate.spec.command import as_typed
from headgate.spec.errors import SpecErrors
from headgate.spec.load import load_all, load_pipeline, pipeline_names
from headgate.spec.pipeline import Pipeline
from headgate.spec.settings import Settings

Build = Callable[[Settings, Pipeline, str | None], DAG]


def pipeline_dags(
    pipelines_folder: str | Path | None = None,
    expectations_folder: str | Path | None = None,
    doc: str | None = None,
) -> dict[str, DAG]:
    """All DAGs of all sound pipelines, by DAG id; `globals().update(pipeline_dags())` is a whole DAG file.

    The folders default to the installation's; where only the pipelines' is given, the contracts are in
    `expectations` beside it. `doc` is shown as the DAGs' documentation. A broken pipeline has no DAGs here
    and harms no other; `broken_pipelines` tells what is wrong with it.
    """
    settings = _settings(pipelines_folder, expectations_folder)
    return {
        **hourly_dags(doc, settings),
        **gate_dags(doc, settings),
        **replay_dags(doc, settings),
        **learn_dags(doc, settings),
        **promote_dags(doc, settings),
        **approve_dags(doc, settings),
        **challenge_dags(doc, settings),
        **quarantine_dags(doc, settings),
        **maintain_dags(doc, settings),
        **rollback_dags(doc, settings),
        **tune_dags(doc, settings),
        **alerts_dags(doc, settings),
        **forget_dags(doc, settings),
    }


def hourly_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_hourly` of every sound pipeline."""
    return _dags(settings, HOURLY, hourly_dag, doc)


def gate_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_gate` of every sound pipeline."""
    return _dags(settings, GATE, gate_dag, doc)


def replay_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_replay` of every sound pipeline."""
    return _dags(settings, REPLAY, replay_dag, doc)


def learn_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_learn` of every sound pipeline that has examples and a model."""
    return _dags(settings, LEARN, learn_dag, doc, _learns)


def promote_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_promote` of every sound pipeline that has examples and a model."""
    return _dags(settings, PROMOTE, promote_dag, doc, _learns)


def approve_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_approve` of every sound pipeline whose promotions somebody approves."""
    return _dags(settings, APPROVE, approve_dag, doc, _asks)


def challenge_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_challenge` of every sound pipeline that has examples and a model."""
    return _dags(settings, CHALLENGE, challenge_dag, doc, _learns)


def quarantine_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_quarantine` of every sound pipeline."""
    return _dags(settings, QUARANTINE, quarantine_dag, doc)


def maintain_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_maintain` of every sound pipeline."""
    return _dags(settings, MAINTAIN, maintain_dag, doc)


def rollback_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_rollback` of every sound pipeline that has examples and a model."""
    return _dags(settings, ROLLBACK, rollback_dag, doc, _learns)


def tune_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_tune` of every sound pipeline that has examples and a model."""
    return _dags(settings, TUNE, tune_dag, doc, _learns)


def alerts_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_alerts` of every sound pipeline that has alerts."""
    return _dags(settings, ALERTS, alerts_dag, doc, _alerts)


def forget_dags(doc: str | None = None, settings: Settings | None = None) -> dict[str, DAG]:
    """`<pipeline>_forget` of every sound pipeline."""
    return _dags(settings, FORGET, forget_dag, doc)


def broken_pipelines(settings: Settings | None = None) -> None:
    """Raise SpecErrors with every mistake in every pipeline; nothing where all are sound."""
    _, errors = load_all(settings or Settings())
    if errors:
        raise SpecErrors(errors)


def _dags(
    settings: Settings | None,
    suffix: str,
    build: Build,
    doc: str | None,
    has: Callable[[Pipeline], bool] = lambda _: True,
) -> dict[str, DAG]:
    settings = settings or Settings()
    pipelines = [pipeline for pipeline in _pipelines(settings, suffix) if has(pipeline)]
    told = as_typed(doc) if doc else doc
    dags = [build(settings, pipeline, told) for pipeline in pipelines]
    return {dag.dag_id: dag for dag in dags}


def _learns(pipeline: Pipeline) -> bool:
    return pipeline.scored


def _asks(pipeline: Pipeline) -> bool:
    return pipeline.scored and asks(pipeline)


def _alerts(pipeline: Pipeline) -> bool:
    return pipeline.alerts is not None


def _pipelines(settings: Settings, suffix: str) -> list[Pipeline]:
    """The sound pipelines; while a worker parses for the sake of one DAG, that DAG's alone."""
    wanted = get_parsing_context().dag_id
    if wanted is None:
        return [loaded.spec for loaded in load_all(settings)[0]]
    name = wanted.removesuffix(suffix)
    if name == wanted or name not in pipeline_names(settings):
        return []
    return [load_pipeline(settings, name).spec]


def _settings(pipelines_folder: str | Path | None, expectations_folder: str | Path | None) -> Settings:
    settings = Settings()
    if pipelines_folder is None and expectations_folder is None:
        return settings
    pipelines = Path(pipelines_folder or settings.pipelines).resolve()
    expectations = Path(expectations_folder or pipelines.parent / "expectations").resolve()
    return settings.model_copy(update={"pipelines": pipelines, "expectations": expectations})
