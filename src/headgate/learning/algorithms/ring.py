"""The ring of a forest: which of its groups of trees learn from which days, as the spec alone says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from headgate.learning.algorithms.training_vectors import seed_for


@dataclass(frozen=True)
class Ring:
    """A window of days laid out as a ring of slots, each owned by the same number of groups.

    The slot of a day is its number modulo `slots`. With as many slots as the window has days, a new day takes
    over the slot of the day that leaves the window, and with it that day's groups.
    """

    slots: int
    groups: int
    owners_per_slot: int
    seed: int

    @cached_property
    def owners(self) -> tuple[tuple[int, ...], ...]:
        """The groups that own each slot.

        Slot after slot goes to the groups that own the fewest so far; of equal ones, to those that a hash of
        seed, slot and group puts first. So groups differ by one slot at most, and a group's days lie spread
        over the window.
        """
        owned = [0] * self.groups
        table = []
        for slot in range(self.slots):

            def order(group: int, slot: int = slot) -> tuple[int, int]:
                return owned[group], seed_for(self.seed, f"slot {slot}, group {group}")

            chosen = sorted(sorted(range(self.groups), key=order)[: self.owners_per_slot])
            for group in chosen:
                owned[group] += 1
            table.append(tuple(chosen))
        return tuple(table)

    def slots_of(self, groups: Collection[int]) -> list[int]:
        """The slots that at least one of the groups owns."""
        return [slot for slot, owners in enumerate(self.owners) if not set(owners).isdisjoint(groups)]

    def owners_of_days(self, days: Collection[int]) -> list[int]:
        """The groups that learn from at least one of the days (numbers since 1970-01-01)."""
        return sorted({group for day in days for group in self.owners[day % self.slots]})

    def seed_of(self, group: int) -> int:
        """The seed of a group's trees."""
        return seed_for(self.seed, f"group {group}")


def ring_of(parameters: Mapping[str, Any], seed: int) -> Ring:
    """The ring that complete parameters of an incremental forest describe."""
    groups = int(parameters["groups"])
    owners = max(1, round(float(parameters["share"]) * groups))
    return Ring(int(parameters["slots"]), groups, min(owners, groups), seed)
