"""The report of a model: what it says first, what it holds, and that nothing in it can do anything."""

from __future__ import annotations

import base64
import copy
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from headgate.learning.by_day import by_day
from headgate.learning.evaluation import blocks_in, evaluate_scores, strongest
from headgate.learning.importance import importance
from headgate.learning.slices import slices
from headgate.releases.drawing import as_address
from headgate.releases.figures import figures
from headgate.releases.model_report import model_report, standing
from headgate.spec.hour_range import HourRange
from headgate.spec.pipeline import Costs, Slice
from tests.unit.test_gate_report import PAYLOADS, Page

END = datetime(2013, 1, 28, tzinfo=UTC)
COHORTS = HourRange(END - timedelta(days=3), END)
ROWS = 600
HEADER: dict[str, Any] = {
    "pipeline": "flights", "model": 3, "frontier": "2013-01-29T00:00:00+00:00", "parent": 2,
    "pins": {"gold.examples": 41}, "algorithm": "random_forest", "parameters": {"trees": 100}, "seed": 7,
    "features": [{"name": "delay", "nominal": None}, {"name": "carrier", "nominal": ["AA", "UA"]}],
    "training": {
        "start": "2012-12-28T00:00:00+00:00", "end": "2013-01-25T00:00:00+00:00",
        "rows": 21000, "positives": 5000,
    },
    "label": "late", "recipe": "r3c1pe", "digest": "d1g357", "code": "c0de", "spec": "5bec",
}  # fmt: skip


def world(
    value: str = "AA", champion: Literal["none", "even", "bad"] = "none"
) -> tuple[dict[str, Any], np.ndarray, dict[str, np.ndarray]]:
    """An evaluation as `evaluate` makes it: a good candidate, three days, a slice per carrier."""
    draw = np.random.default_rng(2)
    delay = draw.normal(0, 1, ROWS)
    label = (draw.random(ROWS) < 1 / (1 + np.exp(-2 * delay))).astype(float)
    scores = {"candidate": 1 / (1 + np.exp(-2 * delay)), "base rate": np.full(ROWS, 0.5)}
    if champion == "even":
        scores["champion"] = np.clip(scores["candidate"] + 0.001 * (-1) ** np.arange(ROWS), 0, 1)
    if champion == "bad":
        scores["champion"] = 1 - scores["candidate"]
    as_of = pd.Series(pd.Timestamp(2013, 1, 25) + pd.to_timedelta(np.arange(ROWS) % 72 + 1, unit="h"))
    costs = Costs(false_positive=20, true_positive=60, false_negative=100)
    judged = evaluate_scores(label, as_of, scores, COHORTS, costs=costs, seed=1)
    carriers = pd.DataFrame({"carrier": np.where(np.arange(ROWS) < 200, value, "UA")})
    names = [feature["name"] for feature in HEADER["features"]]
    served = {"version": 2, "model": 2, "trained_until": "2013-01-25T00:00:00+00:00"}
    closer = {
        "by_day": by_day(label, as_of, scores, COHORTS, costs),
        "slices": slices(
            carriers,
            label,
            scores,
            {"carrier": Slice()},
            against=strongest(judged) if champion == "none" else "champion",
            blocks=blocks_in(as_of, COHORTS, "day"),
            seed=1,
        ),
        "importance": importance(
            label,
            np.column_stack([delay, delay * 0]),
            names,
            lambda rows: 1 / (1 + np.exp(-2 * rows[:, 0])),
            1,
        ),
        "left_out": {
            "judged": {"examples": 614, "without_label": 14},
            "training": {"examples": 21000, "without_label": 0},
        },
        "costs": costs.model_dump(),
    }
    facts = {
        "model": 3,
        "track": "first",
        "held_out": True,
        "champion": served if champion != "none" else None,
    }
    return {**facts, **judged, **closer}, label, scores


RESULT, LABEL, SCORES = world()
FIGURES = figures(LABEL, SCORES, RESULT)
PAGE = model_report(HEADER, RESULT, FIGURES)
WITH_VALUES = ("slices.png", "importance.png")
HARMLESS = Page(model_report(HEADER, RESULT, {name: FIGURES[name] for name in WITH_VALUES}))
SHOWN = " ".join(Page(PAGE).text.split())


def test_it_says_first_what_the_model_is_and_against_whom() -> None:
    start = SHOWN.index("flights · model 3 · known until 2013-01-29 00:00 UTC")
    assert SHOWN[start:].startswith(
        "flights · model 3 · known until 2013-01-29 00:00 UTC Model 3 is better than “base rate” "
        "The candidate, model 3, was judged on 600 examples with as-of after 2013-01-25 00:00, "
        "until 2013-01-28 00:00, "
    )
    assert "and trained on as-of after 2012-12-28 00:00, until 2013-01-25 00:00." in SHOWN
    assert "95 % intervals over 3 days, resampled whole" in SHOWN


def test_both_differences_are_told_with_their_intervals() -> None:
    for key, places in (("differences", 4), ("auc_differences", 3), ("cost_differences", 0)):
        found = RESULT[key]["base rate"]
        mean, low, high = (f"{found[end]:+,.{places}f}".replace("-", "−") for end in ("mean", "low", "high"))
        assert re.search(
            rf"{re.escape(mean)}( USD per 1,000)? \({re.escape(low)} to {re.escape(high)}\)", SHOWN
        )


@pytest.mark.parametrize(
    "text",
    [
        "Acting pays from a probability of 0.333 on. That follows from the costs of an example in USD: "
        "left alone 0, false alarm 20, caught 60, missed 100; it is not tuned.",
        "never act",
        "always act",
        "Log loss beside “base rate”, the strongest other score on all rows. "
        "A slice has an interval from 100 rows on.",
        "carrier: 2 slices",
        "2013-01-25 00:00",
        "mean of 5 permutations and their standard deviation, on 600 of the 600 judged examples",
        "Of the 614 judged examples 14 (2.3 %) had no label that was known by 2013-01-29 00:00; "
        "they count nowhere. Of the 21,000 training examples 0 (0.0 %)",
        "learned from gold.examples version 41",
        "trained on 21,000 examples with as-of after 2012-12-28 00:00, until 2013-01-25 00:00, "
        "5,000 of them positive",
        "algorithm random_forest: trees 100; seed 7",
        "features delay, carrier",
        "parent model 2",
        "recipe r3c1pe",
    ],
)
def test_it_holds_money_details_data_and_recipe(text: str) -> None:
    assert text in SHOWN


def test_every_picture_is_part_of_the_page() -> None:
    assert set(FIGURES) == {
        "roc.png", "precision_recall.png", "calibration.png", "confusion_in_money.png", "importance.png",
        "by_day.png", "slices.png",
    }  # fmt: skip
    images = [value for name, value in Page(PAGE).attributes if name == "src"]
    assert len(images) == 6
    assert all(image and image.startswith("data:image/svg+xml;base64,") for image in images)
    assert len(PAGE) < 400_000


def picture(address: str) -> ElementTree.Element:
    return ElementTree.fromstring(base64.b64decode(address.partition(",")[2]))


def test_a_picture_follows_a_dark_page_and_has_no_ground_of_its_own() -> None:
    image = base64.b64decode(as_address(FIGURES["roc.png"]).partition(",")[2]).decode()
    assert "@media (prefers-color-scheme:dark){:root{--ink-0:#e4e8ee;" in image
    assert "stroke: var(--ink-1)" in image
    assert "#ffffff" not in image


def test_it_loads_nothing_and_runs_nothing() -> None:
    parsed = Page(PAGE)
    assert PAGE.index("Content-Security-Policy") < PAGE.index("<title>")
    assert {"script", "link", "iframe", "form", "object", "base", "a"}.isdisjoint(parsed.tags)
    assert "http:" not in PAGE and "https:" not in PAGE and "url(" not in PAGE
    assert [name for name, _ in parsed.attributes if name.startswith("on") or name == "style"] == []
    policy = unescape(PAGE[: PAGE.index("<title>")])
    assert "default-src 'none'; style-src 'sha256-" in policy
    assert "img-src data:; base-uri 'none'; form-action 'none'" in policy


@pytest.mark.parametrize("payload", [*PAYLOADS, "$x^$", "\\frac{", "]]>", "\x00\x1b", "x" * 500, "אב"])
def test_a_hostile_value_stays_text(payload: str) -> None:
    result, label, scores = world(payload)
    header = copy.deepcopy(HEADER)
    header["features"][0]["name"] = header["label"] = payload
    result["importance"]["features"][0]["name"] = payload
    every = figures(label, scores, result)
    drawn = {name: every[name] for name in WITH_VALUES}
    page = Page(model_report(header, result, drawn))
    assert page.tags == HARMLESS.tags
    assert [name for name, _ in page.attributes] == [name for name, _ in HARMLESS.attributes]
    if payload.isprintable():
        assert page.text.count(payload) >= 3
    for name in WITH_VALUES:
        tags = {element.tag.rpartition("}")[2] for element in picture(as_address(drawn[name])).iter()}
        assert tags <= {
            "svg", "metadata", "RDF", "Work", "type", "format", "creator", "Agent", "title", "style", "defs",
            "g", "path", "text", "tspan", "use", "clipPath", "rect",
        }  # fmt: skip


DIFFERENCE = {"mean": 0.0, "low": -0.1, "high": 0.1, "blocks": 7}
BETTER, WORSE = {**DIFFERENCE, "high": -0.01}, {**DIFFERENCE, "low": 0.01}


@pytest.mark.parametrize(
    ("differences", "kind", "title"),
    [
        (
            {"base rate": BETTER, "carrier x hour": BETTER},
            "better",
            "Model 3 is better than “base rate” and “carrier x hour”",
        ),
        (
            {"base rate": BETTER, "carrier x hour": DIFFERENCE},
            "even",
            "Model 3 cannot be told apart from “carrier x hour”",
        ),
        (
            {"base rate": DIFFERENCE, "carrier x hour": WORSE},
            "worse",
            "Model 3 is worse than “carrier x hour”",
        ),
        ({"champion": BETTER, "base rate": WORSE}, "better", "Model 3 is better than the champion"),
        (
            {"champion": DIFFERENCE, "base rate": BETTER},
            "even",
            "Model 3 cannot be told apart from the champion",
        ),
        ({"champion": WORSE, "base rate": BETTER}, "worse", "Model 3 is worse than the champion"),
        ({}, "even", "Model 3 was not compared with anything"),
    ],
)
def test_how_a_model_stands(differences: dict[str, Any], kind: str, title: str) -> None:
    found = standing({"model": 3, "differences": differences})
    assert (found.kind, found.title) == (kind, title)


def test_slices_are_told_against_the_champion_also_where_a_baseline_is_better() -> None:
    result, label, scores = world(champion="bad")
    assert list(result["figures"]) == ["candidate", "base rate", "champion"]
    assert result["figures"]["base rate"]["log_loss"] < result["figures"]["champion"]["log_loss"]
    shown = " ".join(Page(model_report(HEADER, result, figures(label, scores, result))).text.split())
    assert "Log loss beside the champion. A slice has an interval from 100 rows on." in shown
    heading = "log loss of champion difference AUC of champion"
    assert f"carrier rows came true mean probability {heading}" in shown
    part = result["slices"]["columns"]["carrier"][0]
    own, other = (part["scores"][name]["log_loss"] for name in ("candidate", "champion"))
    assert part["difference"]["mean"] == pytest.approx(own - other)
    assert f"{other:.4f} " + f"{own - other:+.4f}".replace("-", "−") in shown


def test_beside_a_champion() -> None:
    result, label, scores = world(champion="even")
    shown = " ".join(Page(model_report(HEADER, result, figures(label, scores, result))).text.split())
    assert "The champion is version 2 (model 2), trained until 2013-01-25 00:00." in shown
    assert "Against champion: log loss" in shown


def test_a_model_that_nothing_could_judge() -> None:
    empty = np.array([])
    judged = evaluate_scores(
        empty, pd.Series([], dtype="datetime64[ns]"), {"candidate": empty}, COHORTS, costs=None, seed=1
    )
    nothing = {
        "model": 3, "champion": None, "by_day": [],
        "slices": {"minimum_rows": 100, "against": None, "columns": {}},
        "importance": {"rows": 0, "of": 0, "permutations": 5, "features": []}, "costs": None,
        "left_out": {"judged": {"examples": 0, "without_label": 0}},
    }  # fmt: skip
    shown = " ".join(Page(model_report(HEADER, {**judged, **nothing}, {})).text.split())
    assert "Model 3 was not compared with anything The candidate, model 3, was judged on 0 examples" in shown
    assert "Of the 0 judged examples 0 (–) had no label" in shown
