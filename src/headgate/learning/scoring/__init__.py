"""Scoring with a model in its portable form, as Spark would but without a JVM.

This folder travels inside every served model: its files need numpy and pandas, and import each other only.
"""
