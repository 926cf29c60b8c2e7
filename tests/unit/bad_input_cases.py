"""Bad input by the case: what lies in the landing folder, and what becomes of it.

A case has keys of its own: `@1` in its text stands for the first. Texts are written as UTF-8; a lone
surrogate (`\\udce9`) is written as the byte that it escapes. `docs/bad-input.md` shows the same cases.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass

AT = "2024-01-01 00:05:00"
COLUMNS = "Op,committed_at,order_id,status,amount,due,note"
GOOD = f"{COLUMNS}\nI,{AT},@1,open,1,,\n"
FOLDER = "2024/01/01/00"


@dataclass(frozen=True)
class Row:
    """A row of the change log: its key (`@1` is 1; None without one), its values, why it is kept apart.

    `rescued` is the text of `_rescued`; of a long note its length is given.
    """

    key: int | None
    status: str | None = "open"
    amount: float | None = 1.0
    note: str | int | None = None
    due: str | None = None
    apart: tuple[str, ...] = ()
    rescued: str | None = None
    op: str | None = "I"


ONE = (Row(1),)


@dataclass(frozen=True)
class Taken:
    """Something whose hour goes through: `rows` are all that it brings, `live` the keys that are live then.

    `told` is what the report of bronze says of it; empty where it says nothing. `path` is below the feed's
    folder; without one the file is named after its number.
    """

    name: str
    outcome: str
    text: str | bytes
    rows: tuple[Row, ...] = ()
    live: tuple[int, ...] = ()
    told: str = ""
    path: str = ""


@dataclass(frozen=True)
class Closes:
    """A file that closes the bronze gate, and what the gate says of it."""

    name: str
    outcome: str
    text: str | bytes
    told: str
    path: str = ""


@dataclass(frozen=True)
class Later:
    """A file as the first run finds it (None: not there) and as the second one does, an hour later.

    `live`: the status of the keys that are live after that.
    """

    name: str
    outcome: str
    before: str | None
    after: str | None
    live: dict[int, str]
    told: str = ""
    path: str = ""


def changes(*lines: str) -> str:
    """A file of changes; each line is `Op,order_id,status,amount,due,note`, all at the same moment."""
    rows = [line.replace(",", f",{AT},", 1) for line in lines]
    return "\n".join([COLUMNS, *rows]) + "\n"


NO_KEY, NO_TIME = ("order_id.required",), ("committed_at.required",)
NO_ROW = ("op.required", "order_id.required", "committed_at.required")
LONG = 10_000_000

FILES = (
    Taken("a sound file", "live", GOOD, ONE, (1,)),
    Taken("an empty file", "taken, told in the report", "", told="no header: an empty file"),
    Taken("nothing but blank lines", "taken, told in the report", "\n\n\n", told="no header: an empty file"),
    Taken("nothing but a header", "taken", COLUMNS + "\n"),
    Taken("blank lines before the header", "live", "\n\n" + GOOD, ONE, (1,)),
    Taken(
        "blank lines between rows",
        "live",
        GOOD + "\n\n" + f"I,{AT},@2,open,1,,\n",
        (Row(1), Row(2)),
        (1, 2),
    ),
    Taken("no end of the last line", "live", GOOD.rstrip("\n"), ONE, (1,)),
    Taken("a byte order mark", "live", "\ufeff" + GOOD, ONE, (1,)),
    Taken(
        "a byte order mark before a quoted header",
        "live",
        "\ufeff" + GOOD.replace("Op,", '"Op",'),
        ONE,
        (1,),
    ),
    Taken("lines that end with CR LF", "live", GOOD.replace("\n", "\r\n"), ONE, (1,)),
    Taken("lines that end with CR", "live", GOOD.replace("\n", "\r"), ONE, (1,)),
)
COLUMN_CASES = (
    Taken(
        "columns in another order",
        "live: read by name",
        f"note,due,amount,status,order_id,committed_at,Op\n,,1,open,@1,{AT},I\n",
        ONE,
        (1,),
    ),
    Taken(
        "column names in capitals", "live: read by name", GOOD.replace(COLUMNS, COLUMNS.upper()), ONE, (1,)
    ),
    Taken(
        "a column that nobody knows",
        "live, its values rescued",
        f"{COLUMNS},shop\nI,{AT},@1,open,1,,,Main St\n",
        (Row(1, rescued='{"shop":"Main St"}'),),
        (1,),
        told="unknown columns, kept in _rescued: shop",
    ),
    Taken(
        "a column without a name",
        "live, its values rescued",
        f"{COLUMNS},\nI,{AT},@1,open,1,,,Main St\n",
        (Row(1, rescued='{"":"Main St"}'),),
        (1,),
    ),
    Taken(
        "columns with Headgate's own names",
        "live, their values rescued",
        f"{COLUMNS},_op,_file,_row\nI,{AT},@1,open,1,,,D,other.csv,7\n",
        (Row(1, rescued='{"_op":"D","_file":"other.csv","_row":"7"}'),),
        (1,),
        told="unknown columns, kept in _rescued: _op, _file, _row",
    ),
    Taken(
        "1,000 columns that nobody knows",
        "live, their values rescued",
        ",".join([COLUMNS, *(f"x{n}" for n in range(1000))]) + f"\nI,{AT},@1,open,1,,,7" + "," * 999 + "\n",
        (Row(1, rescued='{"x0":"7"}'),),
        (1,),
        told="x9 and 990 more",
    ),
)
LINES = (
    Taken(
        "a row with too few fields",
        "its text rescued, quarantined; the others live",
        GOOD + f"I,{AT},@2\n",
        (Row(1), Row(None, None, None, apart=NO_ROW, rescued=f'{{"_line":"I,{AT},@2"}}', op=None)),
        (1,),
    ),
    Taken(
        "a row with too many fields",
        "its text rescued, quarantined; the others live",
        GOOD + f"I,{AT},@2,open,1,,,8,9\n",
        (
            Row(1),
            Row(None, None, None, apart=NO_ROW, rescued=f'{{"_line":"I,{AT},@2,open,1,,,8,9"}}', op=None),
        ),
        (1,),
    ),
    Taken(
        "a file cut off inside a row",
        "the rest of the row rescued, quarantined; the others live",
        GOOD + f"I,{AT},@2,op",
        (Row(1), Row(None, None, None, apart=NO_ROW, rescued=f'{{"_line":"I,{AT},@2,op"}}', op=None)),
        (1,),
    ),
    Taken("commas in quotes", "live", changes('I,@1,open,1,,"a,b"'), (Row(1, note="a,b"),), (1,)),
    Taken("a line feed in quotes", "live", changes('I,@1,open,1,,"a\nb"'), (Row(1, note="a\nb"),), (1,)),
    Taken("CR LF in quotes", "live", changes('I,@1,open,1,,"a\r\nb"'), (Row(1, note="a\r\nb"),), (1,)),
    Taken("doubled quotes", "live", changes('I,@1,open,1,,"a""b"'), (Row(1, note='a"b'),), (1,)),
    Taken(
        "a quote inside of a field",
        "live",
        changes('I,@1,open,1,,a"b', "I,@2,open,1,,"),
        (Row(1, note='a"b'), Row(2)),
        (1, 2),
    ),
    Taken(
        "backslashes",
        "live",
        changes("I,@1,open,1,,a\\", 'I,@2,open,1,,"b\\"'),
        (Row(1, note="a\\"), Row(2, note="b\\")),
        (1, 2),
    ),
    Taken(
        "a line that begins with #",
        "quarantined: # begins no comment",
        changes("#I,@1,open,1,,", "I,@2,open,1,,"),
        (Row(1, apart=("op.one_of",), op="#I"), Row(2)),
        (2,),
    ),
    Taken("a NUL byte in a field", "live, kept", changes("I,@1,open,1,,a\0b"), (Row(1, note="a\0b"),), (1,)),
    Taken(
        "a NUL byte at the start of a line",
        "quarantined",
        changes("\0I,@1,open,1,,", "I,@2,open,1,,"),
        (Row(1, apart=("op.one_of",), op="\0I"), Row(2)),
        (2,),
    ),
    Taken(
        "text of many scripts", "live", changes("I,@1,open,1,,日本語 🚀"), (Row(1, note="日本語 🚀"),), (1,)
    ),
    Taken("a field of 10 MB", "live", changes(f"I,@1,open,1,,{'x' * LONG}"), (Row(1, note=LONG),), (1,)),
    Taken(
        "a quoted field of 10,000 lines",
        "live",
        changes('I,@1,open,1,,"' + "x\n" * 10_000 + '"'),
        (Row(1, note=20_000),),
        (1,),
    ),
    Taken(
        "a second header in the middle",
        "quarantined; the others live",
        GOOD + COLUMNS + "\n",
        (
            Row(1),
            Row(
                None,
                "status",
                None,
                note="note",
                apart=("op.one_of", "order_id.required", "committed_at.required", "status.one_of"),
                rescued='{"committed_at":"committed_at","order_id":"order_id","amount":"amount","due":"due"}',
                op="Op",
            ),
        ),
        (1,),
    ),
)
VALUES = (
    Taken(
        "a number too large for its type",
        "null, its text rescued",
        changes("I,@1,open,1e999,,"),
        (Row(1, amount=None, rescued='{"amount":"1e999"}'),),
        (1,),
    ),
    Taken(
        "NaN and Infinity",
        "null, their text rescued",
        changes("I,@1,open,NaN,,", "I,@2,open,-Infinity,,"),
        (
            Row(1, amount=None, rescued='{"amount":"NaN"}'),
            Row(2, amount=None, rescued='{"amount":"-Infinity"}'),
        ),
        (1, 2),
    ),
    Taken(
        "words where a number should be",
        "null, their text rescued",
        changes("I,@1,open,much,,", 'I,@2,open,"1,000",,'),
        (Row(1, amount=None, rescued='{"amount":"much"}'), Row(2, amount=None, rescued='{"amount":"1,000"}')),
        (1, 2),
    ),
    Taken(
        "a key too large for its type",
        "quarantined, its text rescued",
        changes("I,99999999999999999999,open,1,,"),
        (Row(None, apart=NO_KEY, rescued='{"order_id":"99999999999999999999"}'),),
    ),
    Taken(
        "a key with a fraction",
        "quarantined, its text rescued",
        changes("I,1.7,open,1,,"),
        (Row(None, apart=NO_KEY, rescued='{"order_id":"1.7"}'),),
    ),
    Taken("no key", "quarantined", changes("I,,open,1,,"), (Row(None, apart=NO_KEY),)),
    Taken(
        "the 30th of February",
        "null, its text rescued",
        changes("I,@1,open,1,2024-02-30,"),
        (Row(1, rescued='{"due":"2024-02-30"}'),),
        (1,),
    ),
    Taken(
        "a date in the year 0, and one in the year 290,000",
        "null, their text rescued",
        changes("I,@1,open,1,0000-01-01,", "I,@2,open,1,+290000-01-01,"),
        (Row(1, rescued='{"due":"0000-01-01"}'), Row(2, rescued='{"due":"+290000-01-01"}')),
        (1, 2),
    ),
    Taken(
        "a value that breaks a rule",
        "quarantined",
        changes("I,@1,lost,1,,", "I,@2,open,-1,,"),
        (Row(1, "lost", apart=("status.one_of",)), Row(2, amount=-1.0, apart=("amount.between",))),
    ),
    Taken(
        "spaces around values",
        "numbers live; text keeps them, and is quarantined where a rule says so",
        changes("I, @1 ,open, 1 ,,", "I,@2, open,1,,"),
        (Row(1), Row(2, " open", apart=("status.one_of",))),
        (1,),
    ),
    Taken(
        "an empty text in quotes",
        "live: null, like one without quotes",
        changes('I,@1,open,1,"",""'),
        ONE,
        (1,),
    ),
)
TIMES = tuple(
    Taken(
        name,
        "quarantined, its text rescued",
        f"{COLUMNS}\nI,{text},@1,open,1,,\n",
        (Row(1, apart=NO_TIME, rescued=f'{{"committed_at":"{text}"}}'),),
    )
    for name, text in (
        ("a commit time on the 30th of February", "2024-02-30 00:00:00"),
        ("a commit time at 25 o'clock", "2024-01-01 25:00:00"),
        ("a commit time in the year 0", "0000-01-01 00:00:00"),
        ("a commit time years ahead", "2031-01-01 00:00:00"),
        ("a commit time as seconds since 1970", "1704067500"),
    )
)
OPERATIONS = (
    Taken(
        "no commit time",
        "quarantined",
        f"{COLUMNS}\nI,,@1,open,1,,\n",
        (Row(1, apart=NO_TIME),),
    ),
    Taken(
        "a commit time in another zone",
        "live: read as that moment",
        f"{COLUMNS}\nI,2024-01-01T01:05:00+01:00,@1,open,1,,\n",
        ONE,
        (1,),
    ),
    Taken(
        "a commit clock that steps back",
        "live: the later moment wins, whichever line it is on",
        f"{COLUMNS}\nI,2024-01-01 00:04:00,@1,open,1,,\n"
        "U,2024-01-01 00:06:00,@1,paid,1,,\nU,2024-01-01 00:05:00,@1,shipped,1,,\n",
        (Row(1), Row(1, "paid", op="U"), Row(1, "shipped", op="U")),
        (1,),
    ),
    Taken(
        "an unknown operation",
        "quarantined",
        changes("X,@1,open,1,,", "i,@2,open,1,,"),
        (Row(1, apart=("op.one_of",), op="X"), Row(2, apart=("op.one_of",), op="i")),
    ),
    Taken("no operation", "quarantined", changes(",@1,open,1,,"), (Row(1, apart=("op.required",), op=None),)),
    Taken(
        "a full load's operation in a file of changes",
        "quarantined, its text rescued",
        changes("L,@1,open,1,,"),
        (Row(1, apart=("op.required",), rescued='{"op":"L"}', op=None),),
    ),
    Taken(
        "a deletion with nothing but its key",
        "the row is deleted",
        f"{COLUMNS}\nI,2024-01-01 00:04:00,@1,open,1,,\nD,{AT},@1,,,,\n",
        (Row(1), Row(1, None, None, op="D")),
    ),
    Taken(
        "a deletion of a row that nobody knows",
        "kept as a tombstone",
        changes("D,@1,,,,"),
        (Row(1, None, None, op="D"),),
    ),
    Taken(
        "an update of a row that nobody knows",
        "live",
        changes("U,@1,paid,1,,"),
        (Row(1, "paid", op="U"),),
        (1,),
    ),
    Taken(
        "an insert of a row that is there",
        "live: the later one wins",
        changes("I,@1,open,1,,", "I,@1,paid,1,,"),
        (Row(1), Row(1, "paid")),
        (1,),
    ),
    Taken(
        "an update that changes the primary key",
        "the new key is live; the old one stays until its D comes",
        changes("I,@1,open,1,,", "U,@2,open,1,,"),
        (Row(1), Row(2, op="U")),
        (1, 2),
    ),
    Taken(
        "a primary key that changes by D and I",
        "the new key is live, the old one is gone",
        changes("I,@1,open,1,,", "D,@1,,,,", "I,@2,open,1,,"),
        (Row(1), Row(1, None, None, op="D"), Row(2)),
        (2,),
    ),
    Taken(
        "unchanged large values that come as null",
        "null: the source has to send whole rows",
        changes("I,@1,open,1,,a long note", "U,@1,paid,1,,"),
        (Row(1, note="a long note"), Row(1, "paid", op="U")),
        (1,),
    ),
)
NAMES = tuple(
    Taken(f"a name with {what}", "live", GOOD, ONE, (1,), path=f"{FOLDER}/{name}")
    for what, name in (
        ("spaces", "a b.csv"),
        ("percent signs", "a%20b%2.csv"),
        ("plus, hash and question mark", "a+b#c?d.csv"),
        ("the characters of patterns", "a[1]{2,3}*.csv"),
        ("quotes and a backslash", "a'b\"c\\d.csv"),
        ("text of many scripts", "ünï日🚀.csv"),
    )
)
LINK, DIRECTORY, PIPE = b"link", b"directory", b"pipe"
"""What lies there instead of a file; a link leads to a folder where its name is none of a file."""

REFUSED = (
    Taken(
        "a link to a folder",
        "left alone, told in the report",
        LINK,
        told="a link: put the file itself there",
        path="2024/01/01/01",
    ),
    *(
        Taken(name, "left alone, told in the report", GOOD, told=told, path=path)
        for name, path, told in (
            ("another ending", f"{FOLDER}/a.csv.gz", "its name does not end with .csv"),
            ("a folder of the 25th hour", "2024/01/01/25/a.csv", "neither LOAD"),
            ("a folder of the 30th of February", "2024/02/30/01/a.csv", "neither LOAD"),
            ("a file outside of the folders of hours", "a.csv", "neither LOAD"),
            ("a folder too deep", f"{FOLDER}/more/a.csv", "neither LOAD"),
        )
    ),
)
UNFINISHED = tuple(
    Taken(name, "not looked at until it is renamed", GOOD, path=f"{FOLDER}/{path}")
    for name, path in (
        ("a name that begins with a point", ".a.csv"),
        ("a name that begins with _", "_a.csv"),
        ("a name that ends with .tmp", "a.csv.tmp"),
    )
)
TAKEN: tuple[Taken, ...] = (
    *FILES,
    *COLUMN_CASES,
    *LINES,
    *VALUES,
    *TIMES,
    *OPERATIONS,
    *NAMES,
    *REFUSED,
    *UNFINISHED,
)

RENAME = "its name has a colon or a control character, or is not UTF-8: rename it"
HEADER = "gate closed: told what is wrong with the header"
ENCODING = "gate closed: told where it stops being UTF-8"
CLOSES = (
    Closes("no key column", HEADER, GOOD.replace("order_id", "id"), "columns missing: order_id"),
    Closes("no column for the operation", HEADER, GOOD.replace("Op,", "Operation,"), "columns missing: op"),
    Closes(
        "no column for the commit time",
        HEADER,
        GOOD.replace("committed_at", "at"),
        "columns missing: committed_at",
    ),
    Closes(
        "a column of the contract is missing",
        "gate closed: told which one, and what uses it",
        GOOD.replace(",note", ""),
        "columns missing: note; note is used by silver.orders",
    ),
    Closes(
        "a column was renamed",
        "gate closed: told both names, and what uses it",
        GOOD.replace("note", "remark"),
        "columns missing: note; unknown columns: remark; note is used by silver.orders",
    ),
    Closes("a column twice", HEADER, GOOD.replace("note", "status"), "columns repeated: status"),
    Closes(
        "a column twice, once in capitals", HEADER, GOOD.replace("note", "STATUS"), "columns repeated: status"
    ),
    Closes("no header", HEADER, GOOD.partition("\n")[2], "columns missing: order_id, committed_at, op"),
    Closes("tabs between columns", HEADER, GOOD.replace(",", "\t"), "columns missing: order_id"),
    Closes("semicolons between columns", HEADER, GOOD.replace(",", ";"), "columns missing: order_id"),
    Closes(
        "a web page",
        HEADER,
        "<html><body>503 Service Unavailable</body></html>\n",
        "columns missing: order_id",
    ),
    Closes("a header of 200 kB", HEADER, "x" * 200_000 + "\n", "field larger than field limit"),
    Closes(
        "30,000 columns",
        HEADER,
        ",".join(f"x{n}" for n in range(30_000)) + "\n",
        "30,000 columns, more than 2,000",
    ),
    Closes("Latin-1", ENCODING, changes("I,@1,open,1,,caf\udce9"), "not UTF-8 at byte 86, in line 2"),
    Closes("UTF-16", ENCODING, GOOD.encode("utf-16"), "not UTF-8 but UTF-16"),
    Closes(
        "half of a character at the end",
        ENCODING,
        changes("I,@1,open,1,,日").encode()[:-2],
        "not UTF-8 at byte 82, in line 2",
    ),
    Closes("a compressed file", ENCODING, gzip.compress(GOOD.encode(), mtime=0), "not UTF-8 at byte 2"),
    *(
        Closes(f"a name with {what}", "gate closed: told to rename it", GOOD, RENAME, f"{FOLDER}/{path}")
        for what, path in (
            ("a colon", "12:00.csv"),
            ("a line feed", "a\nb.csv"),
            ("bytes that are not UTF-8", "a\udcffb.csv"),
        )
    ),
    Closes("a link out of the folder", "gate closed: no link is followed", LINK, "a link", f"{FOLDER}/l.csv"),
    Closes(
        "a folder where a file should be",
        "gate closed",
        DIRECTORY,
        "a folder with the name of a file",
        f"{FOLDER}/d.csv",
    ),
    Closes("a pipe where a file should be", "gate closed", PIPE, "no regular file", f"{FOLDER}/p.csv"),
    Closes(
        "a full load without any time",
        "gate closed: told to say when it was taken",
        "order_id,committed_at,status,amount,due,note\n@1,soon,open,1,,\n",
        "no row says when the load was taken",
        path="LOAD00000009.csv",
    ),
)

REPLACED = "changed after its hour was done: refused"
LATER = (
    Later("a file as it was, copied anew", "nothing changes", GOOD, GOOD, {1: "open"}),
    Later(
        "a file that is replaced after its hour is done",
        "refused, told in the report: deliver it under another name",
        GOOD,
        GOOD.replace("open", "paid"),
        {1: "open"},
        REPLACED,
    ),
    Later(
        "a file that grows after its hour is done",
        "refused, told in the report: deliver it under another name",
        GOOD,
        GOOD + f"U,{AT},@1,paid,1,,\n",
        {1: "open"},
        REPLACED,
    ),
    Later(
        "a file that is emptied after its hour is done",
        "refused, told in the report: deliver it under another name",
        GOOD,
        "",
        {1: "open"},
        REPLACED,
    ),
    Later("a file that is removed after it was taken", "nothing changes", GOOD, None, {1: "open"}),
    Later("a file of an hour that is done", "live, known later", None, GOOD, {1: "open"}),
    Later(
        "the same bytes in a second file",
        "live, told in the report; every row has its twin",
        GOOD,
        GOOD,
        {1: "open"},
        "same bytes as orders/2024/01/01/00/506.csv",
        f"{FOLDER}/copy.csv",
    ),
)
