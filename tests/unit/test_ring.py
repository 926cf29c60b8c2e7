"""The ring: who owns which days follows from the spec alone, evenly and for ever."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from headgate.learning.algorithms.ring import Ring, ring_of

SMALL = Ring(slots=6, groups=5, owners_per_slot=2, seed=2013)


def test_the_owners_of_a_seed_stay_what_they_are() -> None:
    """Another table would have every kept group learn from other days than it says."""
    assert SMALL.owners == ((1, 4), (0, 2), (3, 4), (2, 3), (0, 1), (0, 1))
    assert [SMALL.seed_of(group) for group in (0, 1)] == [8155000140119272386, 2902380962814368982]
    assert Ring(6, 5, 2, seed=7).owners != SMALL.owners


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 12), st.integers(0, 11), st.integers(0, 99))
def test_every_slot_has_its_owners_and_every_group_its_share(
    slots: int, groups: int, owners: int, seed: int
) -> None:
    ring = Ring(slots, groups, 1 + owners % groups, seed)
    assert all(len(set(own)) == ring.owners_per_slot for own in ring.owners)
    owned = Counter(dict.fromkeys(range(groups), 0))
    owned.update(group for own in ring.owners for group in own)
    assert max(owned.values()) - min(owned.values()) <= 1
    for group in range(groups):
        assert ring.slots_of([group]) == [slot for slot in range(slots) if group in ring.owners[slot]]


def test_a_new_day_takes_over_the_groups_of_the_day_that_leaves() -> None:
    ring = Ring(slots=28, groups=10, owners_per_slot=4, seed=2013)
    for day in range(15_700, 15_760):
        assert ring.owners_of_days([day]) == ring.owners_of_days([day - 28])
        assert len(ring.owners_of_days([day])) == 4
    assert ring.owners_of_days(range(15_700, 15_728)) == list(range(10))
    assert ring.owners_of_days([]) == []


def test_the_ring_of_parameters() -> None:
    parameters = {"slots": 28, "groups": 10, "share": 0.4}
    assert ring_of(parameters, 3) == Ring(28, 10, 4, 3)
    assert ring_of({**parameters, "share": 0.001}, 3).owners_per_slot == 1
    assert ring_of({**parameters, "share": 1.0}, 3).owners_per_slot == 10
