"""The documents say what is so: their commands exist, their links lead somewhere, their samples are real."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from typer.core import TyperGroup
from typer.main import get_command

from headgate.cli.app import COMMANDS
from headgate.spec.new_pipeline import new_pipeline_files
from headgate.spec.settings import REPOSITORY
from tests.demo_sample import sample_lines

DOCUMENTS = sorted([REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")])
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
COMMAND = re.compile(r"^\$? ?(\./headgate .*)$|`(\./headgate [^`]*)`", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def commands_in(text: str) -> list[str]:
    """Every `./headgate` command line of a document, without what only stands for something."""
    found = [line or inline for line, inline in COMMAND.findall(text)]
    return [line for line in found if not re.search(r"\b[A-Z]{3,}\b", re.sub(r'"[^"]*"', "", line))]


ALL_COMMANDS = [(document.name, line) for document in DOCUMENTS for line in commands_in(document.read_text())]


@pytest.mark.parametrize(("document", "line"), ALL_COMMANDS)
def test_every_command_line_is_one_that_headgate_understands(document: str, line: str) -> None:
    _, *words = shlex.split(line, comments=True)
    if not words:
        return
    name, *arguments = words
    assert name in COMMANDS, f"{document}: there is no command {name}"
    module = importlib.import_module(f"headgate.cli.{name}")
    single = getattr(module, "GROUP", None)
    if single is None:
        single = typer.Typer(add_completion=False)
        settings: dict[str, Any] = getattr(module, "CONTEXT", {})
        single.command(name=name, context_settings=settings)(getattr(module, name))
    command = get_command(single)
    try:
        context = command.make_context(name, list(arguments))
        if isinstance(command, TyperGroup):
            word, own, rest = command.resolve_command(context, list(arguments))
            assert own is not None
            own.make_context(word, rest, parent=context)
    except click.exceptions.UsageError as error:
        pytest.fail(f"{document}: {line}: {error.format_message()}")


def test_the_documents_show_the_main_commands() -> None:
    shown = {shlex.split(line, comments=True)[1] for _, line in ALL_COMMANDS if " " in line}
    assert {
        "demo",
        "test",
        "up",
        "down",
        "status",
        "doctor",
        "run",
        "query",
        "new",
        "check",
        "sample",
        "statistics",
    } <= shown


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = [link for link in LINK.findall(document.read_text()) if "://" not in link]
    assert [link for link in targets if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", ["README.md", "docs/add-a-pipeline.md"])
def test_the_small_pipeline_is_the_one_that_new_writes(document: str) -> None:
    written = new_pipeline_files("orders")["pipelines/orders/pipeline.yaml"]
    lines = [line for line in written.splitlines() if not line.startswith("#")]
    assert f"```yaml\n{chr(10).join(lines)}\n```" in (REPOSITORY / document).read_text()
    assert len(lines) <= 8


def test_the_small_contract_is_the_one_that_new_writes() -> None:
    written = new_pipeline_files("orders")["expectations/orders/silver.orders.yaml"]
    lines = [line for line in written.splitlines() if not line.startswith("#")]
    assert f"```yaml\n{chr(10).join(lines)}\n```" in (REPOSITORY / "docs/add-a-pipeline.md").read_text()


def test_the_readme_shows_the_demo_from_start_to_end() -> None:
    lines = sample_lines()
    assert lines[0] == "Starting the stack"
    assert {"Learning", "Rows", "Gates", "Champion", "Look"} <= set(lines)
    assert lines[-1].startswith("Done in ")
