"""What an expectation looks at: one row, or the table as a whole."""

from __future__ import annotations

ROW_EXPECTATIONS = frozenset(
    {
        "expect_column_pair_values_a_to_be_greater_than_b",
        "expect_column_pair_values_to_be_equal",
        "expect_column_pair_values_to_be_in_set",
        "expect_column_value_lengths_to_be_between",
        "expect_column_value_lengths_to_equal",
        "expect_column_values_to_be_between",
        "expect_column_values_to_be_in_set",
        "expect_column_values_to_be_null",
        "expect_column_values_to_match_like_pattern",
        "expect_column_values_to_match_regex",
        "expect_column_values_to_match_regex_list",
        "expect_column_values_to_not_be_in_set",
        "expect_column_values_to_not_be_null",
        "expect_column_values_to_not_match_like_pattern",
        "expect_column_values_to_not_match_regex",
        "expect_column_values_to_not_match_regex_list",
        "expect_multicolumn_sum_to_equal",
        "expect_select_column_values_to_be_unique_within_record",
    }
)
"""The expectations that judge a row by its own values alone, in Spark, without a Python function on the server.

Everything else needs other rows (uniqueness, order, z-scores) or the table (counts, means, types): a result
that depends on which rows arrived together must not decide which of them are kept apart.
"""


def is_row_expectation(expectation: str) -> bool:
    """Whether the expectation of this name judges a row by its own values alone."""
    return expectation in ROW_EXPECTATIONS
