"""
### Put a model on trial

Give the number of a model of the model log and the reason. From the next whole day of data on it scores the
hours that the champion scores. The learning DAG looks at the trial each time it runs, and starts the DAG
`<pipeline>_promote` when there is something to decide: the model takes over when there is enough evidence
that it is better, or is held after its time. `./headgate releases trial PIPELINE` shows how far it is.

One model is on trial at a time, and the spec says how many trials may begin (`promotion.challenge`): with
more, one would win by chance. Setting the alias `challenger` in MLflow does the same as this DAG; taking it
away ends the trial.

#### When the task fails
- **refused**: another model is on trial, too many trials began lately, nothing serves, or the model serves
  already. The message says what to do; nothing was changed.
- **anything else**: clear the task. A trial that is on record does not begin again.

There is nothing to backfill.
"""

from headgate.airflow import challenge_dags

globals().update(challenge_dags(doc=__doc__))
