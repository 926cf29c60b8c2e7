"""The shape of `pipeline.yaml`: the flow of one pipeline, from landing files to a promoted model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from headgate.spec.algorithm_parameters import Value
from headgate.spec.duration import format_duration, parse_duration
from headgate.spec.layers import SCORES

INCUMBENT = "incumbent"
"""What a comparison calls the model's own recipe."""
MAXIMUM_TRIALS = 64
"""How many trials the candidates of one comparison may span."""

Algorithm = Literal[
    "random_forest", "incremental_forest", "gradient_boosted_trees", "xgboost", "logistic_regression"
]
Track = Literal["first", "refresh", "challenge"]
"""How a candidate comes to be decided on: nothing serves, newer data, or a trial of another recipe."""

SchemaChange = Literal["rescue", "evolve", "fail"]
FeedFormat = Literal["dms_csv", "dms_parquet", "json_lines", "debezium_json"]
NAME_RULE = "lower-case letters, digits and _, a letter first, at most 63"
NAME_PATTERN = r"^[a-z][a-z0-9_]{0,62}$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
AlertKind = Literal["closed_gate", "late_hour", "promotion", "drift"]
CONNECTION_PATTERN = r"^[A-Za-z0-9_.-]{1,200}$"
ConnectionName = Annotated[str, StringConstraints(pattern=CONNECTION_PATTERN)]
CONNECTION_RULE = "the name of a connection in Airflow, which has the address: letters, digits, _, - and ."
NAME_RULES = {NAME_PATTERN: NAME_RULE, CONNECTION_PATTERN: CONNECTION_RULE}
"""What a name is made of, by the pattern that it did not match."""
Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    PlainSerializer(format_duration),
    WithJsonSchema({"type": "string", "pattern": r"^\d+[mhd]$", "examples": ["90m", "6h", "28d"]}),
]


def _utc(value: object) -> object:
    """Read a bare date or a time without zone as UTC, the only zone that Headgate computes in."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if hasattr(value, "year"):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)  # type: ignore[attr-defined]  # a date, from YAML
    return value


Moment = Annotated[
    datetime,
    BeforeValidator(_utc),
    WithJsonSchema({"type": "string", "examples": ["2024-01-01", "2024-01-01T06:00Z"]}),
]


class Strict(BaseModel):
    """Base of every spec model: an unknown key is an error, a loaded spec does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Schedule(Strict):
    """The hours that the pipeline covers: the first hour's start and, if it ever ends, the last one's end."""

    start: Moment
    end: Moment | None = None


class Feed(Strict):
    """One landing folder of change files of one source table.

    `committed_at` names the column with the source's commit time (in a full load: the transfer time).
    `sequence` names a column with the source's true change order, where it has one.
    `load_taken_at` overrides the time at which the full load was taken. `grace` is how long after an hour's
    end its scheduled run waits for the feed's last files. `on_schema_change` says what happens when the
    source's columns are no longer those of the contract, or their values not of its types.
    """

    format: FeedFormat = "dms_csv"
    key: list[Name] = Field(min_length=1)
    committed_at: Name = "committed_at"
    sequence: Name | None = None
    load_taken_at: Moment | None = None
    grace: Duration = timedelta(0)
    on_schema_change: SchemaChange = "rescue"


class SilverTable(Strict):
    """A typed table of one feed: its change log and its live rows.

    `transform` names a function in the pipeline's `silver.py`; without it the contract's columns are
    read from the feed's columns of the same name and cast to the contract's types. With `history` there is
    a view `<table>_history` of when each row held.
    """

    feed: Name
    transform: Name | None = None
    history: bool = False


class GoldTable(Strict):
    """A table derived from silver change logs, one row per `grain` and as-of hour.

    `inputs` are silver tables (`flights`: their change log) or earlier gold tables. `as_of` names the
    column, part of the grain, that says which hour a row belongs to. `lookback` is how far before an
    as-of hour the inputs are needed.
    """

    inputs: list[Name] = Field(min_length=1)
    transform: Name
    grain: list[Name] = Field(min_length=1)
    as_of: Name = "as_of"
    lookback: Duration = timedelta(days=2)


class FeatureSource(Strict):
    """Columns joined onto the examples: for each example the latest row of a table known at its as-of.

    `table` is a silver table (its change log is read by `_known_at`) or a gold table (by its as-of hour).
    `on` are the key columns, present on both sides. `event_time` is the column with the moment that a row
    speaks of, by default when it became known: of the rows known at the as-of the one of the latest event
    counts. Rows older than `max_age` at the as-of do not count.
    """

    table: Name
    on: list[Name] = Field(min_length=1)
    event_time: Name | None = None
    max_age: Duration
    columns: list[Name] = Field(min_length=1)


class Examples(Strict):
    """What a model learns from: one row per entity and as-of hour, its label filled in later.

    `transform` (in `gold.py`) gives the entities of each as-of hour with the features that they carry
    themselves; `label_transform` gives, per entity, the label and the moment at which it was known.
    A cohort (an as-of hour) counts when it is `complete_after` old.
    """

    inputs: list[Name] = Field(min_length=1)
    entity: list[Name] = Field(min_length=1)
    as_of: Name = "as_of"
    transform: Name = "examples"
    lookback: Duration = timedelta(days=2)
    label: Name
    label_known_at: Name = "label_known_at"
    label_transform: Name = "labels"
    complete_after: Duration = timedelta(hours=24)
    features: list[FeatureSource] = []

    @property
    def grain(self) -> list[str]:
        """The columns that identify an example: the entity and the as-of hour."""
        return [*self.entity, self.as_of]


class Feature(Strict):
    """A model input: numeric, or nominal with its whole vocabulary written out."""

    nominal: list[str] | None = None


class Slice(Strict):
    """How judged rows are split by a column: by value, or by the half-open ranges between `edges`."""

    edges: list[float] | None = Field(default=None, min_length=1)


class Costs(Strict):
    """Money per example for each outcome of acting on a score; the decision threshold follows from it."""

    true_negative: float = 0.0
    false_positive: float
    true_positive: float
    false_negative: float
    currency: str = "USD"


class Candidate(Strict):
    """An algorithm to compare with the model's own. A parameter with a list of values spans a grid."""

    algorithm: Algorithm
    parameters: dict[str, Value | list[Value]] = {}


class Audit(Strict):
    """How a model that learns what changed is held against a plain forest fitted on all rows.

    It happens when the last one is `every` old. A gap beyond `max_auc_gap` or `max_log_loss_gap` that is not
    by chance makes the plain forest the candidate.
    """

    every: Duration = timedelta(days=7)
    max_auc_gap: float = Field(default=0.005, ge=0)
    max_log_loss_gap: float = Field(default=0.003, ge=0)


class Drift(Strict):
    """When a day of examples, or of scores, counts as drifted from what the champion learned from.

    That is where a column's population stability index against the training data is above `least`, and above
    `times` the median of the training days' own. On `days` of the last `of` days it asks for a challenger.
    """

    least: float = Field(default=0.25, gt=0)
    times: float = Field(default=3.0, ge=1)
    days: int = Field(default=5, ge=1)
    of: int = Field(default=7, ge=1)


class Model(Strict):
    """What is fitted: the algorithm, its parameters, its inputs, its training window and its yardsticks.

    `window` is the span of as-of hours trained on. `baselines` are lists of columns: the label's mean
    per group of those columns on the training rows is a score to beat (an empty list: the base rate).
    `slices` are columns by which an evaluation is split in the report.
    `audit` is for an algorithm that learns what changed. `drift` says when the data differ from those.
    `candidates` are compared with this recipe on `folds` time-ordered folds; nothing else uses them.
    """

    algorithm: Algorithm
    parameters: dict[str, Value] = {}
    seed: int = 0
    window: Duration = timedelta(days=28)
    features: dict[Name, Feature] = Field(min_length=1)
    baselines: list[list[Name]] = [[]]
    costs: Costs | None = None
    slices: dict[Name, Slice] = {}
    audit: Audit | None = None
    drift: Drift = Drift()
    candidates: dict[Name, Candidate] = {}
    folds: int = Field(default=4, ge=2)


class Challenge(Strict):
    """When a challenger, frozen at the start of its trial, takes over from the champion.

    Both score the same hours. After each complete day the evidence that the challenger's log loss is lower
    is looked at once: after `minimum_days` and `minimum_rows` it takes over when there is enough `evidence`,
    its log loss on all rows is lower, its AUC is not, and no slice's log loss is more than
    `max_slice_increase` higher. A day counts for at most `largest_day` of log loss, either way. A trial ends
    with a hold after `hold_after`. Of the hours `within` at most `at_most` trials begin, so that chance
    promotes one of them with a probability of at most `at_most / evidence`.
    """

    minimum_days: int = Field(default=14, ge=1)
    minimum_rows: int = Field(default=10_000, ge=1)
    evidence: float = Field(default=60.0, gt=1)
    max_slice_increase: float = Field(default=0.02, ge=0)
    largest_day: float = Field(default=0.02, gt=0)
    hold_after: Duration = timedelta(days=56)
    at_most: int = Field(default=3, ge=1)
    within: Duration = timedelta(hours=500)


class Promotion(Strict):
    """When a candidate becomes champion.

    `first_holdout` complete days are held out of the first candidate's training to prove it against the
    baselines. Later candidates meet the champion on the as-of hours in
    (F - embargo_from, F - embargo_to], which neither was trained on, with at least `minimum_rows` rows.
    `max_score_shift` bounds how far the distribution of a candidate's scores may lie from the champion's: the
    mean distance between both, sorted, in units of probability. `max_slice_increase` bounds how much higher
    a slice's log loss may be, where that is not by chance. `challenge` is for models of another recipe.
    On the tracks of `ask` somebody approves what the rules would promote, in Airflow; without an answer
    within `answer_within` it is held.
    """

    first_holdout: Duration = timedelta(days=7)
    embargo_from: Duration = timedelta(hours=48)
    embargo_to: Duration = timedelta(hours=24)
    minimum_rows: int = 100
    max_log_loss_increase: float = 0.01
    max_calibration_error: float = 0.10
    max_score_shift: float = 0.05
    max_slice_increase: float = Field(default=0.02, ge=0)
    challenge: Challenge = Challenge()
    ask: list[Track] = []
    answer_within: Duration = timedelta(hours=24)


class Alerts(Strict):
    """Who is told what goes wrong, once a cause.

    `to` are names of Airflow connections, of the type `smtp` or `slackwebhook`: addresses and secrets are
    there, not here. `on` are the kinds of causes. An hour is late when it is not published `late_after` its
    end; without it no hour is late.
    """

    to: list[ConnectionName] = Field(min_length=1)
    on: list[AlertKind] = Field(default=["closed_gate", "late_hour", "promotion", "drift"], min_length=1)
    late_after: Duration | None = None


class Pipeline(Strict):
    """One pipeline: everything that `pipelines/<name>/pipeline.yaml` may say."""

    pipeline: Name
    description: str = ""
    owner: str = "headgate"
    schedule: Schedule
    feeds: dict[Name, Feed] = Field(min_length=1)
    silver: dict[Name, SilverTable] = Field(min_length=1)
    gold: dict[Name, GoldTable] = {}
    examples: Examples | None = None
    model: Model | None = None
    promotion: Promotion | None = None
    alerts: Alerts | None = None
    max_quarantine_share: float = Field(default=0.05, ge=0, le=1)

    @property
    def hops(self) -> tuple[str, ...]:
        """The hops of one hour that fill its layers, in order: when the last is through, the hour is done."""
        return ("bronze", "silver", "gold") if self.gold or self.examples else ("bronze", "silver")

    @property
    def promotes_by(self) -> Promotion:
        """The rules that promote its models: what the spec says, or else the defaults."""
        return self.promotion or Promotion()

    @property
    def scored(self) -> bool:
        """Whether its examples are scored, once a model serves."""
        return self.examples is not None and self.model is not None

    @property
    def steps(self) -> tuple[str, ...]:
        """The hops of an hour's run: those of its layers, by which an hour is done, then the scores."""
        return (*self.hops, SCORES) if self.scored else self.hops

    @property
    def grace(self) -> timedelta:
        """How long after an hour's end its scheduled run waits: for the feed that takes longest."""
        return max(feed.grace for feed in self.feeds.values())

    def folder(self, root: Path) -> Path:
        """The folder of this pipeline below the folder of all pipelines."""
        return root / self.pipeline
