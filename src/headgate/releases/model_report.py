"""The report of one model: one HTML page that opens anywhere, without network and without script."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup
from matplotlib.figure import Figure

from headgate.learning.evaluation import CANDIDATE, CHAMPION
from headgate.releases.drawing import as_address

ALTERNATIVE_TEXTS = {
    "roc": "ROC curve of every score",
    "precision_recall": "Precision and recall of every score",
    "calibration": "Predicted probability against the share that came true",
    "importance": "Features by permutation importance",
    "by_day": "Log loss and AUC of every score, day by day",
    "slices": "Difference in log loss with its interval, slice by slice",
}


@dataclass(frozen=True)
class Standing:
    """How a candidate stands: `better`, `worse` or `even`, and that as a heading."""

    kind: Literal["better", "worse", "even"]
    title: str


def model_report(header: dict[str, Any], result: dict[str, Any], figures: Mapping[str, Figure]) -> str:
    """The whole page as text: how the model stands first, then money, figures, details, data and recipe.

    `header` is that of the model log, `result` an evaluation, `figures` those drawn from it by file name.
    The page loads nothing and runs nothing: its policy allows only its own style sheet, by hash, and images
    that are part of it; every value from the data is escaped.
    """
    template, style = _parts()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    drawn = {name.removesuffix(".png"): figure for name, figure in figures.items()}
    return template.render(
        header=header,
        result=result,
        standing=standing(result),
        candidate=CANDIDATE,
        champion=CHAMPION,
        against=result["slices"]["against"],
        others=list(result["differences"]),
        pictures={name: as_address(drawn[name]) for name in ALTERNATIVE_TEXTS if name in drawn},
        texts=ALTERNATIVE_TEXTS,
        facts=_facts(header),
        style=Markup(style),  # our own file
        policy=(
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; "
            "form-action 'none'"
        ),
    )


def standing(result: dict[str, Any]) -> Standing:
    """Better where every difference in log loss is below zero with its whole interval, worse where one is
    above. Where a champion serves it alone counts, else all baselines do.
    """
    model, differences = f"Model {result['model']}", result["differences"]
    if not differences:
        return Standing("even", f"{model} was not compared with anything")
    told = {CHAMPION: differences[CHAMPION]} if CHAMPION in differences else differences
    worse = [name for name, difference in told.items() if difference["low"] > 0]
    even = [name for name, difference in told.items() if difference["low"] <= 0 <= difference["high"]]
    if worse:
        return Standing("worse", f"{model} is worse than {_listed(worse)}")
    if even:
        return Standing("even", f"{model} cannot be told apart from {_listed(even)}")
    return Standing("better", f"{model} is better than {_listed(list(told))}")


def _listed(names: list[str]) -> str:
    return " and ".join("the champion" if name == CHAMPION else f"“{name}”" for name in names)


def _facts(header: dict[str, Any]) -> dict[str, str]:
    pins = (f"{table} version {version}" for table, version in sorted(header["pins"].items()))
    parameters = (f"{name} {value}" for name, value in header["parameters"].items())
    return {
        "learned from": ", ".join(pins),
        "known until": _moment(header["frontier"]),
        "trained on": f"{header['training']['rows']:,} examples with as-of {_span(header['training'])}, "
        f"{header['training']['positives']:,} of them positive",
        "label": header["label"],
        "algorithm": f"{header['algorithm']}: {', '.join(parameters)}; seed {header['seed']}",
        "features": ", ".join(feature["name"] for feature in header["features"]),
        "parent": f"model {header['parent']}" if header["parent"] else "none",
        "recipe": header["recipe"],
        "model": header["digest"],
        "code": header["code"],
        "spec and contracts": header["spec"],
    }


@cache
def _parts() -> tuple[Template, str]:
    """The page's template, and its style sheet: that of the gates' reports and a few rules more."""
    ours = PackageLoader("headgate.releases", "templates")
    loader = ChoiceLoader([ours, PackageLoader("headgate.gates", "templates")])
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    environment.filters |= {
        "number": lambda value: f"{value:,.0f}",
        "fixed": _fixed,
        "signed": lambda value, places=4: _minus(f"{value:+,.{places}f}"),
        "interval": lambda value, places=4: _minus(
            f"{value['low']:+,.{places}f} to {value['high']:+,.{places}f}"
        ),
        "between": lambda value, places=4: f"{value['low']:,.{places}f} to {value['high']:,.{places}f}",
        "moment": _moment,
        "span": _span,
        "share": lambda part, whole: f"{100 * part / whole:.1f} %" if whole else "–",
        "sort_of": _sort_of,
    }
    sheets = (loader.get_source(environment, name)[0] for name in ("report.css", "model_report.css"))
    return environment.get_template("model_report.html.j2"), "".join(sheets)


def _fixed(value: float | None, places: int = 4) -> str:
    return "–" if value is None else f"{value:,.{places}f}"


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _sort_of(difference: dict[str, Any]) -> str:
    """Whether a difference in which less is better lies below zero, above, or on both sides."""
    if difference["high"] < 0:
        return "better"
    return "worse" if difference["low"] > 0 else "even"


def _moment(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M}"


def _span(cohorts: dict[str, Any]) -> str:
    until = f"until {_moment(cohorts['end'])}"
    return f"after {_moment(cohorts['start'])}, {until}" if cohorts["start"] else until
