"""Exit codes of the command line beside 0 (done) and 1 (not done)."""

from __future__ import annotations

INTERRUPTED = 130
"""Ended by Ctrl-C, as shells count it."""
