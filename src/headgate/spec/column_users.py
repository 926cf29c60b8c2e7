"""Which tables and models use a column of a feed: what a change of it at the source breaks."""

from __future__ import annotations

from collections.abc import Collection

from headgate.spec.function_digest import FunctionDigests
from headgate.spec.load import LoadedPipeline


def users_of(loaded: LoadedPipeline, feed: str, column: str) -> list[str]:
    """The silver and gold tables that use the column, in the order of the spec, last the model.

    A table without a transform has the column by its name; a transform uses it where its text, or that of
    what it uses in its file, has the name in it. Whatever is derived from a table that a transform makes
    counts.
    """
    spec, used = loaded.spec, dict[str, bool]()
    silver, gold = _functions(loaded, "silver"), _functions(loaded, "gold")
    for name, table in spec.silver.items():
        if table.feed != feed:
            continue
        if table.transform is None:
            if column in loaded.contracts[f"silver.{name}"].columns:
                used[name] = True
        elif silver is None or silver.mentions(table.transform, column):
            used[name] = False

    def names_it(inputs: Collection[str], transforms: Collection[str]) -> bool:
        by_name = [name for name in inputs if used.get(name) is True]
        if any(used.get(name) is False for name in inputs):
            return True
        return bool(by_name) and (gold is None or any(gold.mentions(one, column) for one in transforms))

    for name, derived in spec.gold.items():
        if names_it(derived.inputs, [derived.transform]):
            used[name] = False
    found = [f"silver.{name}" for name in spec.silver if name in used]
    found += [f"gold.{name}" for name in spec.gold if name in used]
    examples = spec.examples
    if examples is not None:
        joined = any(
            used.get(source.table) is False
            or (used.get(source.table) is True and column in (*source.columns, *source.on))
            for source in examples.features
        )
        if joined or names_it(examples.inputs, [examples.transform, examples.label_transform]):
            found.append("gold.examples")
            if spec.model is not None:
                found.append(f"the model {spec.pipeline}")
    return found


def told_users(loaded: LoadedPipeline, feed: str, columns: Collection[str]) -> str:
    """A part of a sentence: `amount is used by silver.orders, gold.sales`; empty where nothing uses them."""
    parts = []
    for column in sorted(columns):
        users = users_of(loaded, feed, column)
        if users:
            parts.append(f"{column} is used by {', '.join(users)}")
    return "; ".join(parts)


def _functions(loaded: LoadedPipeline, layer: str) -> FunctionDigests | None:
    path = loaded.folder / f"{layer}.py"
    return FunctionDigests(path.read_text(encoding="utf-8")) if path.is_file() else None
