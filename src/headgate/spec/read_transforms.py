"""The Python files of one pipeline, checked to hold the functions that pipeline.yaml names."""

from __future__ import annotations

from pathlib import Path

from headgate.spec.pipeline import Pipeline
from headgate.spec.problem import Path as DocumentPath
from headgate.spec.problem import Problem, nearest, one_of
from headgate.spec.spec_files import SpecFiles
from headgate.spec.transforms import functions_in
from headgate.spec.yaml_source import Document

Wanted = tuple[DocumentPath, str]


def check_transforms(files: SpecFiles, pipeline: Pipeline, spec_file: Path, document: Document) -> None:
    """Keep in `files` what is wrong: a file that is missing or no Python, a function that is not in it."""
    for layer, wanted in (("silver", _silver(pipeline)), ("gold", _gold(pipeline))):
        source = spec_file.with_name(f"{layer}.py")
        if not wanted:
            continue
        if not source.is_file():
            problems = [
                Problem(where, f"function {name!r} is named, but there is no {source.name} beside this file")
                for where, name in wanted
            ]
            files.wrong_at(spec_file, document, problems)
            continue
        text = files.text(source)
        if text is None:
            continue
        try:
            functions = functions_in(text)
        except (SyntaxError, ValueError) as error:
            line = (error.lineno or 0) if isinstance(error, SyntaxError) else 0
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            files.wrong(source, line, f"no valid Python: {reason}")
            continue
        problems = [
            Problem(
                where, f"{source.name} has no function {name!r}", one_of(functions), nearest(name, functions)
            )
            for where, name in wanted
            if name not in functions
        ]
        files.wrong_at(spec_file, document, problems)


def _silver(pipeline: Pipeline) -> list[Wanted]:
    return [
        (("silver", name, "transform"), table.transform)
        for name, table in pipeline.silver.items()
        if table.transform is not None
    ]


def _gold(pipeline: Pipeline) -> list[Wanted]:
    wanted: list[Wanted] = [
        (("gold", name, "transform"), table.transform) for name, table in pipeline.gold.items()
    ]
    if pipeline.examples is not None:
        wanted.append((("examples", "transform"), pipeline.examples.transform))
        wanted.append((("examples", "label_transform"), pipeline.examples.label_transform))
    return wanted
