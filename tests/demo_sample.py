"""The demo's output as the README shows it, and what of it must be so on every machine."""

from __future__ import annotations

import re

from headgate.spec.settings import REPOSITORY

BLOCK = re.compile(r"<!-- demo output.*?-->\n```text\n(.*?)```", re.DOTALL)
LEFT_OUT = "…"


def sample_lines() -> list[str]:
    """The lines of the README's sample that stand for output."""
    (block,) = BLOCK.findall((REPOSITORY / "README.md").read_text(encoding="utf-8"))
    return [line for line in block.splitlines() if line.strip() and line.strip() != LEFT_OUT]


def shape(line: str) -> str:
    """A line without what differs from run to run: numbers, addresses, folders and the password."""
    line = re.sub(r"http://\S+", "<address>", line)
    line = re.sub(r"with \S+ \(", "with <password> (", line)
    line = re.sub(r"\S*/\S+", "<path>", line) if "://" not in line else line
    line = re.sub(r"\d[\d,.]*", "0", line)
    return re.sub(r"\s+", " ", line).strip()
