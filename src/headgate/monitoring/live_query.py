"""The query of the live figures: how good the predictions were, day by day, by the labels that came since."""

from __future__ import annotations

from headgate.learning.judging import BINS, CLIP
from headgate.learning.money import threshold
from headgate.spec.pipeline import Costs, Pipeline

MONEY = ("cost_per_thousand", "never_act_per_thousand", "always_act_per_thousand")


def live_query(spec: Pipeline) -> str:
    """SQL of the live figures of a pipeline, on `<pipeline>_gold.outcomes`.

    Grain: one row a day (UTC) of as-of hours, an hour by its start, and `role`. Columns: `first_version` and
    `last_version` that scored, `predictions`, of these `too_late` ones whose label was known already when
    they were made, `labelled` ones that are judged; `provisional` until the day's last cohort is complete;
    `auc` (null with one class only), `log_loss` (nats), `mean_probability`, `share` of label 1,
    `calibration_error` (see `learning.metrics`), and with costs `cost_per_thousand` predictions beside never
    and always acting, in the costs' currency. The AUC is that of H. B. Mann and D. R. Whitney, On a test of
    whether one of two random variables is stochastically larger than the other, 1947, ties by middle ranks.
    """
    examples, model, name = spec.examples, spec.model, spec.pipeline
    assert examples is not None and model is not None  # what is scored has both
    place = "rank() OVER (PARTITION BY day, role ORDER BY probability)"
    ties = "count(*) OVER (PARTITION BY day, role, probability)"
    safe = f"greatest(least(probability, {1 - CLIP!r}D), {CLIP!r}D)"
    seconds = int(examples.complete_after.total_seconds())
    frontier = f"SELECT max(range_end) FROM `{name}_ops`.`hops` WHERE hop = 'gold' AND state = 'done'"
    money = _money(model.costs)
    return f"""
WITH said AS (
  SELECT to_date(`{examples.as_of}` - INTERVAL 1 HOUR) AS day, role, version, probability, in_time,
    `{examples.label}` AS label
  FROM `{name}_gold`.`outcomes`
), judged AS (
  SELECT day, role, probability, label, {place} + ({ties} - 1) / 2 AS place,
    least(floor(probability * {BINS}), {BINS - 1}) AS bin
  FROM said WHERE in_time AND label IS NOT NULL
), calibrated AS (
  SELECT day, role, sum(off) AS off FROM (
    SELECT day, role, bin, abs(sum(probability) - sum(label)) AS off FROM judged GROUP BY day, role, bin
  ) GROUP BY day, role
), figures AS (
  SELECT day, role, count(*) AS labelled, sum(label) AS positives,
    sum(CASE WHEN label = 1 THEN place END) AS places,
    avg(-ln(CASE WHEN label = 1 THEN {safe} ELSE 1 - {safe} END)) AS log_loss,
    avg(probability) AS mean_probability, avg(label) AS share{"".join(f", {one}" for one in money)}
  FROM judged GROUP BY day, role
), days AS (
  SELECT day, role, min(version) AS first_version, max(version) AS last_version, count(*) AS predictions,
    count_if(NOT in_time) AS too_late
  FROM said GROUP BY day, role
)
SELECT d.day, d.role, first_version, last_version, predictions, too_late,
  coalesce(labelled, 0) AS labelled,
  CAST(d.day AS TIMESTAMP) + INTERVAL 1 DAY + INTERVAL {seconds} SECOND > ({frontier}) AS provisional,
  CASE WHEN positives > 0 AND positives < labelled THEN
    (places - positives * (positives + 1) / 2) / (positives * (labelled - positives)) END AS auc,
  log_loss, mean_probability, share, off / labelled AS calibration_error
  {"".join(f", {one}" for one in MONEY) if money else ""}
FROM days d LEFT JOIN figures f ON d.day = f.day AND d.role = f.role
LEFT JOIN calibrated c ON d.day = c.day AND d.role = c.role
"""


def _money(costs: Costs | None) -> list[str]:
    """The aggregates of MONEY; none where there are no costs."""
    if costs is None:
        return []
    act = f"CASE WHEN label = 1 THEN {costs.true_positive!r}D ELSE {costs.false_positive!r}D END"
    leave = f"CASE WHEN label = 1 THEN {costs.false_negative!r}D ELSE {costs.true_negative!r}D END"
    acting = f"CASE WHEN probability >= {threshold(costs)!r}D THEN {act} ELSE {leave} END"
    return [f"1000 * avg({one}) AS {name}" for name, one in zip(MONEY, (acting, leave, act), strict=True)]
