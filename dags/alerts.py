"""
### Tell people what goes wrong

Every quarter of an hour, for a pipeline whose spec has `alerts`. It reads the pipeline's records and tells
those whom `alerts.to` names of closed gates, late hours, drift, and candidates that were refused or wait for
an approval: one message a cause, however often something is tried again meanwhile. A gate that closes, a
decision on a candidate and drift are told at once, by their own tasks; this DAG finds hours that are late,
and sends again what did not arrive.

Whom it told what is in the table `<pipeline>_ops.alerts`.

#### To see whether messages arrive
Trigger it with `test`: everybody gets a message that says that it is a test.

#### When the task fails
A message did not arrive; the task's message says where and why. Nothing else is held back by that. Mend the
connection under *Admin, Connections*; the next run sends what is still so.

Clearing the task is safe: nobody is told twice. There is nothing to backfill.
"""

from headgate.airflow import alerts_dags

globals().update(alerts_dags(doc=__doc__))
