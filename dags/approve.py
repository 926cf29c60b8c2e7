"""
### Approve of one candidate

One run per candidate that the rules of promotion would promote, where the spec asks (`promotion.ask`),
started by the DAG `<pipeline>_promote`. The task `approve` waits for an answer under *Required Actions*; it
shows what was found, from the run's own configuration, which never changes. After *Approve* the version
serves; after *Reject*, or without an answer in time (`promotion.answer_within`), it is held. Who answered is
on record: `./headgate releases list PIPELINE`.

If another version serves by then than when it was asked, the version is held whatever the answer.

#### When the task fails
- **answer**: MLflow or the engine is out of reach: `./headgate status`; clear the task when it is back.

Clearing `approve` asks again, with the same words; an answer that is on record stays. There is nothing to
backfill.
"""

from headgate.airflow import approve_dags

globals().update(approve_dags(doc=__doc__))
