"""
### Search for a better recipe

Draws algorithms and parameters for as many seconds as the form's `budget` says, beginning with the recipe
that serves. Every trial is fitted on the same folds in order of time as `./headgate compare` uses; one that
falls behind ends early. All of them are runs in the MLflow experiment `<pipeline>_tuning`.

Where a trial has a lower log loss than the recipe that serves, it is fitted on the whole training window,
recorded in the model log and evaluated: a candidate of the track `challenge`. `<pipeline>_promote` then puts
it on trial beside the champion; nothing else serves before the days of the trial say so.

`./headgate tune PIPELINE --budget SECONDS` does the same and prints the trials.

#### When the task fails
- **tune**: no model serves yet, or the examples do not span enough days for the folds. The message says what
  to do; nothing was recorded.
- **anything else**: clear the task. A search that has ended is not made again.

There is nothing to backfill.
"""

from headgate.airflow import tune_dags

globals().update(tune_dags(doc=__doc__))
