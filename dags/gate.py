"""
### Decide about a closed gate

A closed gate holds its hour and all later ones back until what closed it is mended. Where it is not to be
mended, somebody decides, and the ledger keeps who and why:

| decision | what it does |
|---|---|
| `accept` | the gate opens for the very bytes that it judged, with all that is wrong in them |
| `divert` | the rows (silver) or files (bronze) that closed it are put aside, whenever the hour is staged |

The decision is bound to the digest in the validation report: bytes that were staged anew are another matter.
Put aside is not lost: rows stay in the quarantine table, files in the landing folder, where a mended one is
taken.

Then clear the hour's run: after `accept` its gate, after `divert` its `stage`, with the downstream tasks.
`./headgate gate accept PIPELINE --why REASON` (or `divert`) does it all and names the hours that wait.

#### When the task fails
- **refused**: its message says which rule leaves no such choice, and what else to do.
- **no gate is closed on what has this digest**: it was staged again since, or is open; look at its newest
  report.

Clearing the task is safe: a decision that is on record stays as it was. There is nothing to backfill.
"""

from headgate.airflow import gate_dags

globals().update(gate_dags(doc=__doc__))
