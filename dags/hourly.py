"""
### One hour, through every gate

Takes one hour of a pipeline from its landing files through bronze, silver and gold; then, where the pipeline
has a model, the champion scores the hour's examples. The run of 07:00 covers
07:00 to 08:00, and with it every earlier hour that has not been published yet. Each hop has three tasks:

| task | what it does | what it leaves behind |
|---|---|---|
| `stage` | reads pinned inputs, transforms, writes to a private place | an attempt that nobody else reads |
| `gate` | validates what was staged against the contracts | its report: the tab **Validation** of the task |
| `publish` | commits exactly what the gate judged | the published tables, one line in the ledger |

The hour is done when its last layer is published. The scores come after that: where no model serves yet they
are skipped, and what goes wrong with them holds no hour back. The next run scores what was missed.

#### When a task fails
- **gate, "closed"**: the data broke a rule that closes the gate. Nothing was published, and later hours wait:
  they end as skipped, "behind". Read the report, mend the landing file, the contract or the transform, then
  clear the hop's `stage` with its downstream tasks. The next run takes the hours that waited.
- **stage, "manual run"**: delete the run and use the backfill form instead, see below.
- **publish, refused**: something moved since the attempt was staged. Clear the hop's `stage` with its
  downstream tasks; that stages anew from where things stand.
- **anything else**: two retries have gone by. Look at `./headgate status` and `./headgate doctor`, mend what
  they name, then clear the failed task. Clearing is always safe: what is published is not published twice.

#### To backfill
Trigger -> Backfill, first and last hour, both included; or `./headgate run PIPELINE --from HOUR --to HOUR`.
Choose to reprocess completed runs to derive published hours again with the present code; hours that come out
the same change nothing. While an earlier hour is running, a later one waits.
"""

from headgate.airflow import hourly_dags

globals().update(hourly_dags(doc=__doc__))
