"""All cases of bad input, by what becomes of them: `docs/bad-input.md` shows the same."""

from __future__ import annotations

from tests.hours.bad_input_case import Taken
from tests.hours.bad_input_files import CLOSES as CLOSES
from tests.hours.bad_input_files import LATER as LATER
from tests.hours.bad_input_files import NAMES, REFUSED, UNFINISHED
from tests.hours.bad_input_text import COLUMN_CASES, FILES, LINES
from tests.hours.bad_input_values import OPERATIONS, TIMES, VALUES

TAKEN: tuple[Taken, ...] = (
    *FILES,
    *COLUMN_CASES,
    *LINES,
    *VALUES,
    *TIMES,
    *OPERATIONS,
    *NAMES,
    *REFUSED,
    *UNFINISHED,
)
