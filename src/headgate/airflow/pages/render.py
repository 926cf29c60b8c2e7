"""One page from its template: escaped, in Airflow's look, with no script but one of our own."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from headgate.airflow.names import hour_name
from headgate.airflow.pages.paths import (
    airflow_address,
    file_address,
    model_report_address,
    page_address,
    report_address,
)
from headgate.airflow.pages.report_files import Report
from headgate.spec.command import as_typed

HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
KEPT = "private, max-age=31536000, immutable"
"""How long browsers keep the style sheet, whose address changes with its content."""


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """The page, with the policy that nothing but the style sheet and the script of `page.html` counts."""
    text = as_typed(environment().get_template(template).render(values))
    return HTMLResponse(text, status, headers={**HEADERS, "Content-Security-Policy": page_policy()})


def style() -> Response:
    """The style sheet of all pages."""
    kept = {**HEADERS, "Cache-Control": KEPT}
    return Response(_source("style.css"), media_type="text/css; charset=utf-8", headers=kept)


@cache
def page_policy() -> str:
    """Links out of Airflow's frame need a script; it alone may run, by its digest."""
    digest = base64.b64encode(hashlib.sha256(_source("leave_frame.js").encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'self'; script-src 'sha256-{digest}'; img-src 'self' data:; "
        "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
    )


@cache
def environment() -> Environment:
    """The templates, with what they call: addresses, and figures as people read them."""
    found = Environment(
        loader=PackageLoader("headgate.airflow.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "moment": lambda seconds: f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC",
        "hour": hour,
        "hour_name": hour_name,
        "number": lambda value: "–" if value is None else f"{value:,}",
        "percent": percent,
        "duration": duration,
        "size": size,
    }
    found.filters |= filters
    found.globals |= {
        "address": _report,
        "model_address": model_report_address,
        "file_address": file_address,
        "page_address": page_address,
        "airflow": airflow_address,
        "style_address": page_address(
            "style.css", v=hashlib.sha256(_source("style.css").encode()).hexdigest()
        ),
        "script": Markup(_source("leave_frame.js")),  # our own file
    }
    return found


def hour(moment: datetime) -> str:
    """A moment as people read it: `2013-01-29 07:00`."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def percent(share: float) -> str:
    """A share as people read it; what is not quite nothing, or all, does not look like it."""
    if 0 < share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if 0.999 < share < 1 else f"{100 * share:.1f} %"


def duration(span: timedelta | float | None) -> str:
    """A span of time, or seconds, in its two largest units at most: `4.2 s`, `3 min 5 s`, `2 h 10 min`."""
    if span is None:
        return "–"
    seconds = span.total_seconds() if isinstance(span, timedelta) else span
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days:,} d {hours_left} h" if hours_left and days < 7 else f"{days:,} d"
    if hours:
        return f"{hours} h {minutes_left} min" if minutes_left else f"{hours} h"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def size(count: float | None) -> str:
    """Bytes in the largest unit that leaves at least one."""
    if count is None:
        return "–"
    for unit in ("bytes", "KB", "MB"):
        if count < 1000:
            return f"{count:,.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} GB"


def _report(found: Report) -> str:
    return report_address(found.pipeline, found.hop, found.hour, found.attempt)


@cache
def _source(name: str) -> str:
    text, _, _ = PackageLoader("headgate.airflow.pages").get_source(Environment(autoescape=True), name)
    return text
