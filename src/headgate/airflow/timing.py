"""How long the tasks may take and how soon they come again."""

from __future__ import annotations

from datetime import timedelta

RETRIES = 2
RETRY_DELAY = timedelta(seconds=10)
HOP_TIMEOUT = timedelta(hours=1)
LEARN_TIMEOUT = timedelta(hours=4)
FORGET_TIMEOUT = timedelta(hours=4)
TUNING_BUDGET = 900
"""Seconds of a search for a better recipe, unless somebody says otherwise."""
LONGEST_TUNING = 3 * 3600
MAINTAIN_TIMEOUT = timedelta(hours=2)
# A task that comes back before the scheduler has heard of its last visit is taken for failed. So those that
# wait do not come back soon, and have retries to spare.
TURN_INTERVAL = timedelta(seconds=30)
QUIET_INTERVAL = timedelta(seconds=20)
WAITING_RETRIES = 10
QUIET_TIMEOUT = timedelta(hours=24)
