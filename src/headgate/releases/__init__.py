"""Releases: the model log, its projections in MLflow, and the decisions about what serves."""
