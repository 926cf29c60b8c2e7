"""Files of bad input by their text: ends of lines, headers, columns, quotes."""

from __future__ import annotations

from tests.hours.bad_input_case import AT, COLUMNS, GOOD, LONG, NO_ROW, ONE, Row, Taken, changes

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
