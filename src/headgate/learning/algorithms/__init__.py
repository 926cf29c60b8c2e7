"""Algorithms: one file and one class each, found by the name that a spec gives."""
