"""Great Expectations' Data Docs of one hop and hour, beside our report: offline, bounded, without scripts."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, Environment, PackageLoader

from headgate.gates.validate import Validation

KEPT_HOURS = 200
"""Hours of a hop whose Data Docs are kept; older ones go, the reports beside them stay."""

FOLDER = "data_docs"

_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)


class _OfflinePage(DefaultJinjaPageView):
    """Great Expectations' page with a frame of ours, which loads nothing from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.env.loader = ChoiceLoader([_templates(), *([self.env.loader] if self.env.loader else [])])


def write(
    settings_reports: Path, pipeline: str, hop: str, hour_label: str, validation_results: Sequence[Validation]
) -> Path:
    """Write `<reports>/<pipeline>/<hop>/<hour>/data_docs/`: a page per table and an index; returns the index.

    The folder appears as a whole, in place of the one of an earlier attempt. Only the newest 200 hours of the
    hop keep theirs. `hour_label` is the hour's folder, like 2013-01-29T07. No values of rows are in it.

    Raises ValueError where a name would lead out of the reports.
    """
    for part in (pipeline, hop, hour_label):
        if Path(part).name != part or part in ("", ".", ".."):
            raise ValueError(f"{part!r} is no name of a folder of reports")
    hour = settings_reports / pipeline / hop / hour_label
    hour.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{FOLDER}-", dir=hour))
    fresh.chmod(0o755)
    place = f"{pipeline} · {hop} · hour {hour_label.replace('T', ' ')}:00 UTC"
    try:
        for validation in validation_results:
            (fresh / f"{validation.table}.html").write_text(_page(validation, place), encoding="utf-8")
        (fresh / "index.html").write_text(_index(validation_results, place), encoding="utf-8")
        _swap(fresh, hour / FOLDER)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    _forget_old(settings_reports / pipeline / hop)
    return hour / FOLDER / "index.html"


def _swap(fresh: Path, target: Path) -> None:
    """Put the new folder where the old one is; in between there is none, but never half of one."""
    old = target.with_name(f".{FOLDER}-{os.getpid()}-old")
    if target.exists():
        target.rename(old)
    fresh.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _forget_old(hop: Path) -> None:
    kept = sorted((hour for hour in hop.iterdir() if (hour / FOLDER).is_dir()), reverse=True)
    for hour in kept[KEPT_HOURS:]:
        shutil.rmtree(hour / FOLDER, ignore_errors=True)


def _page(validation: Validation, place: str) -> str:
    document = expectationSuiteValidationResultSchema.load(_plain(validation.document.to_json_dict()))
    rendered = ValidationResultsPageRenderer(run_info_at_end=True).render(document)
    style, policy = _style()
    # The view writes some texts as they are. They hold no angle brackets (see _plain), and its own scripts,
    # which the policy would block anyway, are taken out.
    page: str = _OfflinePage().render(
        rendered, place=place, title=f"{validation.table}, {place}", style=style, policy=policy
    )
    return _SCRIPT.sub("", page)


def _plain(value: Any) -> Any:
    """The same with angle brackets replaced by their likes, so that no text can be taken for a tag."""
    if isinstance(value, dict):
        return {_plain(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value.replace("<", "‹").replace(">", "›") if isinstance(value, str) else value


def _index(validations: Sequence[Validation], place: str) -> str:
    style, policy = _style()
    pages = [
        {
            "file": f"{validation.table}.html",
            "table": validation.table,
            "evaluated": validation.document.statistics["evaluated_expectations"],
            "met": validation.document.statistics["successful_expectations"],
            "not_met": validation.document.statistics["unsuccessful_expectations"],
        }
        for validation in validations
    ]
    environment = Environment(loader=_templates(), autoescape=True)
    return environment.get_template("index.html.j2").render(
        place=place, pages=pages, policy=policy, style=style
    )


def _templates() -> PackageLoader:
    return PackageLoader("headgate.gates", "templates/data_docs")


@cache
def _style() -> tuple[str, str]:
    """The style sheet, and a policy that allows it and nothing else."""
    style = _templates().get_source(Environment(), "data_docs.css")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return style, f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
