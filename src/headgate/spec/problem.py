"""A mistake inside one document, before it is known on which line it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong at `path`, the keys and list positions that lead to it: ('silver', 'orders', 'feed')."""

    path: Path
    message: str
    expected: str | None = None
    nearest: str | None = None


def nearest(word: str, valid: Iterable[str], unused: Iterable[str] = ()) -> str | None:
    """The valid word that was most likely meant, if any is close; those of `unused` come first."""
    for words in (sorted(unused), sorted(valid)):
        found = get_close_matches(word, words, n=1, cutoff=0.5)
        if found:
            return found[0]
    return None


def one_of(words: Iterable[str]) -> str:
    """A list of valid words as part of a sentence."""
    listed = ", ".join(words)
    return f"one of {listed}" if listed else "none (nothing is defined that could be named here)"


def unresolved(path: Path, kind: str, word: str, valid: Iterable[str]) -> Problem:
    """A name that should be one of `valid` and is not."""
    words = list(valid)
    return Problem(path, f"unknown {kind} {word!r}", one_of(words), nearest(word, words))
