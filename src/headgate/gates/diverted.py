"""The mark of rows that somebody's decision put apart: a closed gate was diverted around them."""

from __future__ import annotations

PREFIX = "diverted:"
"""Stands before the rule for which a row was put apart, in `_failed_rules`."""

DIVERTED = f"exists(_failed_rules, rule -> startswith(rule, '{PREFIX}'))"
"""SQL that is true for such rows of a change log."""
