"""When a full load was taken, as its rows say: files that do not say it, or not for sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from headgate.ingest.landing import LandingFile

LONGEST_LOAD = timedelta(days=7)
"""What a full load takes at most: one whose rows say more has a wrong time in it.

A moment too early would make it the base of changes that it does not hold, one too late would put it off.
"""


Span = tuple[datetime, datetime]
"""The first and the last transfer time."""


def undated_loads(loads: Sequence[LandingFile], spans: Mapping[str, Span | None]) -> dict[str, str]:
    """The files of one full load that do not say when it was taken, by path, and why not.

    `spans`: path -> the transfer times of the file's rows, None where they say none. A file without rows is
    not in it, and is sound beside others that have some.
    """
    if not spans:
        spans = dict.fromkeys(file.path for file in loads)
    wrong = {path: span for path, span in spans.items() if span is None or _is_too_long(span)}
    dated = [span for span in spans.values() if span is not None]
    if not wrong and _is_too_long(whole_span(dated)):
        wrong = dict.fromkeys(spans, whole_span(dated))
    return {path: _why(span) for path, span in wrong.items()}


def whole_span(spans: Sequence[Span]) -> Span:
    """The transfer times of a load, from those of its files, of which there are some."""
    return min(first for first, _ in spans), max(last for _, last in spans)


def _is_too_long(span: Span) -> bool:
    return span[1] - span[0] > LONGEST_LOAD


def _why(span: Span | None) -> str:
    if span is None:
        return "no row says when the load was taken"
    return f"rows say that the load was taken from {span[0]:%Y-%m-%d} to {span[1]:%Y-%m-%d}"
