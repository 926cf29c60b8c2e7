"""The digest of a transform: what it does counts, how it is written does not."""

from __future__ import annotations

import hashlib

import pytest

from headgate.spec.function_digest import FunctionDigests

SOURCE = '''\
"""Module."""

from __future__ import annotations

from pyspark.sql import functions as F, Window
import math

LIMIT = 15
OTHER = 3
CODES = {"a": 1}
CODES["b"] = 2
latest = 7


def clean(rows, factor=LIMIT):
    """Clean the rows."""
    latest = rows.where(F.col("x") > limit())  # a local name
    return latest.select("a", "b")


def limit():
    return LIMIT + len(CODES) + math.floor(Rounding.step)


class Rounding:
    """How to round."""

    step = 2


def unrelated(rows):
    return rows.limit(OTHER)
'''


def digest(source: str, name: str = "clean") -> str:
    return FunctionDigests(source).digest(name)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("  # a local name", "", id="comment"),
        pytest.param('    """Clean the rows."""\n', "", id="docstring"),
        pytest.param('"""Clean the rows."""', '"""Other words."""', id="docstring's words"),
        pytest.param('    """How to round."""\n\n', "", id="docstring of a class"),
        pytest.param('"""Module."""', "", id="docstring of the file"),
        pytest.param("    return LIMIT", "\n\n    return LIMIT", id="empty lines"),
        pytest.param(
            'select("a", "b")', "select(\n        'a',\n        'b',\n    )", id="layout and quotes"
        ),
        pytest.param("LIMIT + len", "(LIMIT) + len", id="parentheses"),
        pytest.param("LIMIT = 15\nOTHER = 3", "OTHER = 3\nLIMIT = 15", id="order of definitions"),
        pytest.param("OTHER = 3", "OTHER = 4", id="constant of another function"),
        pytest.param("rows.limit(OTHER)", "rows.limit(1)", id="another function"),
        pytest.param("def unrelated(rows):", "def renamed(rows):", id="another function's name"),
        pytest.param("latest = 7", "latest = 8", id="constant that a local name hides"),
        pytest.param("as F, Window", "as F", id="import that it does not use"),
        pytest.param("import math", "import math\nimport os", id="one more import"),
        pytest.param("    step = 2", "    step = 2\n    pass", id="pass"),
        pytest.param("class Rounding", "print('read')\n\n\nclass Rounding", id="a statement about nothing"),
    ],
)
def test_how_it_is_written_does_not_count(old: str, new: str) -> None:
    assert SOURCE.count(old) == 1
    assert digest(SOURCE.replace(old, new)) == digest(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('select("a", "b")', 'select("a")', id="its body"),
        pytest.param("factor=LIMIT", "factor=LIMIT + 1", id="a default"),
        pytest.param("def clean(", "@cached\ndef clean(", id="a decorator"),
        pytest.param("LIMIT = 15", "LIMIT = 16", id="a constant"),
        pytest.param("LIMIT = 15", "LIMIT = 15.0", id="a constant's type"),
        pytest.param("len(CODES)", "2 * len(CODES)", id="a function that it calls"),
        pytest.param('{"a": 1}', '{"a": 2}', id="a constant of a function that it calls"),
        pytest.param('CODES["b"] = 2', 'CODES["b"] = 3', id="an item put into a constant"),
        pytest.param('CODES["b"] = 2', "CODES.update(b=2)", id="a constant changed by a call"),
        pytest.param(
            'CODES["b"] = 2', "for code in 'bc':\n    CODES[code] = 2", id="a constant filled by a loop"
        ),
        pytest.param("step = 2", "step = 3", id="a class that it uses"),
        pytest.param("import functions as F", "import types as F", id="what an imported name stands for"),
        pytest.param("import math", "import cmath as math", id="which module is imported"),
        pytest.param(
            "def limit():", "def limit():\n    return 1\n\n\ndef limit():", id="an earlier definition"
        ),
        pytest.param("import math", "import math\nfrom others import *", id="names from anywhere"),
    ],
)
def test_what_it_does_counts(old: str, new: str) -> None:
    assert SOURCE.count(old) == 1
    assert digest(SOURCE.replace(old, new)) != digest(SOURCE)


def test_an_imported_function_is_its_import() -> None:
    one = digest("from cleaning import trim as clean, other\n")
    assert one == digest("from cleaning import (\n    trim as clean,\n)\n")
    assert one != digest("from cleaning import strip as clean\n")


def test_functions_that_call_each_other_have_digests() -> None:
    source = (
        "def even(n):\n    return n == 0 or odd(n - 1)\n\n\ndef odd(n):\n    return n > 0 and even(n - 1)\n"
    )
    assert digest(source, "even") != digest(source.replace("n > 0", "n >= 0"), "even")


def test_the_digest_is_the_same_on_every_python() -> None:
    source = "HOURS = 2\n\n\ndef clean(rows):\n    return rows.where(f'h > {HOURS!r:>3}')\n"
    hours = "Assign(targets=[Name(id='HOURS')], value=Constant(int 2))"
    clean = (
        "FunctionDef(name='clean', args=arguments(args=[arg(arg='rows')]), body=[Return(value=Call("
        "func=Attribute(value=Name(id='rows'), attr='where'), args=[JoinedStr(values=[Constant(str 'h > '), "
        "FormattedValue(value=Name(id='HOURS'), conversion=114, format_spec=JoinedStr(values=["
        "Constant(str '>3')]))])]))])"
    )
    covered = f"HOURS {len(hours)}\n{hours}\nclean {len(clean)}\n{clean}\n"
    assert digest(source) == hashlib.sha256(covered.encode()).hexdigest()


def test_a_name_that_is_not_there_and_a_file_that_is_no_python() -> None:
    with pytest.raises(KeyError, match="gone"):
        digest(SOURCE, "gone")
    with pytest.raises(SyntaxError):
        FunctionDigests("def clean(:\n")
