"""Broken specs and the exact text that each of them earns."""

# ruff: noqa: E501  (each text stands on one line, as people see it)

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.spec.load import load_all
from tests.unit.spec_folders import ORDERS_FILES, TRIPS_FILES, write_files

ORDERS = "pipelines/orders/pipeline.yaml"
SILVER = "expectations/orders/silver.orders.yaml"
TRIPS = "pipelines/trips/pipeline.yaml"
E = "expectations/trips"
TOP = "pipeline, description, owner, schedule, feeds, silver, gold, examples, model, promotion, alerts, max_quarantine_share"
FOREST = "trees, depth, bins, features_per_split, minimum_rows_per_leaf, rows_per_tree, impurity"
DURATION = "write a whole number and m, h or d, like 90m, 6h or 28d"
WHEN = "a date or a time, like 2024-01-01 or 2024-01-01T06:00Z"

# fmt: off
ORDERS_CASES = [
    (ORDERS, "feeds:", "feedz:", f"{ORDERS}:3: unknown key 'feedz': expected one of {TOP}; did you mean 'feeds'?"),
    (ORDERS, "pipeline: orders\n", "", f"{ORDERS}:1: key 'pipeline' is missing"),
    (ORDERS, "pipeline: orders", "pipeline: order", f"{ORDERS}:1: pipeline is 'order', but its folder is 'orders': expected orders"),
    (ORDERS, "start: 2024-01-01", "start: soon", f"{ORDERS}:2: start is 'soon': expected {WHEN}"),
    (ORDERS, "start: 2024-01-01", "start: 2024-01-01T00:30Z", f"{ORDERS}:2: 2024-01-01T00:30:00+00:00 is not on the hour: expected a full hour in UTC"),
    (ORDERS, "01}", "01, end: 2023-01-01}", f"{ORDERS}:2: the schedule ends at 2023-01-01T00:00:00+00:00, not after its start: expected a time after 2024-01-01T00:00:00+00:00"),
    (ORDERS, "    key: [id]", "    key: id", f"{ORDERS}:5: key is 'id': expected a list, like [one, two]"),
    (ORDERS, "    key: [id]", "    key: []", f"{ORDERS}:5: key is an empty list: expected at least 1"),
    (ORDERS, "    key: [id]", "    key: [Id]", f"{ORDERS}:5: 'Id' is no name: expected lower-case letters, digits and _, a letter first, at most 63"),
    (ORDERS, "    key: [id]", "    key: [idd]", f"{ORDERS}:5: unknown column of silver.orders 'idd': expected one of id, status, amount, opened_at; did you mean 'id'?"),
    (ORDERS, "    key: [id]", "    key: [id]\n    format: dms_cvs", f"{ORDERS}:6: format is 'dms_cvs': expected one of dms_csv, dms_parquet, json_lines, debezium_json; did you mean 'dms_csv'?"),
    (ORDERS, "    key: [id]", "    key: [id]\n    key: [id]", f"{ORDERS}:6: key 'key' stands here a second time (first on line 5): expected each key once"),
    (ORDERS, "feed: orders", "feed: order", f"{ORDERS}:8: unknown feed 'order': expected one of orders; did you mean 'orders'?"),
    (ORDERS, "  orders:\n    feed", "  Orders:\n    feed", f"{ORDERS}:7: 'Orders' is no name: expected lower-case letters, digits and _, a letter first, at most 63"),
    (ORDERS, "feed: orders", "feed: orders\nalerts: {to: []}", f"{ORDERS}:9: to is an empty list: expected at least 1"),
    (ORDERS, "feed: orders", "feed: orders\nalerts: {to: [https://hooks/x]}", f"{ORDERS}:9: 'https://hooks/x' is no name: expected the name of a connection in Airflow, which has the address: letters, digits, _, - and ."),
    (ORDERS, "feed: orders", "feed: orders\nalerts: {to: [mail], on: [closed_gates]}", f"{ORDERS}:9: on is 'closed_gates': expected one of closed_gate, late_hour, promotion, drift; did you mean 'closed_gate'?"),
    (ORDERS, "feed: orders", "feed: orders\nmax_quarantine_share: 5", f"{ORDERS}:9: max_quarantine_share is 5: expected less than or equal to 1"),
    (ORDERS, "feed: orders", "feed: orders\nowner: 5", f"{ORDERS}:9: owner is 5: expected text (in quotes, where it looks like a number)"),
    (ORDERS, "feed: orders", "feed: orders\nowner:", f"{ORDERS}:9: owner is empty: expected text (in quotes, where it looks like a number)"),
    (ORDERS, "feed: orders", "feed: orders\npromotion: {}", f"{ORDERS}:9: promotion decides on a model, but there is none: expected a section model"),
    (ORDERS, "feed: orders", "feed: orders\n  orders_changes: {feed: orders}", f"{ORDERS}:9: 'orders_changes' is also the name of a view of 'orders'"),
    (ORDERS, "feed: orders", "feed: orders\n    transform: typed", f"{ORDERS}:9: function 'typed' is named, but there is no silver.py beside this file"),
    (ORDERS, "silver:", "  returns: {key: [id]}\nsilver:", f"{ORDERS}:6: no silver table reads feed 'returns': expected a table in silver with feed: returns"),
    (ORDERS, "feed: orders", "feed: orders\n  returns: {feed: orders}", f"{ORDERS}:9: table silver.returns has no contract: expected a file expectations/orders/silver.returns.yaml"),
    (ORDERS, "feeds:", "feeds: [", f"{ORDERS}:5: no valid YAML: while parsing a flow sequence (from line 3): expected ',' or ']', but got ':'"),
    (ORDERS, "feeds:", "feeds: &f", None),
    (ORDERS, "    feed: orders", "    feed: *f", f"{ORDERS}:8: YAML aliases have no place in a spec: write it out"),
    (ORDERS, "feed: orders", "feed: !!set orders", f"{ORDERS}:8: YAML tag 'tag:yaml.org,2002:set' has no place in a spec"),
    (SILVER, "key: [id]", "key: [idd]", f"{SILVER}:2: unknown column 'idd': expected one of id, status, amount, opened_at; did you mean 'id'?"),
    (SILVER, "key: [id]", "key: [id, id]", f"{SILVER}:2: column 'id' stands in the key 2 times"),
    (SILVER, "key: [id]", "key: [status]", f"{SILVER}:2: the key is [status], that of feed orders is [id]: expected [id]"),
    (SILVER, "bigint", "bigin", f"{SILVER}:4: type is 'bigin': expected one of string, boolean, int, bigint, double, date, timestamp; did you mean 'bigint'?"),
    (SILVER, "required: true", "required: maybe", f"{SILVER}:5: required is 'maybe': expected true or false"),
    (SILVER, "[open, paid]", "[open, 7]", f"{SILVER}:5: status is string, so it is never 7: expected text (in quotes, where it looks like a number)"),
    (SILVER, "[open, paid]", "[]", f"{SILVER}:5: status: one_of is an empty list: expected at least one value"),
    (SILVER, "{min: 0}", "{min: low}", f"{SILVER}:6: amount is double, which cannot be compared with 'low': expected a number"),
    (SILVER, "{min: 0}", "{min: 3, max: 1}", f"{SILVER}:6: amount: nothing is between 3.0 and 1.0: expected min at or below max"),
    (SILVER, "{min: 0}", "{}", f"{SILVER}:6: amount: between has no end: expected min, max or both"),
    (SILVER, "{min: 0}", "{minn: 0}", f"{SILVER}:6: unknown key 'minn': expected one of min, max; did you mean 'min'?"),
    (SILVER, "double, between: {min: 0}", "boolean, between: {min: 0}", f"{SILVER}:6: amount is boolean, which has no order: expected one_of"),
    (SILVER, "timestamp}", "timestamp, between: {min: 2024-13-01}}", f"{SILVER}:7: opened_at is timestamp, which cannot be compared with '2024-13-01': expected {WHEN}"),
    (SILVER, "timestamp}", "timestamp, references: order.id}", f"{SILVER}:7: unknown column of a silver table 'order.id': expected one of orders.id, orders.status, orders.amount, orders.opened_at; did you mean 'orders.id'?"),
    (SILVER, "timestamp}", "timestamp, references: orders.idd}", f"{SILVER}:7: unknown column 'orders.idd': expected one of orders.id, orders.status, orders.amount, orders.opened_at; did you mean 'orders.id'?"),
    (SILVER, "timestamp}", "timestamp, references: orders.id}", f"{SILVER}:7: opened_at is timestamp, orders.id is bigint: expected columns of one type"),
    (SILVER, "timestamp}", "bigint, references: orders.id, on_fail: quarantine}", f"{SILVER}:7: opened_at: references depends on other tables, so it cannot quarantine single rows: expected one of warn, close"),
    (SILVER, "timestamp}", "timestamp, known_missing: [2024-01-01]}", f"{SILVER}:7: opened_at: known_missing says what a reference need not find, but there is no references: expected references beside it"),
    (SILVER, "timestamp}", "bigint, references: orders.id, on_fail: warn, known_missing: [none]}", f"{SILVER}:7: opened_at is bigint, so it is never 'none': expected a whole number"),
    (SILVER, "timestamp}", "timestamp, mostly: 0.5}", f"{SILVER}:7: opened_at: mostly says how many references must be found, but there is no references: expected references beside it"),
    (SILVER, "timestamp}", "bigint, references: orders.id, on_fail: warn, mostly: 50}", f"{SILVER}:7: opened_at: 50 is no share: expected above 0, at most 1"),
    (SILVER, "timestamp}", "timestamp}\nvolume: {min: 1}\nquiet: {start: 22, end: 6, zone: America/New_Yorck}", f"{SILVER}:9: unknown time zone 'America/New_Yorck': expected like America/New_York; did you mean 'America/New_York'?"),
    (SILVER, "timestamp}", "timestamp}\nvolume: {min: 1}\nquiet: {start: 6, end: 6}", f"{SILVER}:9: no hour lies between 6 and 6: expected another end"),
    (SILVER, "timestamp}", "timestamp}\nvolume: {min: 1}\nquiet: {start: 22, end: 24}", f"{SILVER}:9: end is 24: expected less than or equal to 23"),
    (SILVER, "timestamp}", "timestamp}\nvolume: {max: 9}\nquiet: {start: 22, end: 6}", f"{SILVER}:9: quiet says when nothing need come, but nothing must come at other hours either: expected freshness, or volume with a min"),
    (SILVER, "timestamp}", "timestamp}\nfreshness: {column: opened, max_age: 6h}", f"{SILVER}:8: unknown column 'opened': expected one of id, status, amount, opened_at; did you mean 'opened_at'?"),
    (SILVER, "timestamp}", "timestamp}\nfreshness: {column: id, max_age: 6h}", f"{SILVER}:8: id is bigint, which has no age: expected a timestamp column"),
    (SILVER, "timestamp}", "timestamp}\nfreshness: {column: opened_at, max_age: long}", f"{SILVER}:8: max_age: 'long' is no duration: {DURATION}"),
    (SILVER, "timestamp}", "timestamp}\nfreshness: {column: opened_at, max_age: 6h, on_fail: quarantine}", f"{SILVER}:8: on_fail is 'quarantine': expected one of warn, close"),
    (SILVER, "timestamp}", "timestamp}\nvolume: {min: 1, on_fail: quarantine}", f"{SILVER}:8: on_fail is 'quarantine': expected one of warn, close"),
    (SILVER, "timestamp}", "timestamp}\nvolume: {}", f"{SILVER}:8: volume has no end: expected min, max or both"),
    (SILVER, "timestamp}", "timestamp}\nvolume: {min: 9, max: 1}", f"{SILVER}:8: no hour has between 9 and 1 rows: expected min at or below max"),
    (SILVER, "timestamp}", "timestamp}\nrules:\n  - expect: expect_column_values_to_be_uniqe", f"{SILVER}:9: unknown expectation 'expect_column_values_to_be_uniqe': expected an expectation of Great Expectations that runs on Spark; did you mean 'expect_column_values_to_be_unique'?"),
    (SILVER, "timestamp}", "timestamp}\nrules:\n  - expect: expect_column_values_to_be_unique\n    kwargs: {column: id}\n    on_fail: quarantine", f"{SILVER}:11: expect_column_values_to_be_unique judges the table, not single rows, so it cannot quarantine: expected one of warn, close"),
    (SILVER, "timestamp}", "timestamp}\nrules:\n  - expect: expect_column_mean_to_be_between\n    kwargs: {column: amount, min_vlue: 1}", f"{SILVER}:10: expect_column_mean_to_be_between has no argument 'min_vlue': expected one of column, min_value, max_value, strict_min, strict_max, row_condition, condition_parser; did you mean 'min_value'?"),
    (SILVER, "timestamp}", "timestamp}\nrules:\n  - expect: expect_column_values_to_not_be_null\n    kwargs: {column: amont}", f"{SILVER}:10: unknown column 'amont': expected one of id, status, amount, opened_at; did you mean 'amount'?"),
    (SILVER, "timestamp}", "timestamp}\nrules:\n  - expect: expect_column_values_to_not_be_null", f"{SILVER}:9: expect_column_values_to_not_be_null needs the argument 'column'"),
    (SILVER, "timestamp}", "timestamp}\nrules:\n  - expect: expect_column_values_to_match_regex\n    kwargs: {column: status, regex: a, mostly: 0.9}\n    on_fail: quarantine", f"{SILVER}:10: mostly has no meaning for a rule that keeps single rows apart: expected max_quarantine_share in pipeline.yaml"),
]

TRIPS_CASES = [
    (TRIPS, "transform: clean_trips", "transform: clean_trip", f"{TRIPS}:11: silver.py has no function 'clean_trip': expected one of clean_trips; did you mean 'clean_trips'?"),
    ("pipelines/trips/silver.py", "def", "deff", "pipelines/trips/silver.py:1: no valid Python: invalid syntax"),
    (TRIPS, "inputs: [trips]\n    transform", "inputs: [trip]\n    transform", f"{TRIPS}:16: unknown silver or earlier gold table 'trip': expected one of trips, cities; did you mean 'trips'?"),
    (TRIPS, "grain: [city, as_of]", "grain: [city]", f"{TRIPS}:18: unknown column of the grain 'as_of': expected one of city"),
    (TRIPS, "grain: [city, as_of]", "grain: [as_of]", f"{E}/gold.delays.yaml:2: the key is [city, as_of], that of its grain in pipeline.yaml is [as_of]: expected [as_of]"),
    (TRIPS, "    - table: delays", "    - table: delay", f"{TRIPS}:25: unknown silver or gold table 'delay': expected one of trips, cities, delays; did you mean 'delays'?"),
    (TRIPS, "on: [city]", "on: [town]", f"{TRIPS}:26: unknown column of gold.delays 'town': expected one of city, as_of, mean_delay"),
    (TRIPS, "columns: [mean_delay]", "columns: [mean_dely]", f"{TRIPS}:28: unknown column of gold.delays 'mean_dely': expected one of city, as_of, mean_delay; did you mean 'mean_delay'?"),
    (TRIPS, "columns: [mean_delay]", "columns: [trip]", f"{TRIPS}:28: column 'trip' is already one of the examples"),
    (TRIPS, "label: late", "label: lat", f"{TRIPS}:23: unknown column of gold.examples 'lat': expected one of trip, as_of, city, distance, mean_delay, late, label_known_at; did you mean 'late'?"),
    (TRIPS, "distance: {}", "distnce: {}", f"{TRIPS}:34: unknown column of gold.examples 'distnce': expected one of trip, as_of, city, distance, mean_delay; did you mean 'distance'?"),
    (TRIPS, "distance: {}", "late: {}", f"{TRIPS}:34: unknown column of gold.examples 'late': expected one of trip, as_of, city, distance, mean_delay"),
    (TRIPS, "distance: {}", "as_of: {}", f"{TRIPS}:34: as_of is timestamp, which is no model input: expected a number or a nominal"),
    (TRIPS, "city: {nominal: [north, south]}", "city: {}", f"{TRIPS}:33: city is text, and its vocabulary is not given: expected nominal: [every value]"),
    (TRIPS, "[north, south]", "[north, north]", f"{TRIPS}:33: city: the vocabulary has north twice: expected every value once"),
    (TRIPS, "[north, south]", "[]", f"{TRIPS}:33: city: the vocabulary is empty: expected every value once"),
    (TRIPS, "distance: {}", "distance: {nominal: [near]}", f"{TRIPS}:34: distance is double, so it has no vocabulary: expected no nominal"),
    (TRIPS, "[[], [city]]", "[[], [cty]]", f"{TRIPS}:36: unknown column of gold.examples 'cty': expected one of trip, as_of, city, distance, mean_delay; did you mean 'city'?"),
    (TRIPS, "[[], [city]]", "[[], [city]]\n  slices: {cty: {}}", f"{TRIPS}:37: unknown column of gold.examples 'cty': expected one of trip, as_of, city, distance, mean_delay; did you mean 'city'?"),
    (TRIPS, "[[], [city]]", "[[], [city]]\n  slices: {late: {}}", f"{TRIPS}:37: unknown column of gold.examples 'late': expected one of trip, as_of, city, distance, mean_delay"),
    (TRIPS, "[[], [city]]", "[[], [city]]\n  slices: {as_of: {}}", f"{TRIPS}:37: as_of is timestamp, which is no slice: expected text, a whole number or edges"),
    (TRIPS, "[[], [city]]", "[[], [city]]\n  slices: {distance: {}}", f"{TRIPS}:37: distance is double, and no edges cut it into ranges: expected edges: [one or more numbers]"),
    (TRIPS, "[[], [city]]", "[[], [city]]\n  slices: {city: {edges: [1]}}", f"{TRIPS}:37: city is string, so it has no ranges: expected no edges"),
    (TRIPS, "[[], [city]]", "[[], [city]]\n  slices: {distance: {edges: [1, 1]}}", f"{TRIPS}:37: distance: the edges do not rise: expected each edge above the one before"),
    (TRIPS, "[[], [city]]", "[[], [city]]\n  slices: {distance: {edges: []}}", f"{TRIPS}:37: edges is an empty list: expected at least 1"),
    (TRIPS, "[[], [city]]", "[[], [city]]\n  slices: {distance: {edge: [1]}}", f"{TRIPS}:37: unknown key 'edge': expected one of edges; did you mean 'edges'?"),
    (TRIPS, "[[], [city]]", "[[], [city]]\n  slices: {distance: {edges: [1, 5]}, city: {}}", None),
    (TRIPS, "first_holdout: 7d", "embargo_to: 3d", f"{TRIPS}:39: the embargo window (F - embargo_from, F - embargo_to] is empty: expected embargo_to shorter than embargo_from"),
    (TRIPS, "random_forest", "forest", f"{TRIPS}:30: algorithm is 'forest': expected one of random_forest, incremental_forest, gradient_boosted_trees, xgboost, logistic_regression; did you mean 'random_forest'?"),
    (TRIPS, "{trees: 20}", "{tress: 20}", f"{TRIPS}:31: unknown parameter of random_forest 'tress': expected one of {FOREST}; did you mean 'trees'?"),
    (TRIPS, "{trees: 20}", "{trees: many}", f"{TRIPS}:31: trees is 'many': expected a whole number, at least 1"),
    (TRIPS, "{trees: 20}", "{trees: 20.5}", f"{TRIPS}:31: trees is 20.5: expected a whole number, at least 1"),
    (TRIPS, "{trees: 20}", "{trees: 20, depth: 31}", f"{TRIPS}:31: depth is 31: expected a whole number from 0 to 30"),
    (TRIPS, "random_forest", "incremental_forest", None),
    (TRIPS, "  algorithm: random_forest", "  audit: {every: 1d}\n  algorithm: incremental_forest", None),
    (TRIPS, "  algorithm: random_forest", "  audit: {every: 1d}\n  algorithm: random_forest", f"{TRIPS}:30: random_forest learns from all rows each time, so there is nothing to audit: expected no audit, or algorithm incremental_forest"),
    (TRIPS, "  algorithm: random_forest", "  audit: {max_auc_gap: -1}\n  algorithm: incremental_forest", f"{TRIPS}:30: max_auc_gap is -1: expected greater than or equal to 0"),
    (TRIPS, "random_forest\n  parameters: {trees: 20}", "incremental_forest\n  parameters: {trees: 25}", f"{TRIPS}:31: 25 trees do not make 10 groups of the same size: expected trees that are a multiple of groups"),
    (TRIPS, "random_forest\n  parameters: {trees: 20}", "incremental_forest\n  parameters: {trees: 20, groups: 3}", f"{TRIPS}:31: 20 trees do not make 3 groups of the same size: expected trees that are a multiple of groups"),
    (TRIPS, "random_forest\n  parameters: {trees: 20}", "incremental_forest\n  parameters: {share: 0}", f"{TRIPS}:31: share is 0: expected a number from 0.001 to 1"),
    (TRIPS, "  baselines:", "  candidates: {ring: {algorithm: incremental_forest, parameters: {groups: 7}}}\n  baselines:", f"{TRIPS}:36: 100 trees do not make 7 groups of the same size: expected trees that are a multiple of groups"),
    (TRIPS, "{trees: 20}", "{trees: 20, impurity: entropie}", f"{TRIPS}:31: unknown impurity 'entropie': expected one of gini, entropy; did you mean 'entropy'?"),
    (TRIPS, "  baselines:", "  folds: 1\n  baselines:", f"{TRIPS}:36: folds is 1: expected greater than or equal to 2"),
    (TRIPS, "  baselines:", "  candidates: {linear: {algorithm: logistic_regression, parameters: {elasticnet: 1}}}\n  baselines:", f"{TRIPS}:36: unknown parameter of logistic_regression 'elasticnet': expected one of regularization, elastic_net, iterations, tolerance; did you mean 'elastic_net'?"),
    (TRIPS, "  baselines:", "  candidates: {linear: {algorithm: logistic_regression, parameters: {elastic_net: [0, 2]}}}\n  baselines:", f"{TRIPS}:36: elastic_net is 2: expected a number from 0 to 1"),
    (TRIPS, "  baselines:", "  candidates: {linear: {algorithm: logistic_regression, parameters: {tolerance: []}}}\n  baselines:", f"{TRIPS}:36: tolerance is an empty list: expected at least one value"),
    (TRIPS, "  baselines:", "  candidates: {linear: {algorithm: logistic_regression, parameters: {tolerance: -1}}}\n  baselines:", f"{TRIPS}:36: tolerance is -1: expected a number, at least 0"),
    (TRIPS, "  baselines:", "  candidates: {linear: {algorithm: regression}}\n  baselines:", f"{TRIPS}:36: algorithm is 'regression': expected one of random_forest, incremental_forest, gradient_boosted_trees, xgboost, logistic_regression; did you mean 'logistic_regression'?"),
    (TRIPS, "  baselines:", "  candidates: {incumbent: {algorithm: random_forest}}\n  baselines:", f"{TRIPS}:36: 'incumbent' is how the model's own recipe is called: expected another name"),
    (TRIPS, "  baselines:", "  candidates: {forest: {algorithm: random_forest, parameters: {trees: [1, 2, 3, 4, 5, 6, 7, 8], depth: [1, 2, 3, 4, 5, 6, 7, 8], bins: [8, 16]}}, linear: {algorithm: logistic_regression}}\n  baselines:", f"{TRIPS}:36: the candidates span 129 trials: expected at most 64"),
    (TRIPS, "  delays:\n", "  cities:\n", f"{TRIPS}:15: 'cities' is also a silver table, so inputs could mean either: expected another name"),
    (TRIPS, "  delays:\n", "  examples:\n", f"{TRIPS}:15: gold.examples is the table of the examples section: expected another name"),
    (TRIPS, "  delays:\n", "  outcomes:\n", f"{TRIPS}:15: gold.outcomes holds what the model said of the examples: expected another name"),
    (TRIPS, "entity: [trip]", "entity: [role]", f"{TRIPS}:20: 'role', of the key, is also a column of the predictions: expected another name"),
    (TRIPS, "  baselines:", "  drift: {days: 8}\n  baselines:", f"{TRIPS}:36: 8 of 7 days can never drift: expected no more days than of"),
    (TRIPS, TRIPS_FILES[TRIPS][TRIPS_FILES[TRIPS].index("examples:"):TRIPS_FILES[TRIPS].index("model:")], "", f"{TRIPS}:20: model learns from examples, but there are none: expected a section examples"),
    (f"{E}/bronze.trips.yaml", "delay: {}", "delay: {type: double}", f"{E}/bronze.trips.yaml:6: delay is double, but bronze keeps values as they came: expected string"),
    (f"{E}/bronze.trips.yaml", "delay: {}", "delay: {on_fail: quarantine}", f"{E}/bronze.trips.yaml:6: only silver keeps single rows apart, so nothing can quarantine here: expected one of warn, close"),
    (f"{E}/gold.delays.yaml", "mean_delay: {type: double}", "mean_delay: {type: double, references: cities.size}", f"{E}/gold.delays.yaml:6: mean_delay: references are looked up at silver only: expected the key references in a silver contract"),
    (f"{E}/gold.delays.yaml", "as_of: {type: timestamp}", "as_of: {type: date}", f"{E}/gold.delays.yaml:5: as_of is date: expected timestamp"),
    (f"{E}/gold.delays.yaml", "mean_delay: {type: double}", "mean_delay: {type: int}", f"{E}/gold.examples.yaml:8: mean_delay is double, in gold.delays it is int: expected int"),
    (f"{E}/gold.examples.yaml", "late: {type: int}", "late: {type: int, required: true}", f"{E}/gold.examples.yaml:9: late is empty until the label is known, so it cannot be required: expected no required here"),
    (f"{E}/gold.examples.yaml", "late: {type: int}", "late: {type: double}", f"{E}/gold.examples.yaml:9: late is double: expected int"),
    (f"{E}/gold.examples.yaml", "key: [trip, as_of]", "key: [trip]", f"{E}/gold.examples.yaml:2: the key is [trip], that of entity and as_of in pipeline.yaml is [trip, as_of]: expected [trip, as_of]"),
]
# fmt: on


def _errors(root: Path, files: dict[str, str]) -> list[str]:
    return [str(error) for error in load_all(write_files(root, files))[1]]


@pytest.mark.parametrize(("files", "name"), [(ORDERS_FILES, "orders"), (TRIPS_FILES, "trips")])
def test_sound_specs_have_no_errors(tmp_path: Path, files: dict[str, str], name: str) -> None:
    loaded, errors = load_all(write_files(tmp_path, files))
    assert errors == []
    assert [pipeline.spec.pipeline for pipeline in loaded] == [name]


@pytest.mark.parametrize(
    ("files", "file", "old", "new", "text"),
    [
        pytest.param(files, *case, id=f"{case[0].rpartition('/')[2]}-{case[2][:40]}")
        for files, cases in ((ORDERS_FILES, ORDERS_CASES), (TRIPS_FILES, TRIPS_CASES))
        for case in cases
    ],
)
def test_a_mistake_is_told_at_its_line(
    tmp_path: Path, files: dict[str, str], file: str, old: str, new: str, text: str | None
) -> None:
    assert files[file].count(old) >= 1, "the case does not change anything"
    errors = _errors(tmp_path, {**files, file: files[file].replace(old, new, 1)})
    if text is None:
        assert errors == []
    else:
        assert text in errors


def test_a_slice_by_a_personal_column_is_refused(tmp_path: Path) -> None:
    files = {
        **TRIPS_FILES,
        TRIPS: TRIPS_FILES[TRIPS].replace("[[], [city]]", "[[], [city]]\n  slices: {city: {}}"),
        f"{E}/gold.examples.yaml": TRIPS_FILES[f"{E}/gold.examples.yaml"].replace(
            "city: {}", "city: {personal: true}"
        ),
    }
    assert _errors(tmp_path, files) == [
        f"{TRIPS}:37: city is personal, and reports name the values of a slice: expected a column that is not personal"
    ]
