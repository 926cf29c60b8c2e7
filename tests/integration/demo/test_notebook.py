"""The notebook that a data scientist opens first runs from top to bottom on the demo's stack."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest
from nbclient import NotebookClient

from headgate.spec.settings import REPOSITORY
from tests.integration.headgate_stack import Demo

NOTEBOOK = REPOSITORY / "docs" / "notebooks" / "first_look.ipynb"


def test_every_cell_runs(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADGATE_HOME", str(demo.stack.home))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute(cwd=str(REPOSITORY))
    shown = [_text(cell) for cell in notebook.cells if cell.cell_type == "code"]
    assert any("flights_changes" in text for text in shown)
    scores = ast.literal_eval(shown[-2])
    judged = demo.summary["champion"]
    assert scores["flights"] >= judged["rows"]
    assert abs(scores["AUC"] - judged["metrics"]["auc"]) < 0.05


def test_it_is_kept_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    kept = [cell.outputs for cell in notebook.cells if cell.cell_type == "code"]
    assert kept == [[] for _ in kept]
    assert not re.search(r"sc://|token", NOTEBOOK.read_text(encoding="utf-8"))


def _text(cell: nbformat.NotebookNode) -> str:
    """What a cell shows as its result."""
    results = [output.data.get("text/plain", "") for output in cell.outputs if "data" in output]
    return results[-1] if results else ""
