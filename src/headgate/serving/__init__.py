"""Scoring with models that are on record."""
