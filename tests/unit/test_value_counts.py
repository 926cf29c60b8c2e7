"""Counts of texts: exact while there are few values, within a stated bound where there are many."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from headgate.features.value_counts import ValueCounts, added


def test_few_values_are_counted_exactly_the_most_frequent_first() -> None:
    kept = ValueCounts({"b": 2, "a": 2, "c": 5}).kept()
    assert (list(kept.counts.items()), kept.short) == ([("c", 5), ("a", 2), ("b", 2)], 0)


def test_of_many_values_the_frequent_ones_stay() -> None:
    counts = {f"v{number:03}": 1000 - number for number in range(100)}
    kept = ValueCounts(counts).kept()
    assert list(kept.counts) == [f"v{number:03}" for number in range(64)]
    assert kept.short == 936


def test_of_many_values_that_come_once_none_stays() -> None:
    kept = ValueCounts({"often": 7, **{f"id {number}": 1 for number in range(100)}}).kept()
    assert (kept.counts, kept.short) == ({"often": 7}, 1)


def test_a_long_text_is_no_category() -> None:
    kept = ValueCounts({"x" * 81: 9, "y" * 80: 4}).kept()
    assert (kept.counts, kept.short) == ({"y" * 80: 4}, 9)


PARTS = st.lists(
    st.dictionaries(st.integers(0, 120).map("v{}".format), st.integers(1, 50), max_size=100), max_size=5
)


@given(PARTS)
def test_added_counts_are_short_by_at_most_what_they_say(parts: list[dict[str, int]]) -> None:
    true = sum((Counter(part) for part in parts), Counter[str]())
    found = added([ValueCounts(part).kept() for part in parts])
    for value, count in true.items():
        assert 0 <= count - found.counts.get(value, 0) <= found.short
    assert found.short <= sum(sum(part.values()) for part in parts) / 65 + len(parts)
    again = found.kept()
    for value, count in true.items():
        assert 0 <= count - again.counts.get(value, 0) <= again.short
