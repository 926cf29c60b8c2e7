"""Seconds of each page in Airflow, as a browser that is signed in waits for them.

Asks the running stack for every kind of page over HTTP: once to warm up, then `repeats` times, in rounds, so
that a moment in which the machine is busy falls on all of them. Nothing is asked of the stack but pages. A
page is the answer as a whole, without the style sheet, which browsers keep.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Sequence
from math import ceil
from os import cpu_count
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from headgate.airflow.names import hourly_dag_id
from headgate.airflow.pages.report_files import latest_reports
from headgate.releases.release_rows import releases
from headgate.spec.errors import HeadgateError
from headgate.spec.load import LoadedPipeline, load_all
from headgate.spec.settings import Settings
from headgate.stack.addresses import Server, airflow_server
from headgate.stack.errors import AirflowOutOfReach

PREFIX, COOKIE, PATIENCE = "/headgate", "_token", 60.0
"""Where the pages are, what a browser shows to be let in, and how many seconds a page may take."""

GOAL = 0.3
"""Seconds within which a page is to be there."""


class PageRefused(HeadgateError):
    """A page answered with an error."""


def measure(settings: Settings, repeats: int) -> Path:
    """Ask for the pages, print median and 95th percentile of each and return the file with all figures."""
    server = airflow_server(settings)
    addresses = pages_of(settings, load_all(settings)[0])
    with httpx.Client(base_url=server.address, timeout=PATIENCE, trust_env=False) as client:
        try:
            sign_in(client, server)
            seconds = seconds_of(client, addresses, repeats)
        except httpx.HTTPError as error:
            raise AirflowOutOfReach(server.address, str(error)) from error
    figures = {
        "repeats": repeats,
        "machine": {"cpus": cpu_count(), "python": platform.python_version(), "system": platform.system()},
        "pages": {address: figures_of(taken) for address, taken in seconds.items()},
    }
    path = settings.home / "bench" / "pages.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n")
    _show(figures, path)
    return path


def pages_of(settings: Settings, loaded: Sequence[LoadedPipeline]) -> list[str]:
    """The addresses below `/headgate`: those about all pipelines, and of each pipeline those about it."""
    found = ["pipelines", "quarantine", "releases", "catalog", "reports"]
    for one in loaded:
        name, table = one.spec.pipeline, next(iter(one.spec.silver))
        found += [f"pipelines/{name}", f"pipeline?dag={hourly_dag_id(name)}"]
        found += [
            f"quarantine/{name}/{table}",
            f"catalog/{name}/silver.{table}",
            f"history/{name}/silver.{table}",
        ]
        for report in latest_reports(settings.reports, name, "silver", 1):
            found.append(f"validation/{name}/silver/{report.hour}/{report.attempt}")
        for release in releases(settings, name)[-1:]:
            found += [f"releases/{name}/{release.release}", f"releases/{name}/{release.release}/back"]
            found.append(f"compare/{name}?first=1&second={release.release}")
    return found


def sign_in(client: httpx.Client, server: Server) -> None:
    """Sign in as browsers do: by a name and a password, for a cookie. Raises PageRefused."""
    account = {"username": server.user, "password": server.password.get_secret_value()}
    answer = client.post("/auth/token", json=account)
    _require_success(answer)
    client.cookies.set(COOKIE, answer.json()["access_token"])


def seconds_of(
    client: httpx.Client, addresses: Sequence[str], repeats: int, clock: Callable[[], float] = perf_counter
) -> dict[str, list[float]]:
    """The seconds until each page was there, by its address, the first try left out. Raises PageRefused."""
    taken: dict[str, list[float]] = {address: [] for address in addresses}
    for number in range(1 + repeats):
        for address in addresses:
            begun = clock()
            answer = client.get(f"{PREFIX}/{address}")
            ended = clock()
            _require_success(answer)
            if number:
                taken[address].append(ended - begun)
    return taken


def figures_of(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile (the least that 95 of 100 do not exceed) and the most, in seconds."""
    ordered = sorted(seconds)
    return {"median": median(ordered), "p95": ordered[ceil(0.95 * len(ordered)) - 1], "most": ordered[-1]}


def _require_success(answer: httpx.Response) -> None:
    if answer.status_code >= 400:
        raise PageRefused(
            f"{answer.request.url.path} answered {answer.status_code}.",
            where=str(answer.request.url),
            left="Nothing was changed.",
            next_command="./headgate status",
        )


def _show(figures: dict[str, Any], path: Path) -> None:
    table = Table(
        "page", "median ms", "95 of 100 ms", title=f"milliseconds of a page, {figures['repeats']} times each"
    )
    for address, found in figures["pages"].items():
        table.add_row(address, f"{1000 * found['median']:.0f}", f"{1000 * found['p95']:.0f}")
    console = Console(highlight=False)
    console.print(table)
    slow = [address for address, found in figures["pages"].items() if found["median"] > GOAL]
    console.print(f"slower than {1000 * GOAL:.0f} ms: {', '.join(slow) or 'none'}", soft_wrap=True)
    console.print(f"all figures: {path}", soft_wrap=True)
