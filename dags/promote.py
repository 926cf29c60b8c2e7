"""
### Decide on one candidate

One run per candidate, named `promote__<version>`, started by the learning DAG with the configuration
`{"version": <number>}`. Compares what the evaluation found with the pipeline's promotion rules, moves the
alias `champion` in MLflow or holds the candidate back, and records why.

#### When the task fails
- **no version**: the run was triggered without one. Trigger again and give the registered version.
- **MLflow out of reach**: `./headgate status`; clear the task when it is back.

Clearing the task is safe: a decision that is recorded stays as it was.

#### To go back, or to promote by hand
Trigger the DAG `<pipeline>_rollback`, which records who and why. The alias `champion` can also be moved in
the MLflow registry; the next decision honours and records that.
There is nothing to backfill.
"""

from headgate.airflow import promote_dags

globals().update(promote_dags(doc=__doc__))
