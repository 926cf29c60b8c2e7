"""Why a release was decided as it was, in a line."""

from __future__ import annotations

from headgate.releases.release_rows import ASK, Release

APPROVAL = "approval"
"""The check that somebody's answer is."""


def why(release: Release) -> str:
    """All reasons: those that failed, or else every one."""
    failed = [reason["said"] for reason in release.reasons if not reason["passed"]]
    return "; ".join(failed or [reason["said"] for reason in release.reasons])


def in_short(release: Release) -> str:
    """The reasons as lists show them: checks that all passed are counted; whoever was asked is named."""
    if not release.reasons:
        return "the alias was moved by hand"
    if release.decision not in ("promote", ASK) or not all(reason["passed"] for reason in release.reasons):
        return why(release)
    answers = [reason["said"] for reason in release.reasons if reason["check"] == APPROVAL]
    passed = f"all checks passed ({len(release.reasons) - len(answers)})"
    if release.decision == ASK:
        return f"{passed}, so somebody is asked"
    return ", ".join([*answers, passed])
