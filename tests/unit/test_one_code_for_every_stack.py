"""Pipelines, and all below the stack, never ask which stack they run in: what differs is settings.

That nothing below `stack` imports it is import-linter's to see.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from headgate.spec.settings import REPOSITORY

ABOVE = {"cli", "stack"}
FOLDERS = ("pipelines", "dags", "plugins", "spark_jobs")
IN_EVERY_STACK = {
    "AWS_ACCESS_KEY_ID",
    "AWS_ENDPOINT_URL",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "HEADGATE_COMMAND",
    "HEADGATE_LAKE",
    "PYSPARK_DRIVER_PYTHON",
    "PYSPARK_PYTHON",
    "SPARK_HOME",
}
"""Variables of docker-compose.yaml and of the image that every installation may set, or Headgate sets."""
OF_AIRFLOW = "AIRFLOW__"
"""How Airflow's own settings begin, in every stack."""
MESSAGES = "src/headgate/spec/command.py"
"""Names the commands of both stacks in messages, as its setting says."""
OF_YAML = "compose_node"
"""A method of PyYAML's own."""


def files() -> list[Path]:
    code = [folder for folder in (REPOSITORY / "src/headgate").iterdir() if folder.name not in ABOVE]
    code += [REPOSITORY / folder for folder in FOLDERS]
    return sorted(path for folder in code for path in folder.rglob("*.py"))


def compose_variables() -> set[str]:
    """The names of all variables that containers of the compose stack have."""
    stack = yaml.safe_load((REPOSITORY / "docker-compose.yaml").read_text())
    image = (REPOSITORY / "docker/Dockerfile").read_text()
    of_services = {name for service in stack["services"].values() for name in service.get("environment", {})}
    of_image = re.findall(r"^(?:ENV|   ) +([A-Z_]+)=", image, re.MULTILINE)
    return {name for name in of_services.union(of_image) if not name.startswith(OF_AIRFLOW)}


TOLD = compose_variables() - IN_EVERY_STACK


def words(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Names and texts of code, with their lines; what only documents is none."""
    documents = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documents:
            yield node.lineno, node.value
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom | ast.Import):
            module = getattr(node, "module", None) or ""
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def asks(code: str) -> list[str]:
    """Where code asks for the compose stack, or reads what only its containers are told."""
    return [
        f"{line}: {word}"
        for line, word in words(ast.parse(code))
        if word != OF_YAML
        and (word in TOLD or re.search(r"compose|docker|headgate_served|served_stack", word, re.IGNORECASE))
    ]


def test_nothing_of_a_pipeline_asks_for_the_stack() -> None:
    found = {path.relative_to(REPOSITORY).as_posix(): asks(path.read_text()) for path in files()}
    assert found.pop(MESSAGES)
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("if compose:\n    pass", ["1: compose"]),
        ("if settings.in_compose:\n    pass", ["1: in_compose"]),
        ("import os\nos.environ.get('HEADGATE_SERVED_AIRFLOW')", ["2: HEADGATE_SERVED_AIRFLOW"]),
        ("import os\nos.getenv('MLFLOW_CHANGES')", ["2: MLFLOW_CHANGES"]),
        ("import os\nos.environ['AIRFLOW_HOME']", ["2: AIRFLOW_HOME"]),
        ("from headgate.stack.served_stack import served_stack",
         ["1: headgate.stack.served_stack.served_stack"]),
        ("from pathlib import Path\nPath('/.dockerenv').exists()", ["2: /.dockerenv"]),
        ('"""As in docker-compose.yaml."""\nimport os\nos.environ["HEADGATE_LAKE"]', []),
    ],
)  # fmt: skip
def test_what_asks_is_found(code: str, found: list[str]) -> None:
    assert asks(code) == found


def test_all_of_it_is_looked_at() -> None:
    looked_at = {path.relative_to(REPOSITORY).as_posix() for path in files()}
    assert {
        "pipelines/flights/silver.py",
        "dags/hourly.py",
        "spark_jobs/stage.py",
        "src/headgate/hops/decide.py",
        "src/headgate/lake/session.py",
        "src/headgate/airflow/cluster.py",
        "src/headgate/learning/learn.py",
    } <= looked_at
