"""
### Let quarantined rows re-enter, or dismiss them

A row that breaks a `quarantine` rule is kept apart: `<pipeline>_silver.<table>_quarantine` has it, with the
rules that it broke. Once its rule, its transform or the row itself is mended, trigger this DAG with its form:

| field | what it says |
|---|---|
| `table` | the silver table |
| `action` | `replay`: the rows re-enter; `dismiss`: they are taken out of the quarantine for good |
| `rules`, `rows` | those that broke one of the rules, those named `<file>:<row>`; without both: all rows |
| `values` | replay only: texts that mend the rows, `{"status": "paid"}`; empty text means no value |
| `why` | why, for the record; a dismissal needs one |

The run puts the request on record (`<pipeline>_ops.requests`). The run of the next new hour takes it along:
the rows go through the same gates, at their old place in the order of changes, so newer changes of a key stay
ahead of them. What is still bad is quarantined again. The features of past hours stay as they are.

#### When the task fails
- **refused**: its message says what is wrong with the form. Nothing is on record; trigger again.
- **anything else**: `./headgate status` and `./headgate doctor`; when they are content, trigger again. Rows
  that wait by an earlier request are not asked for twice.

The same from the command line: `./headgate quarantine list PIPELINE`. There is nothing to backfill.
"""

from headgate.airflow import quarantine_dags

globals().update(quarantine_dags(doc=__doc__))
