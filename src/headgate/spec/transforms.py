"""The Python functions that a spec names: found without running them, and imported when they are to run."""

from __future__ import annotations

import ast
import importlib.util
import sys
from collections.abc import Callable, Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headgate.spec.errors import HeadgateError

if TYPE_CHECKING:
    from headgate.spec.load import LoadedPipeline


class TransformError(HeadgateError):
    """A transform could not be imported."""


class _Uncached(SourceFileLoader):
    """Reads the source itself: a bytecode cache is by the second, and a mended file may be younger."""

    def path_stats(self, path: str) -> Mapping[str, Any]:
        raise OSError("no bytecode cache")


def functions_in(source: str) -> list[str]:
    """The names that a module's top level binds to functions or imports, in order; nothing is run.

    Raises SyntaxError when the text is no Python.
    """
    names: list[str] = []
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.FunctionDef):
            names.append(statement.name)
        elif isinstance(statement, ast.ImportFrom):
            names.extend(alias.asname or alias.name for alias in statement.names)
    return names


def load_transform(loaded: LoadedPipeline, layer: str, name: str) -> Callable[..., Any]:
    """Import function `name` of `pipelines/<pipeline>/<layer>.py`.

    The module stands in `sys.modules` only while it is read: so Spark ships functions of it by value and
    two versions of a file never meet. Raises TransformError when the file fails or lacks the function.
    """
    path = loaded.folder / f"{layer}.py"
    module = _import(path, f"headgate_pipeline_{loaded.spec.pipeline}_{layer}_{loaded.code[:12]}")
    function = getattr(module, name, None)
    if not callable(function):
        raise TransformError(
            f"{path.name} has no function {name!r}",
            str(path),
            "nothing was written",
            f"./headgate check {loaded.spec.pipeline}",
        )
    return function  # type: ignore[no-any-return]  # the signature is the pipeline author's


def _import(path: Path, module_name: str) -> object:
    specification = importlib.util.spec_from_file_location(
        module_name, path, loader=_Uncached(module_name, str(path))
    )
    if specification is None or specification.loader is None:
        raise TransformError(f"{path.name} is no Python file", str(path))
    module = importlib.util.module_from_spec(specification)
    sys.modules[module_name] = module
    try:
        specification.loader.exec_module(module)
    except Exception as error:
        raise TransformError(
            f"importing {path.name} failed: {type(error).__name__}: {error}",
            str(path),
            "nothing was written",
            "mend the file, then clear the task",
        ) from error
    finally:
        sys.modules.pop(module_name, None)
    return module
