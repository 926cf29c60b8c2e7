"""The number of distinct values as a HyperLogLog sketch, so that it can be told of any union of parts.

P. Flajolet and others, HyperLogLog, 2007, as built by Apache DataSketches. The bytes are those of Spark's
`hll_*` functions, and hash text and whole numbers as these do.
"""

from __future__ import annotations

from collections.abc import Iterable

from datasketches import HLL_4, hll_sketch, hll_union

SIZE = 12
"""log2 of the registers, Spark's default: up to a hundred values or so are told exactly, in 4 bytes each; any
number of them in 2 kB, with a standard error of STANDARD_ERROR."""

STANDARD_ERROR = 0.0163


def sketch_of(values: Iterable[str | int | float]) -> bytes:
    """The sketch of values that are not null."""
    sketch = hll_sketch(SIZE, HLL_4)
    for value in values:
        sketch.update(value)
    return bytes(sketch.serialize_compact())


def merged(sketches: Iterable[bytes]) -> bytes:
    """The sketch of all values of the given ones."""
    union = hll_union(SIZE)
    for sketch in sketches:
        union.update(hll_sketch.deserialize(sketch))
    return bytes(union.get_result(HLL_4).serialize_compact())


def estimate(sketch: bytes, counted: int) -> int:
    """About how many distinct values the sketch has seen in `counted` values."""
    found: float = hll_sketch.deserialize(sketch).get_estimate()
    return min(round(found), counted)
