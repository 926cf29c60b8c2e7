"""YAML read into plain values, with the line of every key and value.

Plain scalars follow YAML 1.2: only `true` and `false` are booleans (so `on:` is a key and NO a country),
dates and times stay text, and so do numbers with a leading zero. Keys are always text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from headgate.spec.problem import Path

LONGEST_NUMBER = 40
"""Digits beyond which a number is text: no column holds it."""


class Unreadable(ValueError):
    """The text is no YAML document that a spec may be; `line` counts from 1, 0 means the whole file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(line, message)
        self.line = line
        self.message = message


@dataclass
class Document:
    """Plain values and, for each path to one of them, the line where its key (or list item) stands."""

    value: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    duplicates: list[tuple[Path, int]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of the longest part of `path` that the document has."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1


class _Loader(yaml.SafeLoader):
    """The safe loader without YAML 1.1's surprises."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            line = self.peek_event().start_mark.line + 1  # type: ignore[no-untyped-call]  # of the stubs
            raise Unreadable(line, "YAML aliases have no place in a spec: write it out")
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    (
        "float",
        r"^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$",
        list("-+.0123456789"),
    ),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def parse_yaml(text: str) -> Document:
    """Read one YAML document.

    Raises Unreadable for text that is no YAML, more than one document, aliases and tags.
    """
    try:
        node = _node(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        begun = (
            f"{error.context} (from line {error.context_mark.line + 1})"
            if error.context_mark
            else error.context
        )
        reason = ": ".join(part for part in (begun, error.problem) if part)
        raise Unreadable(mark.line + 1 if mark else 0, f"no valid YAML: {reason}") from error
    except yaml.YAMLError as error:
        raise Unreadable(0, f"no valid YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise Unreadable(0, "nested too deeply") from error
    document = Document()
    if node is not None:
        document.value = _read(node, (), document)
    return document


def _node(text: str) -> yaml.Node | None:
    loader = _Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def _read(node: yaml.Node, path: Path, document: Document) -> object:
    document.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _read_mapping(node, path, document)
    if isinstance(node, yaml.SequenceNode):
        return [_read(item, (*path, index), document) for index, item in enumerate(node.value)]
    return _scalar(node)


def _read_mapping(node: yaml.MappingNode, path: Path, document: Document) -> dict[str, object]:
    values: dict[str, object] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise Unreadable(line, "a key must be a plain word")
        key = key_node.value
        if key in values:
            document.duplicates.append(((*path, key), line))
            continue
        document.lines[(*path, key)] = line
        values[key] = _read(value_node, (*path, key), document)
    return values


def _scalar(node: yaml.Node) -> object:
    kind = node.tag.removeprefix("tag:yaml.org,2002:")
    match kind:
        case "null":
            return None
        case "bool":
            return node.value.lower() == "true"
        case "int" if len(node.value) <= LONGEST_NUMBER:
            return int(node.value)
        case "float":
            return float(node.value)
        case "str" | "int":
            return str(node.value)
    raise Unreadable(node.start_mark.line + 1, f"YAML tag {node.tag!r} has no place in a spec")
