"""
### Learn from what is new

Starts when an hour's examples are published, waits until no hour is queued or running, then fits one
candidate on all that came, however many hours those were.

| task | what it does |
|---|---|
| `wait_until_quiet` | waits for the hourly DAG to finish; skips the run if another is queued behind it |
| `reconcile` | repairs what MLflow lacks of models and decisions; records an alias moved by hand |
| `look_back` | beside the rest: live figures into MLflow, drift of the days that are over into `ops.drift` |
| `learn` | fits the candidate under spark-submit, writes it to staging |
| `changed` | skips the rest when the newest model already knows everything |
| `record` | one Delta commit to the model log: model, parent, parameters, versions of the data |
| `evaluate` | compares candidate and champion, shows both in MLflow: open **MLflow run** on the task |
| `promote` | starts the promotion DAG for the registered version, once |

#### When a task fails
Mend the cause and clear the failed task. A run keeps its work under a name of its own, so no task of it
fits, records, evaluates or registers anything twice; clearing `learn` of a finished run changes nothing.
- **learn**: the log ends with Spark's error. Too few complete days to learn from is said in plain words;
  let more hours pass and the next run succeeds.
- **record**: another writer came first; clear it.
- **evaluate**: mostly MLflow out of reach: `./headgate status`. The model log is the truth, so the run in
  MLflow is completed or made again.
- **wait_until_quiet**, after a day: runs of the hourly DAG are queued but not started. Unpause it, or mark
  the leftovers of a cancelled backfill as failed.

#### To learn again
Trigger the DAG. There is nothing to backfill: a run learns from the latest published versions.
"""

from headgate.airflow import learn_dags

globals().update(learn_dags(doc=__doc__))
