"""DAG files and the plugin load in little time and without the libraries that only jobs need."""

from __future__ import annotations

import json
import subprocess
import sys

from headgate.spec.settings import REPOSITORY, Settings

PARSE = """
import json, pathlib, runpy, sys, time
import airflow.sdk, airflow.plugins_manager, pydantic, yaml
began = time.process_time()
dags, refused = {}, {}
for path in sorted(pathlib.Path("dags").glob("*.py")):
    try:
        made = runpy.run_path(str(path))
    except Exception as error:
        refused[path.stem] = type(error).__name__
        continue
    dags.update({key: None for key, value in made.items() if type(value).__name__ == "DAG"})
runpy.run_path("plugins/headgate_plugin.py")
seconds = time.process_time() - began
modules = sorted(sys.modules)
print(json.dumps({"dags": sorted(dags), "refused": refused, "seconds": seconds, "modules": modules}))
"""
HEAVY = {"pyspark", "mlflow", "great_expectations", "pandas", "pyarrow", "deltalake", "sklearn"}


def test_parsing_imports_nothing_heavy_and_is_quick(pipelines: Settings) -> None:
    run = subprocess.run(
        [sys.executable, "-c", PARSE],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=120,
    )
    seen = json.loads(run.stdout.splitlines()[-1])
    assert seen["refused"] == {"broken_pipelines": "SpecErrors"}
    assert seen["dags"] == [
        *("orders_forget", "orders_gate", "orders_hourly", "orders_maintain", "orders_quarantine"),
        *("orders_replay", "shop_challenge", "shop_forget", "shop_gate", "shop_hourly", "shop_learn"),
        *("shop_maintain", "shop_promote", "shop_quarantine", "shop_replay", "shop_rollback", "shop_tune"),
    ]
    assert HEAVY & {module.partition(".")[0] for module in seen["modules"]} == set()
    assert "headgate.airflow.pages.pages_app" not in seen["modules"]
    assert seen["seconds"] < 5
