"""The colours of the pages can be read, light and dark: contrast by WCAG, computed from the style sheet."""

from __future__ import annotations

import re
from itertools import product
from math import cos, radians, sin
from pathlib import Path

import pytest

import headgate
from headgate.airflow.pages.render import style

TEXT, SHAPE = 4.5, 3.0
"""The least contrast of text, and of what is drawn, that WCAG 2.2 asks for at level AA."""

SHEET = bytes(style().body).decode()
TEMPLATES = Path(headgate.__file__).parent
REPORT = (TEMPLATES / "gates" / "templates" / "report.css").read_text()
KEPT = {
    "report": REPORT,
    "model report": REPORT + (TEMPLATES / "releases" / "templates" / "model_report.css").read_text(),
    "Data Docs": (TEMPLATES / "gates" / "templates" / "data_docs" / "data_docs.css").read_text(),
}
"""Style sheets of what is kept as files."""

CANVAS = {"light": "#ffffff", "dark": "#121212"}
"""What a browser puts behind a page that sets no background."""
MODES = ("light", "dark")
PLAIN = ("paper", "card")
"""What text without a background of its own stands on."""

IN_NOTES = [*product(("ink", "soft", "link"), ("good-back", "bad-back"))]
"""Text, small print and links inside of notes about open and closed gates."""

HEADINGS_OF_NOTES = [("good", "good-back"), ("bad", "bad-back")]
DRAWN = [*product(("bar", "apart", "good", "bad", "warn", "focus", "soft"), PLAIN)]
"""Bars of charts, the frame around what has the focus, edges of fields."""

Colour = tuple[float, float, float]


def variables(mode: str, sheet: str = SHEET) -> dict[str, str]:
    """A sheet's colours by name; the dark ones are those of the light mode where they are not said."""
    light, dark = re.findall(r":root \{(.*?)\}", sheet, re.DOTALL)
    found = dict(re.findall(r"--([\w-]+):\s*([^;]+);", light))
    return found if mode == "light" else found | dict(re.findall(r"--([\w-]+):\s*([^;]+);", dark))


def luminance(colour: str) -> float:
    """WCAG's relative luminance of `#rgb`, `#rrggbb` or `oklch(...)`."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(colour: str) -> Colour:
    """The parts of linear light, each from 0 to 1."""
    if colour.startswith("#"):
        digits = colour[1:] if len(colour) == 7 else "".join(2 * one for one in colour[1:])
        red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
        return red, green, blue
    light, chroma, hue = (float(part) for part in re.fullmatch(r"oklch\((.+)\)", colour)[1].split())  # type: ignore[index]
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    parts = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    red, green, blue = (min(max(part, 0.0), 1.0) for part in parts)
    return red, green, blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def pairs_of_rules(sheet: str = SHEET) -> set[tuple[str, str]]:
    """Each colour of text that a rule of the sheet sets, with the backgrounds that it stands on."""
    found = set()
    for body in re.findall(r"\{([^{}]*)\}", sheet):
        for text in re.findall(r"(?<![\w-])color: var\(--([\w-]+)\)", body):
            own = re.findall(r"background: var\(--([\w-]+)\)", body)
            found |= {(text, back) for back in own or PLAIN}
    return found


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#fff", "#000000", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#fff", 4.54),
        ("#ff0000", "#fff", 4.0),
        ("oklch(0.62796 0.25768 29.234)", "#fff", 4.0),
        ("oklch(1 0 0)", "oklch(0 0 0)", 21.0),
    ],
)
def test_contrast_is_what_wcag_calls_so(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.005)


def test_the_rules_of_the_sheet_are_seen() -> None:
    found = pairs_of_rules()
    assert {("ink", "paper"), ("soft", "card"), ("link", "paper"), ("warn", "warn-back")} <= found
    assert {("good", "good-back"), ("bad", "bad-back"), ("apart", "apart-back"), ("bad", "paper")} <= found
    assert len(variables("light")) == len(variables("dark")) == 16


@pytest.mark.parametrize("mode", MODES)
def test_text_can_be_read(mode: str) -> None:
    colours = variables(mode)
    pairs = [*sorted(pairs_of_rules()), *IN_NOTES, *HEADINGS_OF_NOTES]
    found = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < TEXT} == {}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", KEPT)
def test_kept_files_can_be_read(name: str, mode: str) -> None:
    plain = dict.fromkeys(PLAIN, CANVAS[mode])
    colours = plain | variables(mode, KEPT[name])
    found = {
        pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in pairs_of_rules(KEPT[name])
    }
    assert len(found) >= 6
    assert {pair: ratio for pair, ratio in found.items() if ratio < TEXT} == {}


@pytest.mark.parametrize("mode", MODES)
def test_what_is_drawn_stands_out(mode: str) -> None:
    colours = variables(mode)
    found = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in DRAWN}
    assert {pair: ratio for pair, ratio in found.items() if ratio < SHAPE} == {}


def test_no_colour_is_set_beside_the_named_ones() -> None:
    """So that what is checked here is all there is."""
    rules = SHEET.partition("* { box-sizing")[2]
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|oklch\(|rgb\(", rules) == []
    assert set(re.findall(r"(?<![\w-])color: ([^;}]+)", rules)) <= {
        f"var(--{name})" for name in variables("light")
    }
