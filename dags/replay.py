"""
### Derive hours again, in one pass

Takes a range of hours that are done through silver and gold once more, as one range: the same stage, gate
and publish as an hour's run, and row for row the same tables, at a small part of the cost. For a changed
transform or contract `./headgate plan PIPELINE` says which hours, and prints the command.

| in the form | what it means |
|---|---|
| `from`, `to` | the first and the last hour, by their starts in UTC, both included; they must be done |
| `layer` | the layer to read: `bronze` derives silver and gold, `silver` gold alone |
| `restamp` | first treat late history as known in time: see below |
| `why` | for `restamp`, the reason, which goes on record |

Bronze is the archive: it is read, never derived. What comes out the same changes nothing. Gold hours after
the range that can see it are derived along. The first hour of the schedule takes all that was known before.

While hours are running, a replay waits; while a replay is at work, hours wait for it.

#### History that was delivered late
A change that comes late is known from then on: features of hours gone by stay as they were. With `restamp`
what was committed at or after `from`, and came late, counts as known by the end of the hour of its commit;
silver and gold are derived again from there, as if the files had come in time. So features of the past
change, and the next model learns from them. `to` is the last hour done. Who and why is on record in the
ledger. When it fails half-way, hours wait, and `./headgate status` prints the command that goes on.

#### When a task fails
- **gate, "closed"**: what was derived breaks a contract; nothing was published, and hours to come are not
  held back by it. Read the report, mend contract or transform, then trigger again.
- **publish, refused**: something was published in between. Clear the hop's `stage` with its downstream tasks.
- **anything else**: mend the cause and clear the failed task. Clearing is always safe.

#### To stop it
Mark the run as failed. A hop that was published stays so; trigger again to bring the later ones in line.
"""

from headgate.airflow import replay_dags

globals().update(replay_dags(doc=__doc__))
