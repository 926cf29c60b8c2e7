"""Alerts: what goes wrong in a pipeline, told once to those whom its spec names."""
