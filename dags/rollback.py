"""
### Go back to an earlier release

Give the number of the release, as the page *Releases* lists it, and the reason. Its model serves again: the
alias `champion` moves in MLflow, and the release log gets a row with who and why.

With `tables`, silver and gold also become what was published together with that release; bronze stays, since
it is the archive. From then on hours wait, and `./headgate status` prints the command that derives again from
bronze what the tables lack: mend what was wrong, then run it. Going forward to a later release is a rollback
to that one.

`./headgate rollback PIPELINE --to RELEASE --dry-run` tells what would happen; with `--why` in its place it
does all this.

#### When the task fails
- **refused**: no such release, it is live already, its versions are gone from the lake, or its model from
  MLflow. The message says what to do; nothing was changed.
- **anything else**: clear the task. It goes on where it was.

Clearing the task is safe: a rollback that is on record is not made again. There is nothing to backfill.
"""

from headgate.airflow import rollback_dags

globals().update(rollback_dags(doc=__doc__))
