"""Comparing recipes on the examples of a pinned version: trials, folds in order of time, figures."""
