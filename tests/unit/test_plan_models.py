"""What a change does to the model, and which recorded models use what changes."""

# ruff: noqa: E501  (plans stand as they are told)

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from headgate.planning.model_changes import model_changes
from headgate.planning.plan import Plan, make_plan
from headgate.planning.verdict import verdict
from headgate.spec.pipeline import Audit, Candidate, Costs, Drift, Feature, Model, Slice
from tests.unit.planned_trips import GOLD, SILVER, SPEC, START, change_told, document, published_with
from tests.unit.spec_folders import TRIPS_FILES


def header(model: int, *features: str) -> dict[str, Any]:
    named = [{"name": name, "nominal": None} for name in features]
    frontier = "2024-01-02T06:00:00+00:00"
    return {"model": model, "algorithm": "random_forest", "frontier": frontier, "features": named}


MODELS = [header(1, "city", "distance"), header(2, "city", "distance", "mean_delay")]
ROW, DELAY = "2 (city distance)", "2 (mean_delay)"
LABEL = ["2 (label)", "1 (label)"]
EVERYTHING = ["2 (label city distance mean_delay)", "1 (label city distance)"]

CASES = {
    "a feature is added": (
        SPEC,
        "    distance: {}\n",
        "    distance: {}\n    trip: {nominal: [a, b]}\n",
        ["feature trip: None -> nominal, 2 words [recipe] "],
        [],
        "1 feature added",
    ),
    "a feature is removed": (
        SPEC,
        "    mean_delay: {}\n",
        "",
        ["feature mean_delay: numeric -> None [recipe] "],
        [DELAY],
        "1 feature removed; 1 model uses what changes",
    ),
    "a vocabulary": (
        SPEC,
        "[north, south]",
        "[north, west]",
        ["feature city: nominal, 2 words -> nominal, 2 words [recipe] with west, without south"],
        ["2 (city)", "1 (city)"],
        "1 feature changed; 2 models use what changes",
    ),
    "the order of a vocabulary": (
        SPEC,
        "[north, south]",
        "[south, north]",
        ["feature city: nominal, 2 words -> nominal, 2 words [recipe] the same words in another order"],
        ["2 (city)", "1 (city)"],
        "1 feature changed; 2 models use what changes",
    ),
    "the order of features": (
        SPEC,
        "    distance: {}\n    mean_delay: {}\n",
        "    mean_delay: {}\n    distance: {}\n",
        [
            "features : city, distance, mean_delay -> city, mean_delay, distance [recipe] only their order differs"
        ],
        [],
        "the next learning fits another model",
    ),
    "the age of a feature": (
        SPEC,
        "max_age: 3h",
        "max_age: 4h",
        [
            "feature mean_delay: from delays by city, at most 3h old -> from delays by city, at most 4h old [from_now_on] "
        ],
        [DELAY],
        "1 table is rewritten, 30 hours to replay, 1 feature changed; 1 model uses what changes",
    ),
    "the algorithm": (
        SPEC,
        "algorithm: random_forest\n  parameters: {trees: 20}",
        "algorithm: logistic_regression",
        ["algorithm : random_forest -> logistic_regression [recipe] "],
        [],
        "the next learning fits another model",
    ),
    "parameters": (
        SPEC,
        "{trees: 20}",
        "{trees: 20, depth: 8, bins: 32}",
        ["parameter depth: 12 -> 8 [recipe] "],
        [],
        "the next learning fits another model",
    ),
    "seed and window": (
        SPEC,
        "  parameters: {trees: 20}\n",
        "  parameters: {trees: 20}\n  seed: 3\n  window: 14d\n",
        ["seed : 0 -> 3 [recipe] ", "window : 28d -> 14d [recipe] "],
        [],
        "the next learning fits another model",
    ),
    "baselines, costs": (
        SPEC,
        "  baselines: [[], [city]]\n  costs: {false_positive: 20,",
        "  baselines: [[]]\n  costs: {false_positive: 30,",
        ["baselines : none; city -> none [judges] ", "costs false_positive: 20.0 -> 30.0 [judges] "],
        [],
        "no row changes, what comes is judged otherwise",
    ),
    "no costs": (
        SPEC,
        "  costs: {false_positive: 20, true_positive: 60, false_negative: 100}\n",
        "",
        [
            "costs : true_negative 0.0, false_positive 20.0, true_positive 60.0, false_negative 100.0, currency USD -> None [judges] "
        ],
        [],
        "no row changes, what comes is judged otherwise",
    ),
    "promotion": (
        SPEC,
        "first_holdout: 7d",
        "first_holdout: 7d\n  minimum_rows: 50",
        ["promotion minimum_rows: 100 -> 50 [judges] "],
        [],
        "no row changes, what comes is judged otherwise",
    ),
    "what a trial asks": (
        SPEC,
        "first_holdout: 7d",
        "first_holdout: 7d\n  challenge: {minimum_days: 7, hold_after: 28d}",
        [
            "promotion challenge minimum_days: 14 -> 7 [judges] ",
            "promotion challenge hold_after: 56d -> 28d [judges] ",
        ],
        [],
        "no row changes, what comes is judged otherwise",
    ),
    "slices": (
        SPEC,
        "  baselines: [[], [city]]\n",
        "  baselines: [[], [city]]\n  slices: {city: {}, distance: {edges: [0, 2.5]}}\n",
        ["slice city: None -> by value [judges] ", "slice distance: None -> at 0.0, 2.5 [judges] "],
        [],
        "no row changes, what comes is judged otherwise",
    ),
    "what is compared, and how": (
        SPEC,
        "  baselines: [[], [city]]\n",
        "  baselines: [[], [city]]\n  folds: 5\n"
        "  candidates:\n    deep: {algorithm: random_forest, parameters: {trees: 20, depth: [14, 16]}}\n",
        [
            "candidate deep: None -> random_forest, trees 20, depth 14 or 16 [judges] by `compare` alone",
            "folds : 4 -> 5 [judges] by `compare` alone",
        ],
        [],
        "no row changes, what comes is judged otherwise",
    ),
    "the owner": (SPEC, "pipeline: trips", "pipeline: trips\nowner: us", [], [], "only words change"),
    "a gold transform": (
        GOLD,
        "def delays(inputs, window):\n    return inputs",
        "def delays(inputs, window):\n    return None",
        [],
        [DELAY],
        "2 tables are rewritten, 30 hours to replay; 1 model uses what changes",
    ),
    "the examples' own transform": (
        GOLD,
        "def examples(inputs, window):\n    return inputs",
        "def examples(inputs, window):\n    return None",
        [],
        ["2 (city distance)", "1 (city distance)"],
        "1 table is rewritten, 30 hours to replay; 2 models use what changes",
    ),
    "the labels": (
        GOLD,
        "def labels(inputs, window):\n    return inputs",
        "def labels(inputs, window):\n    return None",
        [],
        LABEL,
        "1 table is rewritten, 30 hours to replay; 2 models use what changes",
    ),
    "what everything is derived from": (
        SILVER,
        "return rows",
        "return None",
        [],
        EVERYTHING,
        "3 tables are rewritten, 30 hours to replay; 2 models use what changes",
    ),
}


def concerned(plan: Plan) -> list[str]:
    return [
        f"{model.model} ({' '.join([*(['label'] if model.label else []), *model.features])})"
        for model in plan.models
    ]


@pytest.mark.parametrize("case", CASES)
def test_each_change_has_its_plan(tmp_path: Path, case: str) -> None:
    file, old, new, changes, models, sentence = CASES[case]
    assert TRIPS_FILES[file].count(old) == 1
    before = document(tmp_path, {})
    now = document(tmp_path, {file: TRIPS_FILES[file].replace(old, new)})
    plan = make_plan(now, published_with(before), MODELS)
    assert [change_told(change) for change in plan.model_changes] == changes
    assert concerned(plan) == models
    assert verdict(plan, START) == sentence


def test_a_model_comes_and_goes(tmp_path: Path) -> None:
    without = TRIPS_FILES[SPEC].partition("model:")[0]
    documents = [document(tmp_path, {SPEC: text}) for text in (without, TRIPS_FILES[SPEC])]
    came = make_plan(documents[1], published_with(documents[0]), [])
    assert [change_told(change) for change in came.model_changes] == [
        "model : None -> random_forest [recipe] ",
    ]
    went = make_plan(documents[0], published_with(documents[1]), MODELS)
    assert [change_told(change) for change in went.model_changes] == [
        "model : random_forest -> None [from_now_on] nothing is learned any more; a champion serves on",
    ]


def test_that_the_champion_falls_silent_is_told(tmp_path: Path) -> None:
    """The column goes from the examples: it was an input."""
    contract = "expectations/trips/gold.examples.yaml"
    without = {SPEC: "    distance: {}\n", contract: "  distance: {type: double}\n"}
    files = {file: TRIPS_FILES[file].replace(line, "") for file, line in without.items()}
    before = document(tmp_path, {})
    plan = make_plan(document(tmp_path, files), published_with(before), MODELS)
    (examples,) = [table for table in plan.tables if table.table == "gold.examples"]
    assert [change_told(change) for change, _ in examples.changes if change.what == "column"] == [
        "column distance: double -> None [from_now_on] it stays in the table, empty in rows to come; a "
        "champion that needs it scores no hour until a model without it is promoted"
    ]


def test_what_belongs_to_the_pipeline_is_told(tmp_path: Path) -> None:
    before = document(tmp_path, {})
    changed = TRIPS_FILES[SPEC].replace("end: 2024-03-01", "end: 2024-04-01") + "max_quarantine_share: 0.1\n"
    plan = make_plan(document(tmp_path, {SPEC: changed}), published_with(before), [])
    assert [change_told(change) for change in plan.pipeline_changes] == [
        "schedule.end : 2024-03-01T00:00Z -> 2024-04-01T00:00Z [from_now_on] ",
        "max_quarantine_share : 0.05 -> 0.1 [judges] ",
    ]
    assert verdict(plan, START) == "no published row changes, hours to come do"


def test_who_is_told_is_told(tmp_path: Path) -> None:
    texts = [
        "",
        "alerts: {to: [data_team]}\n",
        "alerts: {to: [data_team, boss], on: [closed_gate], late_after: 2h}\n",
    ]
    nobody, team, boss = (document(tmp_path, {SPEC: TRIPS_FILES[SPEC] + text}) for text in texts)
    plan = make_plan(team, published_with(nobody), [])
    assert [change_told(change) for change in plan.pipeline_changes] == [
        "alerts : None -> to data_team, on closed_gate, late_hour, promotion, drift, late_after none [told] "
    ]
    assert verdict(plan, START) == "no row changes, what is told of them does"
    plan = make_plan(boss, published_with(team), [])
    assert [change_told(change) for change in plan.pipeline_changes] == [
        "alerts to: data_team -> data_team, boss [told] ",
        "alerts on: closed_gate, late_hour, promotion, drift -> closed_gate [told] ",
        "alerts late_after: none -> 2h [told] ",
    ]


OTHERWISE: dict[str, Any] = {
    "algorithm": "random_forest",
    "parameters": {"trees": 30},
    "seed": 1,
    "window": timedelta(days=14),
    "features": {"distance": Feature()},
    "baselines": [["city"]],
    "costs": Costs(false_positive=1, true_positive=1, false_negative=1),
    "slices": {"city": Slice()},
    "audit": Audit(),
    "drift": Drift(days=6),
    "candidates": {"deep": Candidate(algorithm="random_forest")},
    "folds": 5,
}


def test_no_key_of_a_model_is_left_untold(tmp_path: Path) -> None:
    assert OTHERWISE.keys() == Model.model_fields.keys()
    before = document(tmp_path, {}).spec
    assert before.model is not None
    before = before.model_copy(
        update={"model": before.model.model_copy(update={"algorithm": "incremental_forest"})}
    )
    assert before.model is not None
    untold = []
    for key, value in OTHERWISE.items():
        model = before.model.model_copy(update={key: value})
        if not model_changes(before, before.model_copy(update={"model": model})):
            untold.append(key)
    assert untold == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "",
            "  audit: {every: 5d}\n",
            "audit : None -> every 5d, max_auc_gap 0.005, max_log_loss_gap 0.003 [judges] ",
        ),
        ("  audit: {every: 5d}\n", "  audit: {every: 6d}\n", "audit every: 5d -> 6d [judges] "),
    ],
)
def test_an_audit_judges(tmp_path: Path, before: str, after: str, told: str) -> None:
    ring = TRIPS_FILES[SPEC].replace("algorithm: random_forest\n", "algorithm: incremental_forest\n")
    texts = [ring.replace("  baselines:", f"{audit}  baselines:") for audit in (before, after)]
    old, new = (document(tmp_path / str(place), {SPEC: text}) for place, text in enumerate(texts))
    assert [change_told(change) for change in make_plan(new, published_with(old), []).model_changes] == [told]
