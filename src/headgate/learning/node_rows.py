"""Node rows: the portable form of a forest. One row per node of a tree."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
import pyarrow as pa

NODE_TYPES = {
    "tree": "int",
    "node": "int",
    "prediction": "double",
    "impurity": "double",
    "stats": "array<double>",
    "weighed_rows": "bigint",
    "gain": "double",
    "left_child": "int",
    "right_child": "int",
    "feature": "int",
    "threshold": "double",
    "categories": "array<double>",
}
"""Columns and Spark types. `stats` are the weighed rows of class 0 and 1. A leaf has -1 as `feature` and
children. A split has either `threshold` (at most: left) or `categories` (listed: left); the other is null."""

_ARROW = {
    "int": pa.int32(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "array<double>": pa.list_(pa.float64()),
}


def node_table(nodes: pd.DataFrame) -> pa.Table:
    """The node rows as an Arrow table with the types of `NODE_TYPES`, ordered by tree and node."""
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in NODE_TYPES.items()])
    ordered = nodes.sort_values(["tree", "node"])[list(NODE_TYPES)]
    return pa.Table.from_pandas(ordered, schema=schema, preserve_index=False)


def content_digest(nodes: pd.DataFrame) -> str:
    """sha256 over every value of the node rows, bit for bit; their order does not count."""
    ordered = nodes.sort_values(["tree", "node"])
    digest = hashlib.sha256()
    for name, kind in NODE_TYPES.items():
        digest.update(name.encode())
        if kind == "array<double>":
            lists = [np.asarray([] if v is None else v, dtype="<f8") for v in ordered[name]]
            digest.update(np.array([len(values) for values in lists], dtype="<i8").tobytes())
            digest.update(np.concatenate([*lists, np.array([], dtype="<f8")]).tobytes())
        else:
            values = ordered[name].to_numpy(dtype="<f8" if kind == "double" else "<i8", copy=True)
            if kind == "double":
                values[np.isnan(values)] = np.nan
            digest.update(values.tobytes())
    return digest.hexdigest()
