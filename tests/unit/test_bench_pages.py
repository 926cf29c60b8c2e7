"""The measurement of pages: which it asks for, as whom, what counts, and what it says of a refusal."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from headgate.spec.load import load_all
from headgate.spec.settings import REPOSITORY, Settings
from headgate.stack.addresses import Server

PAGES = runpy.run_path(str(REPOSITORY / "bench" / "pages.py"))
SERVER = Server("http://airflow", "anna", SecretStr("a password"))


def client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return httpx.Client(base_url=SERVER.address, transport=httpx.MockTransport(answer))


def test_it_signs_in_as_a_browser_does() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/auth/token":
            assert request.read() == b'{"username":"anna","password":"a password"}'
            return httpx.Response(201, json={"access_token": "a token"})
        assert request.headers["Cookie"] == "_token=a token"
        return httpx.Response(200, text="a page")

    with client(answer) as asking:
        PAGES["sign_in"](asking, SERVER)
        assert list(PAGES["seconds_of"](asking, ["pipelines"], 1)) == ["pipelines"]


def test_pages_are_asked_for_in_rounds_and_the_first_does_not_count() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, text="a page")

    def ticks() -> Iterator[float]:
        now = 0.0
        for seconds in (9.0, 8.0, 0.5, 0.25, 1.5, 0.75):
            yield now
            now += seconds
            yield now
            now += 100.0

    times = ticks()
    with client(answer) as asking:
        found = PAGES["seconds_of"](asking, ["pipelines", "catalog"], 2, lambda: next(times))
    assert asked == 3 * ["/headgate/pipelines", "/headgate/catalog"]
    assert found == {"pipelines": [0.5, 1.5], "catalog": [0.25, 0.75]}


@pytest.mark.parametrize(
    ("seconds", "median", "p95", "most"),
    [
        ([0.2], 0.2, 0.2, 0.2),
        ([0.3, 0.1, 0.2], 0.2, 0.3, 0.3),
        ([float(n) for n in range(1, 21)], 10.5, 19.0, 20.0),
        ([float(n) for n in range(1, 41)], 20.5, 38.0, 40.0),
    ],
)
def test_the_figures_are_those_of_all_tries(
    seconds: list[float], median: float, p95: float, most: float
) -> None:
    assert PAGES["figures_of"](seconds) == {"median": median, "p95": p95, "most": most}


def test_a_page_that_fails_ends_it_and_says_which() -> None:
    with (
        client(lambda request: httpx.Response(500)) as asking,
        pytest.raises(PAGES["PageRefused"]) as refused,
    ):
        PAGES["seconds_of"](asking, ["catalog"], 1)
    assert str(refused.value) == (
        "/headgate/catalog answered 500.\n"
        "  where: http://airflow/headgate/catalog\n"
        "  left behind: Nothing was changed.\n"
        "  next: ./headgate status"
    )


def test_every_kind_of_page_of_the_bundled_pipeline_is_asked_for(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    folder = settings.reports / "flights" / "silver" / "2013-01-29T07"
    folder.mkdir(parents=True)
    (folder / "2013-01-29T07--0a1b2c3d.html").write_text("a report")
    loaded = [one for one in load_all(settings)[0] if one.spec.pipeline == "flights"]
    assert PAGES["pages_of"](settings, loaded) == [
        "pipelines",
        "quarantine",
        "releases",
        "catalog",
        "reports",
        "pipelines/flights",
        "pipeline?dag=flights_hourly",
        "quarantine/flights/flights",
        "catalog/flights/silver.flights",
        "history/flights/silver.flights",
        "validation/flights/silver/2013-01-29T07/2013-01-29T07--0a1b2c3d",
    ]
