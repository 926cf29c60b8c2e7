"""Stamping bronze anew before hours are derived again, in the name of whoever triggered the run."""

from __future__ import annotations

from airflow.sdk import Context
from airflow.sdk.exceptions import AirflowFailException

from headgate.airflow.operators.connect_job import ConnectJobOperator
from headgate.airflow.operators.decide import who_decides
from headgate.airflow.operators.replay_hop import form_hours
from headgate.spec.errors import HeadgateError


class LayerTooLate(HeadgateError):
    """Bronze is to be stamped anew, and not to be read."""


class RestampOperator(ConnectJobOperator):
    """Runs the job with the form's hours and reason, the run's id, and its user as `by`.

    Does nothing where the form does not ask to `restamp`. Airflow has checked that this user may trigger the
    DAG.
    """

    def execute(self, context: Context) -> None:
        """Stamp anew; refuses a run without a user, and one that would not read bronze."""
        run, form = context["dag_run"], context["params"]
        if not form["restamp"]:
            self.log.info("the form does not ask for it")
            return
        if form["layer"] != "bronze":
            raise AirflowFailException(str(layer_too_late(run.run_id, form["layer"])))
        by = who_decides(run, "Stamping history anew", "./headgate replay --restamp")
        said = [*form_hours(form), "--why", str(form["why"]), "--by", by, "--run", run.run_id]
        self.run_job([*self.arguments, *said])


def layer_too_late(run: str, layer: str) -> LayerTooLate:
    """The refusal of a form that asks to stamp bronze anew and to read a later layer."""
    return LayerTooLate(
        f"Bronze is to be stamped anew, but the form says to read {layer} as it is.",
        where=f"run {run}",
        left="Nothing was changed.",
        next_command="Trigger the DAG again with the layer bronze.",
    )
