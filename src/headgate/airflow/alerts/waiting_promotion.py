"""A candidate that the rules of promotion would let serve and that waits for somebody's approval."""

from __future__ import annotations

from headgate.airflow.alerts.cause import Cause
from headgate.airflow.alerts.refused_promotion import PROMOTION, serving_before
from headgate.airflow.names import approve_dag_id
from headgate.airflow.pages.render import duration
from headgate.airflow.pages.waiting_approvals import approval_address
from headgate.releases.release_rows import Release, unanswered
from headgate.spec.load import LoadedPipeline


def waiting_promotion(loaded: LoadedPipeline, history: list[Release]) -> list[Cause]:
    """A cause for each candidate that nobody has answered about yet."""
    name, policy = loaded.spec.pipeline, loaded.spec.promotes_by
    return [
        Cause(
            key=f"{PROMOTION}/waiting/{asked.release}",
            kind=PROMOTION,
            title=f"{name}: version {asked.version} waits for an approval",
            what="; ".join(str(reason["said"]) for reason in asked.reasons)
            + f". Until then {serving_before(asked)} serves; without an answer within "
            f"{duration(policy.answer_within)} it is held.",
            page=approval_address(name, asked.release),
            next_command=f"in Airflow, the DAG {approve_dag_id(name)}, Required Actions: approve or reject",
        )
        for asked in unanswered(history)
    ]
