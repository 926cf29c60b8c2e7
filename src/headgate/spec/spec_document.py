"""A spec as one document: everything that decides what a pipeline publishes, in a form that can be kept."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from headgate.spec.contract import Contract
from headgate.spec.function_digest import FunctionDigests
from headgate.spec.pipeline import Pipeline

FORM = 1
"""The form of the document's text; it counts up when the text comes to say the same in another way."""


@dataclass(frozen=True)
class SpecDocument:
    """What one version of a spec says.

    `contracts` are keyed `<layer>.<table>`, derived ones included, each with its layer's severities.
    `functions` has the digest of every transform, keyed as `transforms_of` does.
    """

    spec: Pipeline
    contracts: dict[str, Contract]
    functions: dict[str, str]

    @property
    def text(self) -> str:
        """The document as canonical JSON: equal for equal specs, however their files are written."""
        values = {
            "form": FORM,
            "spec": self.spec.model_dump(mode="json", exclude={"alerts"}),  # they decide nothing
            "contracts": {
                name: contract.model_dump(mode="json") for name, contract in self.contracts.items()
            },
            "functions": self.functions,
        }
        # Keys are not sorted: the order of tables, columns and features is part of what a spec says.
        return json.dumps(values, indent=1, ensure_ascii=False) + "\n"

    @property
    def digest(self) -> str:
        """The sha256 of the text, by which ledger and model log name a spec."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @classmethod
    def of_text(cls, text: str) -> SpecDocument:
        """Read what `text` gave. Raises ValueError or KeyError for anything else."""
        values = json.loads(text)
        if values["form"] != FORM:
            raise ValueError(f"form {values['form']!r} is not {FORM}")
        return cls(
            Pipeline(**values["spec"]),
            {name: Contract(**contract) for name, contract in values["contracts"].items()},
            values["functions"],
        )


def transforms_of(pipeline: Pipeline) -> dict[str, tuple[str, str]]:
    """The functions that a spec names: file (`silver`, `gold`) and name.

    Keyed `<layer>.<table>`; that of the labels is `gold.examples.label`.
    """
    named = {
        f"silver.{name}": ("silver", table.transform)
        for name, table in pipeline.silver.items()
        if table.transform is not None
    }
    named |= {f"gold.{name}": ("gold", table.transform) for name, table in pipeline.gold.items()}
    if pipeline.examples is not None:
        named["gold.examples"] = ("gold", pipeline.examples.transform)
        named["gold.examples.label"] = ("gold", pipeline.examples.label_transform)
    return named


def function_digests(pipeline: Pipeline, folder: Path) -> dict[str, str]:
    """The digest of every function that the spec names, keyed as `transforms_of` does.

    The files are those of the pipeline's folder, checked to hold the functions.
    """
    named = transforms_of(pipeline)
    files = {
        file: FunctionDigests((folder / f"{file}.py").read_text(encoding="utf-8"))
        for file in sorted({file for file, _ in named.values()})
    }
    return {table: files[file].digest(name) for table, (file, name) in named.items()}
