"""The tables are those that plain Python gets from the landing files: the embedded stack's tests, here."""

from tests.integration.demo.test_demo_tables import (
    test_examples_equal_the_replay,
    test_live_rows_equal_the_replay,
    test_the_change_log_equals_the_replay,
    test_the_quarantine_equals_the_replay,
)

__all__ = [
    "test_examples_equal_the_replay",
    "test_live_rows_equal_the_replay",
    "test_the_change_log_equals_the_replay",
    "test_the_quarantine_equals_the_replay",
]
