"""
### Keep the storage in order

Once a day, at 03:30 UTC, for one pipeline. What it freed stands in the log of each task.

| task | what it does |
|---|---|
| `tables` | makes few files of many, without deleted rows; removes old versions, attempts and reports |
| `runs` | removes old runs of this pipeline's DAGs from Airflow's database |

The rows stay the same, and readers go on reading meanwhile. What recorded models were learned from stays
readable for good, whatever is removed. `tables` takes its turn in the pipeline's pool: an hour may wait.

#### To run it now, or to free more
Trigger it; the form says how long things are kept, in minutes, hours or days (`0h`: only what is needed now).
With `keep_versions` below a few hours, queries that run at the moment may find their files gone; with
`keep_staging` as short, runs that are under way lose what they staged: clear their hop from `stage` on.

#### When a task fails
- **tables**: clear it. Every step can be repeated. After "wrote to the ledger first" an hour was faster; the
  next try takes that into account.
- **runs, skipped**: the task's message says which connection Airflow lacks.
- **runs, failed**: the log ends with what Airflow's own command said.

There is nothing to backfill.
"""

from headgate.airflow import maintain_dags

globals().update(maintain_dags(doc=__doc__))
