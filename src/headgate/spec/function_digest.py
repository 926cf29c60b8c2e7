"""A digest of what a function of a Python file does: the same however it is commented and formatted."""

from __future__ import annotations

import ast
import hashlib
import re
import symtable
from collections import defaultdict
from collections.abc import Iterable, Iterator

Definitions = dict[str, list[tuple[str, frozenset[str]]]]
"""For each name of a module's top level, in order, what binds or changes it: canonical text, names used."""


class FunctionDigests:
    """The digests of one file's functions; nothing is run.

    A digest covers the function and, transitively, everything at the file's top level that it uses:
    functions, classes, constants, imports. It leaves out comments, layout, docstrings and whatever the
    function does not use. Of an import only module and name count, not what the other module holds; names
    that are looked up by text (`globals()`) are not seen. Raises SyntaxError when the text is no Python.
    """

    def __init__(self, source: str) -> None:
        self._definitions = _definitions(ast.parse(source).body)

    def digest(self, name: str) -> str:
        """The sha256 of what the top-level name stands for. Raises KeyError where there is no such name."""
        if name not in self._definitions:
            raise KeyError(name)
        total = hashlib.sha256()
        for used in sorted(self._reachable(name)):
            for text, _ in self._definitions[used]:
                total.update(f"{used} {len(text)}\n{text}\n".encode())
        return total.hexdigest()

    def mentions(self, name: str, word: str) -> bool:
        """Whether what the top-level name stands for, or what it uses, has the word in its text."""
        found = re.compile(rf"\b{re.escape(word)}\b")
        return name in self._definitions and any(
            found.search(text) for used in self._reachable(name) for text, _ in self._definitions[used]
        )

    def _reachable(self, name: str) -> set[str]:
        reached, waiting = set[str](), [name, *(["*"] if "*" in self._definitions else [])]
        while waiting:
            current = waiting.pop()
            if current in reached:
                continue
            reached.add(current)
            for _, uses in self._definitions[current]:
                waiting.extend(used for used in uses if used in self._definitions)
        return reached


def _definitions(statements: list[ast.stmt]) -> Definitions:
    found: defaultdict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
    bound = {name for statement in statements for name in _bound(statement)}
    for statement in statements:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for name, text in _imported(statement):
                found[name].append((text, frozenset()))
            continue
        entry = _canonical(statement), frozenset(_uses(statement))
        for name in _touched(statement) & bound:
            found[name].append(entry)
    return dict(found)


def _imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Each imported name with where it comes from; `*` may bring any name, so it is one that all use."""
    for alias in statement.names:
        if isinstance(statement, ast.ImportFrom):
            origin = f"from {'.' * statement.level}{statement.module or ''} import {alias.name}"
            yield alias.asname or alias.name, origin
        else:
            bound = alias.asname or alias.name.partition(".")[0]
            yield bound, f"import {alias.name} as {alias.asname}"


def _bound(statement: ast.stmt) -> set[str]:
    """The top-level names that a statement gives a meaning, and the local ones of a block in it."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    names = set[str]()
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names.update(name for name, _ in _imported(node))
    return names


def _touched(statement: ast.stmt) -> set[str]:
    """The names that a statement binds or may change: `CODES = {}`, `CODES["x"] = 1`, `CODES.update(...)`."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    parts: list[ast.AST] = [statement]
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        parts = list(statement.targets) if isinstance(statement, ast.Assign) else [statement.target]
    named = {node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)}
    return named | _bound(statement)


def _uses(statement: ast.stmt) -> set[str]:
    """The names that a statement looks up at the file's top level, by Python's own rules of scope."""
    table = symtable.symtable(ast.unparse(statement), "<transform>", "exec")
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    waiting = list(table.get_children())
    while waiting:
        scope = waiting.pop()
        names.update(symbol.get_name() for symbol in scope.get_symbols() if symbol.is_global())
        waiting.extend(scope.get_children())
    return names


def _canonical(node: ast.AST) -> str:
    """The syntax tree as text, without positions and statements that do nothing.

    Not `ast.dump`, whose text differs between the versions of Python.
    """
    parts = []
    for name, value in ast.iter_fields(node):
        if isinstance(node, ast.Constant):
            if name == "value":
                parts.append(f"{type(value).__name__} {value!r}")
        elif isinstance(value, list):
            if kept := [_item(item) for item in _effective(value)]:
                parts.append(f"{name}=[{', '.join(kept)}]")
        elif value is not None and not isinstance(value, ast.expr_context):
            parts.append(f"{name}={_item(value)}")
    return f"{type(node).__name__}({', '.join(parts)})"


def _item(value: object) -> str:
    return _canonical(value) if isinstance(value, ast.AST) else repr(value)


def _effective(items: Iterable[object]) -> Iterator[object]:
    """List items without `pass` and bare constants, docstrings among them."""
    for item in items:
        bare = isinstance(item, ast.Expr) and isinstance(item.value, ast.Constant)
        if not (bare or isinstance(item, ast.Pass)):
            yield item
