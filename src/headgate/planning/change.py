"""One difference between two specs, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Effect = Literal["rewrites", "refused", "from_now_on", "judges", "recipe", "told", "words"]
"""What a change does:

- `rewrites`: rows that are published would come out otherwise;
- `refused`: the next run stops at it and writes nothing;
- `from_now_on`: hours to come are other, published rows stay as they are;
- `judges`: rows or candidates to come are judged by it;
- `recipe`: the next learning fits another model;
- `told`: others are told of what comes, or are told more or less of it;
- `words`: nothing.
"""


@dataclass(frozen=True)
class Change:
    """One difference: `what` kind of thing, its `name`, how it was and is (None: it was not, is not).

    `note` says more about the effect.
    """

    what: str
    name: str
    before: str | None
    after: str | None
    effect: Effect
    note: str = ""
