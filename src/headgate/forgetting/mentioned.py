"""Tell texts and samples of rows that name what is forgotten."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from headgate.forgetting.found import Found
from headgate.spec.load import LoadedPipeline

LONG = 4
"""Characters from which a value alone, as a word of a text, is taken for the subject's."""

_PAIR = re.compile(r"(\w+)=([^\s,;:)]+)")
_WORD = re.compile(r"[\w.@\-]+")


class Mentioned:
    """What names one of the keys that vanish. Rather too much is taken for a mention than too little."""

    def __init__(self, loaded: LoadedPipeline, found: Found) -> None:
        self.keys = [(loaded.contracts[f"silver.{table}"].key, keys) for table, keys in found.keys.items()]

    def in_text(self, text: str) -> bool:
        """Whether a text has all values of a key as `name=value`, or a long value of a key as a word."""
        said: dict[str, set[str]] = defaultdict(set)
        for name, value in _PAIR.findall(text):
            said[name].add(value)
        words = {word for word in _WORD.findall(text) if len(word) >= LONG}
        for names, keys in self.keys:
            if len(names) == 1 and any(key[0] in words for key in keys):
                return True
            if all(name in said for name in names) and any(
                all(value in said[name] for name, value in zip(names, key, strict=True)) for key in keys
            ):
                return True
        return False

    def in_sample(self, sample: Mapping[str, Any]) -> bool:
        """Whether a sampled row, `{"key": {column: text}, "value": text}`, is or names one of them."""
        row, value = sample["key"], sample.get("value")
        for names, keys in self.keys:
            if tuple(row.get(name) for name in names) in keys or (len(names) == 1 and (value,) in keys):
                return True
        return isinstance(value, str) and self.in_text(value)
