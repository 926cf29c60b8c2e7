"""The distribution of numbers as a KLL sketch: quantiles and shares of any union of parts, small.

Z. Karnin, K. Lang, E. Liberty, Optimal quantile approximation in streams, 2016, as built by Apache
DataSketches. Where it has to leave values out it tosses a coin, so the same rows give other bytes.
The bytes are those of Spark's `kll_sketch_*_double` functions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from datasketches import kll_doubles_sketch

SIZE = 200
"""The sketch's parameter k, Spark's default. It holds up to 200 values as they are, and some 600 of any
number of values (4.8 kB). With 99 % confidence a rank is off by at most RANK_ERROR, a share by SHARE_ERROR
(Apache DataSketches' own measurements)."""

RANK_ERROR = 0.0133
SHARE_ERROR = 0.0166


def sketch_of(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> bytes:
    """The sketch of finite numbers."""
    sketch = kll_doubles_sketch(SIZE)
    sketch.update(np.array(values, dtype=np.float64))
    return bytes(sketch.serialize())


def merged(sketches: Iterable[bytes]) -> bytes:
    """The sketch of all values of the given ones."""
    total = kll_doubles_sketch(SIZE)
    for sketch in sketches:
        total.merge(kll_doubles_sketch.deserialize(sketch))
    return bytes(total.serialize())


def quantiles(sketch: bytes, ranks: Sequence[float]) -> list[float]:
    """For each rank (0 to 1) the smallest value that at least this share of values does not exceed.

    An empty list where there are no values.
    """
    found = kll_doubles_sketch.deserialize(sketch)
    return [] if found.is_empty() else list(found.get_quantiles(list(ranks), True))


def shares(sketch: bytes, edges: Sequence[float]) -> list[float]:
    """The share of values at or below the first edge, between each two, and above the last; they sum to 1.

    `edges` ascend; a value that equals an edge lies below it. An empty list where there are no values.
    """
    found = kll_doubles_sketch.deserialize(sketch)
    return [] if found.is_empty() else list(found.get_pmf(list(edges), True))
