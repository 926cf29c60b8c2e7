"""How long the tasks may take and how soon they come again."""

from __future__ import annotations

from datetime import timedelta

RETRIES = 2
RETRY_DELAY = timedelta(seconds=10)
HOP_TIMEOUT = timedelta(hours=1)
LEARN_TIMEOUT = timedelta(hours=4)
TURN_INTERVAL = timedelta(seconds=5)
QUIET_INTERVAL = timedelta(seconds=5)
QUIET_TIMEOUT = timedelta(hours=24)
