"""Operators: each runs one job file, or waits."""
