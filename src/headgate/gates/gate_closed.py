"""The error of a closed gate."""

from __future__ import annotations

from headgate.gates.verdict import LEFT, Verdict
from headgate.gates.ways_out import next_step
from headgate.spec.errors import HeadgateError


class GateClosed(HeadgateError):
    """What was staged broke its contract: nothing of it is published. Carries the `verdict`."""

    def __init__(
        self, verdict: Verdict, pipeline: str, hop: str, hour: str, report: str | None = None
    ) -> None:
        self.verdict = verdict
        super().__init__(
            what=f"The {hop} gate of {pipeline} is closed at {hour}: {verdict.message}",
            where=f"report {report or verdict.report}",
            left=LEFT,
            next_command=next_step(pipeline, hop, verdict.closing),
        )
        self.args = (verdict, pipeline, hop, hour, report)
