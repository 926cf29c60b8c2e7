"""Names of tables in a statement, put in the place of which are views of an earlier version."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from headgate.spec.errors import HeadgateError
from headgate.spec.layers import LAYERS

_IDENTIFIER = r"(?:`(?:[^`]|``)*`|[A-Za-z_]\w*)"
_TOKEN = re.compile(
    r"(?P<apart>--[^\n]*|/\*.*?\*/|'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    rf"|(?P<name>{_IDENTIFIER}(?:\s*\.\s*{_IDENTIFIER})*)"
    r"|(?P<other>\d\w*|\S)",
    re.DOTALL,
)
_GO_ON = {
    *("ANTI", "CLUSTER", "CROSS", "DISTRIBUTE", "EXCEPT", "FULL", "GROUP", "HAVING", "INNER", "INTERSECT"),
    *("JOIN", "LATERAL", "LEFT", "LIMIT", "MINUS", "NATURAL", "OFFSET", "ON", "ORDER", "PIVOT", "QUALIFY"),
    *("RIGHT", "SELECT", "SEMI", "SORT", "TABLESAMPLE", "UNION", "UNPIVOT", "USING", "WHERE", "WINDOW"),
}
"""Words that follow a table's name and are no alias of it."""


class NamesNoTable(HeadgateError):
    """The statement names no table of which there are earlier versions, or hides its name."""


@dataclass(frozen=True)
class AsOfStatement:
    """A statement over views; `views`: name of a view -> the pipeline and `<layer>.<table>` that it shows."""

    sql: str
    views: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Mention:
    """A table's name in a statement, from `start` to `end`; `columns`: what follows it as a qualifier."""

    start: int
    end: int
    pipeline: str
    table: str
    columns: tuple[str, ...]
    following: str

    @property
    def qualifies(self) -> bool:
        return bool(self.columns) or self.following == "."


def pipelines_named(statement: str, pipelines: Iterable[str]) -> list[str]:
    """Those of `pipelines` of which the statement names a table. Raises NamesNoTable where there is none."""
    found = dict.fromkeys(mention.pipeline for mention in _mentions(statement, pipelines))
    if not found:
        raise NamesNoTable(
            "The statement names no table of a pipeline, so there is nothing to read as of another time.",
            left="Nothing was run.",
            next_command='./headgate query --as-of 2013-01-29T02 "SELECT * FROM flights_gold.examples"',
        )
    return list(found)


def as_of_statement(statement: str, pipelines: Iterable[str]) -> AsOfStatement:
    """Replace every `<pipeline>_<layer>.<table>` of `pipelines`, also in backquotes or after the catalog.

    A table keeps its own name as an alias, so that its columns are found under it. Raises NamesNoTable for
    a name that IDENTIFIER(...) puts together.
    """
    views: dict[str, tuple[str, str]] = {}
    written, at = [], 0
    describes = re.match(r"\s*(DESC|DESCRIBE|SHOW)\b", statement, re.IGNORECASE) is not None
    for mention in _mentions(statement, pipelines):
        name = _quoted(mention.table.partition(".")[2])
        if mention.qualifies:
            put = ".".join([name, *(_quoted(column) for column in mention.columns)])
        else:
            view = f"headgate_as_of_{mention.pipeline}_{mention.table.replace('.', '_')}"
            views[view] = (mention.pipeline, mention.table)
            put = view if describes or _is_alias(mention.following) else f"{view} AS {name}"
        written += [statement[at : mention.start], put]
        at = mention.end
    return AsOfStatement("".join([*written, statement[at:]]), views)


def _mentions(statement: str, pipelines: Iterable[str]) -> list[_Mention]:
    databases = {f"{pipeline}_{layer}": (pipeline, layer) for pipeline in pipelines for layer in LAYERS}
    tokens = [found for found in _TOKEN.finditer(statement) if not found[0].startswith(("--", "/*"))]
    followings = [*(found[0] for found in tokens[1:]), ""]
    mentions = []
    for found, following in zip(tokens, followings, strict=True):
        parts = [_bare(part) for part in re.findall(_IDENTIFIER, found["name"] or "")]
        if parts == ["identifier"] and following == "(":
            raise NamesNoTable(
                "IDENTIFIER(...) hides a table's name, so it cannot be read as of another time.",
                left="Nothing was run.",
                next_command="Write the table's name out.",
            )
        if parts[:1] == ["spark_catalog"]:
            parts = parts[1:]
        if len(parts) >= 2 and parts[0] in databases:
            pipeline, layer = databases[parts[0]]
            table, columns = f"{layer}.{parts[1]}", tuple(parts[2:])
            mentions.append(_Mention(found.start(), found.end(), pipeline, table, columns, following))
    return mentions


def _bare(identifier: str) -> str:
    """A name without its backquotes, in lower case, as the engine compares it."""
    return identifier.strip("`").replace("``", "`").lower()


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _is_alias(following: str) -> bool:
    """Whether the token after a table's name gives it another one (`AS`, or the alias itself)."""
    return re.match(r"[A-Za-z_`]", following) is not None and following.upper() not in _GO_ON
