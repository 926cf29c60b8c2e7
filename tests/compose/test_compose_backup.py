"""All volumes are destroyed; a backup brings everything back, and the stack goes on from there."""

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


def test_a_backup_brings_back_what_was_destroyed(demo: EventfulDemo, stack: ComposeStack) -> None:
    before, serving = stack.rows(COUNTED), champion(stack)
    kept = stack.folder / "backup"
    made = stack.headgate("backup", str(kept))
    assert made.code == 0, made.out + made.err
    again = stack.headgate("recover", str(kept))
    assert again.code == 1
    assert "a backup goes into empty volumes, and these hold files" in again.err
    stack.compose("down", "--volumes", "--timeout", "5")
    back = stack.headgate("recover", str(kept))
    assert back.code == 0, back.out + back.err
    assert stack.rows(COUNTED) == before
    assert champion(stack) == serving
    verified = stack.headgate("releases", "verify", "flights")
    assert verified.code == 0, verified.err
    assert stack.headgate("status").code == 0
    acts = stack.headgate("audit", "--who", "admin", "--format", "csv")
    assert ",admin,airflow,create_backfill," in acts.out
    kept_acts = stack.headgate("audit", "--what", "compose recover", "--format", "csv")
    assert f",{getpass.getuser()},stack,compose recover,{kept}," in kept_acts.out
