"""The quarantine table: a view of the change log, so that what was kept apart is neither copied nor lost."""

from __future__ import annotations

from headgate.gates.diverted import PREFIX
from headgate.lake.revisions import CHANGE
from headgate.spec.contract import Contract

DISMISS, REPLAY = "dismiss", "replay"
"""What can be asked for rows in quarantine."""

DISMISSED = "dismissed"
"""The mark of a change that was dismissed: it never wins, and is no longer in the quarantine."""

DECIDED = f"exists(_failed_rules, rule -> rule = '{DISMISSED}' OR startswith(rule, '{PREFIX}'))"
"""SQL that is true for rows of a change log about which somebody decided: no gate judges them again."""

ORIGINAL = (
    *("_op", "_committed_at", "_sequence", "_known_at", "_file", "_row"),
    *("_revision", "_rescued"),
)


def quarantine_query(change_log: str, contract: Contract) -> str:
    """SQL of `<layer>.<table>_quarantine`: one row per change that is quarantined now.

    A change that re-entered is there once, as it is now, and not where it is good by now or was dismissed.
    `change_log` is the table expression of `<layer>.<table>_changes`, for example
    "delta.`/lake/flights/silver/flights_changes` VERSION AS OF 12". Columns: `rules` (array<string>), `hour`
    (the start of the hour in which the change was known, timestamp), the contract's columns as they were
    staged, and the original change: the carried columns, as in ORIGINAL.
    """
    columns = ", ".join(f"`{name}`" for name in (*contract.columns, *ORIGINAL))
    revised = f"SELECT {CHANGE} AS change, `_revision` FROM {change_log} WHERE `_revision` > 0"
    again = f"SELECT change, max(`_revision`) AS highest FROM ({revised}) GROUP BY change"
    return (
        f"SELECT `_failed_rules` AS `rules`, `_known_at` - INTERVAL 1 HOUR AS `hour`, {columns} "
        f"FROM (SELECT *, {CHANGE} AS `_change` FROM {change_log} WHERE size(`_failed_rules`) > 0) marked "
        f"LEFT JOIN ({again}) again ON `_change` = again.change "
        f"WHERE coalesce(`_revision` >= again.highest, true) "
        f"AND NOT array_contains(`_failed_rules`, '{DISMISSED}')"
    )
