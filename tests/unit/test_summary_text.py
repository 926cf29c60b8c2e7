"""The summary of the demo, in words."""

from __future__ import annotations

from typing import Any

from headgate.cli.summary_text import summary_lines

FOUND: dict[str, Any] = {
    "pipeline": "flights",
    "tables": {"flights_bronze.flights": 73208, "flights_silver.flights": 24871},
    "quarantined": {"flights_silver.flights": 1, "flights_silver.weather": 0},
    "gates": {"passed": 12, "closed": 0},
    "report": "reports/flights/gold/last.html",
    "champion": {
        "version": 1,
        "rows": 6035,
        "metrics": {
            "auc": 0.68028,
            "log_loss": 0.55497,
            "calibration_error": 0.05749,
            "cost_per_thousand": 25938.7,
        },
        "baselines": {"base rate": {"log_loss": 0.60641, "calibration_error": 0.07339}},
    },
    "urls": {
        "grid": "http://127.0.0.1:1/dags/flights_hourly",
        "model": "http://127.0.0.1:2/#/models/flights",
    },
}


def test_a_summary_shows_rows_gates_champion_and_addresses() -> None:
    assert list(summary_lines(FOUND)) == [
        "Rows",
        "  flights_bronze.flights                73,208",
        "  flights_silver.flights                24,871   1 kept apart in flights_silver.flights_quarantine",
        "Gates",
        "  12 passed, 0 closed, 1 rows quarantined",
        "  last report: reports/flights/gold/last.html",
        "Champion",
        "  flights version 1, judged on 6,035 rows that it never trained on",
        "                                  AUC     log loss  calibration cost / 1,000",
        "  champion                     0.6803       0.5550       0.0575       25,939",
        "  base rate                         -       0.6064       0.0734            -",
        "Look",
        "  Airflow  http://127.0.0.1:1/dags/flights_hourly",
        "  MLflow   http://127.0.0.1:2/#/models/flights",
    ]


def test_without_a_champion_the_summary_says_so() -> None:
    lines = list(summary_lines({**FOUND, "champion": None}))
    assert lines[lines.index("Champion") + 1] == "  none yet"
