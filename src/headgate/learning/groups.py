"""The groups of a model as its header tells of them, so that a later model can keep those it need not fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from headgate.learning.algorithms.algorithm import Group
from headgate.learning.node_rows import content_digest


def groups_to_json(groups: Sequence[Group], parent: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Per group its `group` number, `rows`, `positives`, its trees from `first_tree` to `last_tree`, both
    included (null: it has none), the `digest` of their nodes and the `model` that has stored these: null for
    the model that is described, else the number that the `parent`'s header gives."""
    stored = {}
    if parent is not None:
        stored = {
            entry["digest"]: entry["model"] or parent["model"]
            for entry in parent.get("groups", [])
            if entry["first_tree"] is not None
        }
    found = []
    for group in groups:
        digest, grown = content_digest(group.nodes), not group.nodes.empty
        found.append(
            {
                "group": group.number,
                "rows": group.rows,
                "positives": group.positives,
                "first_tree": int(group.nodes["tree"].min()) if grown else None,
                "last_tree": int(group.nodes["tree"].max()) if grown else None,
                "digest": digest,
                "model": stored.get(digest),
            }
        )
    return found


def groups_from_json(entries: Sequence[Mapping[str, Any]], nodes: pd.DataFrame) -> list[Group]:
    """The groups that `groups_to_json` told of, with their share of the model's `nodes`."""
    found = []
    for entry in entries:
        first, last = entry["first_tree"], entry["last_tree"]
        own = nodes.iloc[:0] if first is None else nodes[nodes["tree"].between(first, last)]
        found.append(Group(entry["group"], entry["rows"], entry["positives"], own.reset_index(drop=True)))
    return found
