"""How all pictures of an evaluation look, and a picture as part of a page."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Collection

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from headgate.learning.evaluation import CANDIDATE

CANDIDATE_INK = "#1f5fa8"
OTHER_INKS = ("#c4622d", "#7a7a7a", "#a8a8a8", "#4f8f5b")
FAINT = "#c9c9c9"

_AT_NIGHT = {
    "#000000": "#e4e8ee",
    CANDIDATE_INK: "#6db3f2",
    OTHER_INKS[0]: "#ef9a6c",
    OTHER_INKS[1]: "#a3a3a3",
    OTHER_INKS[2]: "#7d7d7d",
    OTHER_INKS[3]: "#86c994",
    FAINT: "#4a525c",
}
"""What each colour becomes where the page is dark."""

_PATH, _FINE = re.compile(r' d="[^"]*"'), re.compile(r"(\.\d)\d+")
"""Paths, and numbers in them, of which a tenth of a point is enough."""


def empty(width: float = 5.2, height: float = 4.6) -> tuple[Figure, Axes]:
    """A figure of these inches with one frameless pair of axes."""
    figure = Figure(figsize=(width, height), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def inks(names: Collection[str]) -> list[str]:
    """A colour for each score; the candidate's is always the same."""
    others = iter(OTHER_INKS * (len(names) // len(OTHER_INKS) + 1))
    return [CANDIDATE_INK if name == CANDIDATE else next(others) for name in names]


def as_address(figure: Figure) -> str:
    """The figure as a `data:` address of an SVG image, for a page that is light or dark.

    As an image it is shut off: nothing in it can run or load anything, whatever the texts in it say.
    """
    written = io.BytesIO()
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "headgate"}):
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    image = written.getvalue().decode("utf-8")
    for place, ink in enumerate(_AT_NIGHT):
        image = image.replace(f": {ink}", f": var(--ink-{place})")
    image = _PATH.sub(lambda found: _FINE.sub(r"\1", found[0]), image)
    start = image.index("<defs>")
    return "data:image/svg+xml;base64," + base64.b64encode(
        f"{image[:start]}<style>{_style()}</style>{image[start:]}".encode()
    ).decode("ascii")


def _style() -> str:
    day = "".join(f"--ink-{place}:{ink};" for place, ink in enumerate(_AT_NIGHT))
    night = "".join(f"--ink-{place}:{ink};" for place, ink in enumerate(_AT_NIGHT.values()))
    return f":root{{{day}}}text{{fill:var(--ink-0)}}@media (prefers-color-scheme:dark){{:root{{{night}}}}}"
