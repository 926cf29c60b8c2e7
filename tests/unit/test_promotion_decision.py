"""The decision table of promotion: what is recorded decides, and the reasons carry the figures."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from headgate.releases.decision import decide
from headgate.spec.pipeline import Promotion

FIRST: dict[str, Any] = {
    "champion": None,
    "held_out": True,
    "range": {"start": "2013-01-21T00:00:00+00:00", "end": "2013-01-28T00:00:00+00:00"},
    "rows": 6000,
    "positives": 1400,
    "blocks": "day",
    "figures": {
        "candidate": {"log_loss": 0.51, "calibration_error": 0.03},
        "base rate": {"log_loss": 0.58, "calibration_error": 0.01},
        "carrier x hour": {"log_loss": 0.56, "calibration_error": 0.02},
    },
    "differences": {
        "base rate": {"mean": -0.07, "low": -0.09, "high": -0.05, "blocks": 7},
        "carrier x hour": {"mean": -0.05, "low": -0.08, "high": -0.02, "blocks": 7},
    },
}
REFRESH: dict[str, Any] = {
    **FIRST,
    "champion": {"version": 3, "model": 4, "trained_until": "2013-01-26T00:00:00+00:00"},
    "range": {"start": "2013-01-27T00:00:00+00:00", "end": "2013-01-28T00:00:00+00:00"},
    "rows": 900,
    "positives": 200,
    "blocks": "hour",
    "score_shift": 0.01,
    "figures": {
        "candidate": {"log_loss": 0.51, "calibration_error": 0.03},
        "champion": {"log_loss": 0.512, "calibration_error": 0.04},
    },
    "differences": {"champion": {"mean": -0.002, "low": -0.01, "high": 0.006, "blocks": 24}},
    "slices": {
        "against": "champion",
        "columns": {
            "carrier": [
                {"value": "AA", "difference": {"mean": 0.01, "low": 0.004, "high": 0.02, "blocks": 24}},
                {"value": None, "difference": None},
            ]
        },
    },
}
SLICE = {"mean": 0.04, "low": 0.001, "high": 0.08, "blocks": 24}


def changed(evaluation: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    result = copy.deepcopy(evaluation)
    place = result
    *above, last = path.split("/")
    for key in above:
        place = place[key]
    place[last] = value
    return result


def test_a_first_candidate_that_beats_everything_is_promoted() -> None:
    decision = decide(FIRST, Promotion(), None)
    assert decision.outcome == "promote"
    assert decision.why == (
        "6,000 labelled rows, 100 needed; nothing serves, as when it was evaluated; "
        "log loss 0.5100 against 0.5800 of base rate (-0.0700, 95 % in [-0.0900, -0.0500] by day); "
        "log loss 0.5100 against 0.5600 of carrier x hour (-0.0500, 95 % in [-0.0800, -0.0200] by day); "
        "calibration error 0.030, at most 0.100 allowed"
    )


def test_a_refreshed_candidate_that_holds_its_ground_is_promoted() -> None:
    decision = decide(REFRESH, Promotion(), 3)
    assert decision.outcome == "promote"
    assert [reason.check for reason in decision.reasons] == [
        "rows",
        "champion",
        "embargo",
        "not significantly worse",
        "log loss",
        "score distribution",
        "slices",
        "calibration",
    ]
    assert decision.reasons[6].said == "none of 1 slices is worse by more than 0.0200"


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("rows", 99, "99 labelled rows, 100 needed, with both labels"),
        ("positives", 6000, "6,000 labelled rows, 100 needed, with both labels"),
        ("held_out", False, "nothing serves, and this candidate held no days out to prove itself on"),
        (
            "differences/carrier x hour/high",
            0.001,
            "log loss 0.5100 against 0.5600 of carrier x hour (-0.0500, 95 % in [-0.0800, +0.0010] by day)",
        ),
        ("figures/candidate/calibration_error", 0.2, "calibration error 0.200, at most 0.100 allowed"),
        ("differences", {}, "it was not compared with the base rate; model.baselines must list []"),
    ],
)
def test_a_first_candidate_is_held(path: str, value: object, why: str) -> None:
    decision = decide(changed(FIRST, path, value), Promotion(), None)
    assert decision.outcome == "hold"
    assert decision.why == why


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (
            "champion/trained_until",
            "2013-01-27T01:00:00+00:00",
            "the champion was trained up to 2013-01-27T01:00:00+00:00, judged from 2013-01-27T00:00:00+00:00",
        ),
        (
            "differences/champion/low",
            0.001,
            "log loss 0.5100 against 0.5120 of champion (-0.0020, 95 % in [+0.0010, +0.0060] by hour)",
        ),
        ("differences/champion/mean", 0.011, "log loss changes by +0.0110, at most +0.0100 allowed"),
        ("score_shift", 0.06, "scores shift by 0.060, at most 0.050 allowed"),
        (
            "slices/columns",
            {"origin": [{"value": None, "difference": SLICE}, {"value": "JFK", "difference": None}]},
            "log loss of origin missing changes by +0.0400, 95 % in [+0.0010, +0.0800], at most +0.0200 "
            "allowed",
        ),
        (
            "figures/candidate/calibration_error",
            0.11,
            "calibration error 0.110, the champion's 0.040, at most 0.100 allowed",
        ),
    ],
)
def test_a_refreshed_candidate_is_held(path: str, value: object, why: str) -> None:
    decision = decide(changed(REFRESH, path, value), Promotion(), 3)
    assert decision.outcome == "hold"
    assert decision.why == why


@pytest.mark.parametrize(
    "part",
    [
        {"value": "AA", "difference": {**SLICE, "low": -0.001}},  # may be chance
        {"value": "AA", "difference": {**SLICE, "mean": 0.02}},  # as much as is allowed
        {"value": "AA", "difference": None},  # too few rows to tell
    ],
)
def test_a_slice_that_may_be_as_good_is_no_fault(part: dict[str, Any]) -> None:
    decision = decide(changed(REFRESH, "slices/columns", {"carrier": [part]}), Promotion(), 3)
    assert decision.outcome == "promote"


def test_bad_calibration_that_the_champion_shares_is_no_fault() -> None:
    storm = changed(
        changed(REFRESH, "figures/candidate/calibration_error", 0.2),
        "figures/champion/calibration_error",
        0.21,
    )
    assert decide(storm, Promotion(), 3).outcome == "promote"


@pytest.mark.parametrize(
    ("evaluation", "champion", "why"),
    [
        (REFRESH, 5, "version 5 serves now, but version 3 did when it was evaluated"),
        (REFRESH, None, "nothing serves now, but version 3 did when it was evaluated"),
        (FIRST, 1, "version 1 serves now, but nothing did when it was evaluated"),
    ],
)
def test_a_champion_that_changed_since_holds(
    evaluation: dict[str, Any], champion: int | None, why: str
) -> None:
    decision = decide(evaluation, Promotion(), champion)
    assert (decision.outcome, decision.why) == ("hold", why)
