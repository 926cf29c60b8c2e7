"""All volumes are destroyed; a backup brings everything back, and the stack goes on from there.

When it is taken, MLflow says something else than the logs in the lake, and the logs are the truth.
"""

from __future__ import annotations

import getpass

import httpx

from tests.compose.compose_stack import ComposeStack
from tests.compose.eventful_demo import EventfulDemo

COUNTED = (
    "SELECT (SELECT count(*) FROM flights_silver.flights_changes) AS changes, "
    "(SELECT count(*) FROM flights_gold.examples) AS examples, "
    "(SELECT count(*) FROM flights_ops.hops) AS hops, "
    "(SELECT max(hash) FROM flights_ops.releases) AS release"
)


def champion(stack: ComposeStack) -> tuple[int, bytes]:
    """The version behind the alias, and its model file as MLflow gives it out."""
    login = ("pipelines", stack.secret("MLFLOW_PIPELINES_PASSWORD"))
    with httpx.Client(base_url=stack.mlflow, auth=login, timeout=60, trust_env=False) as client:
        found = client.get(
            "/api/2.0/mlflow/registered-models/alias", params={"name": "flights", "alias": "champion"}
        ).raise_for_status()
        version = found.json()["model_version"]["version"]
        model = client.get(
            "/model-versions/get-artifact", params={"name": "flights", "version": version, "path": "MLmodel"}
        ).raise_for_status()
    return int(version), model.content


def change_mlflow(stack: ComposeStack, version: int) -> str:
    """Delete the run behind a version, and let the version say that another model is shown; the run."""
    login = ("admin", stack.secret("MLFLOW_ADMIN_PASSWORD"))
    with httpx.Client(base_url=f"{stack.mlflow}/api/2.0/mlflow", auth=login, trust_env=False) as client:
        named = {"name": "flights", "version": str(version)}
        shown = client.get("/model-versions/get", params=named).raise_for_status()
        run = str(shown.json()["model_version"]["run_id"])
        client.post("/runs/delete", json={"run_id": run}).raise_for_status()
        wrong = {"key": "headgate.model", "value": "99"}
        client.post("/model-versions/set-tag", json={**named, **wrong}).raise_for_status()
    return run


def shown_by_mlflow(stack: ComposeStack, version: int, run: str) -> tuple[str, str]:
    """Whether the run is deleted, and the model that the version says it shows."""
    login = ("pipelines", stack.secret("MLFLOW_PIPELINES_PASSWORD"))
    with httpx.Client(base_url=f"{stack.mlflow}/api/2.0/mlflow", auth=login, trust_env=False) as client:
        found = client.get("/runs/get", params={"run_id": run}).raise_for_status().json()["run"]
        named = {"name": "flights", "version": str(version)}
        version_now = client.get("/model-versions/get", params=named).raise_for_status().json()
    tags = {tag["key"]: tag["value"] for tag in version_now["model_version"]["tags"]}
    return found["info"]["lifecycle_stage"], tags["headgate.model"]


def test_a_backup_brings_back_what_was_destroyed(demo: EventfulDemo, stack: ComposeStack) -> None:
    before, serving = stack.rows(COUNTED), champion(stack)
    run = change_mlflow(stack, serving[0])
    assert shown_by_mlflow(stack, serving[0], run) == ("deleted", "99")
    kept = stack.folder / "backup"
    made = stack.headgate("backup", str(kept))
    assert made.code == 0, made.out + made.err
    again = stack.headgate("recover", str(kept))
    assert again.code == 1
    assert "a backup goes into empty volumes, and these hold files" in again.err
    stack.compose("down", "--volumes", "--timeout", "5")
    back = stack.headgate("recover", str(kept))
    assert back.code == 0, back.out + back.err
    assert "the run of model 1 was deleted, and is back" in back.out
    assert shown_by_mlflow(stack, serving[0], run) == ("active", "1")
    assert stack.rows(COUNTED) == before
    assert champion(stack) == serving
    verified = stack.headgate("releases", "verify", "flights")
    assert verified.code == 0, verified.err
    assert stack.headgate("status").code == 0
    acts = stack.headgate("audit", "--who", "admin", "--format", "csv")
    assert ",admin,airflow,create_backfill," in acts.out
    kept_acts = stack.headgate("audit", "--what", "compose recover", "--format", "csv")
    assert f",{getpass.getuser()},stack,compose recover,{kept}," in kept_acts.out
