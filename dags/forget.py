"""
### Forget a subject

Removes a subject, the row of a silver table with a given key, from everything that is kept of the pipeline:
the archive, silver with its quarantine, gold, predictions, staging, reports, statistics, and all earlier
versions of the tables. What other rows had from it is derived again without it, through the same stage, gate
and publish, and the next model is learned from what is left.

| in the form | what it means |
|---|---|
| `table` | the silver table whose key it is |
| `secret_key` | its whole key, `COLUMN=VALUE`, a line a column; called so that the audit log masks it |
| `why` | the reason, which goes on record; it must not name the subject |

Rows of other tables that name it, by `references` or by columns of the same names, go too. Look first:
`./headgate forget PIPELINE TABLE COLUMN=VALUE --dry-run` says how many, and changes nothing.

Earlier versions of the tables cannot be read afterwards. Models that may have learned from the subject stay,
but cannot be fitted again, and their releases cannot come back. Landing files belong to the source: the
certificate, under the reports in `forgotten`, lists those that hold the subject.

**Afterwards delete this run**: Airflow keeps its form, which names the subject. `./headgate forget` does so.

#### When the task fails
- **gate, "closed"**: without the subject the data break a contract. Read the report, mend the contract or let
  it through by `./headgate gate accept`, then clear the task. Hours wait meanwhile.
- **refused**: an hour is open, other hours are to be derived first, or nothing is kept of this key. The
  message says what to do; nothing was changed.
- **anything else**: clear the task. It goes on where it was; clearing is always safe.
"""

from headgate.airflow import forget_dags

globals().update(forget_dags(doc=__doc__))
