"""Landing files with odd names, what is no landing file, what closes the gate, files that change."""

from __future__ import annotations

import gzip

from tests.hours.bad_input_case import AT, FOLDER, GOOD, ONE, Closes, Later, Taken, changes

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
        "no row says when the load was taken: mend it, or say load_taken_at for the feed",
        path="LOAD00000009.csv",
    ),
    *(
        Closes(
            f"a full load with a row from far {where}",
            "gate closed: told to mend it, or to say when it was taken",
            f"order_id,committed_at,status,amount,due,note\n@1,{AT},open,1,,\n@2,{moment},open,1,,\n",
            f"rows say that the load was taken from {span}: mend it, or say load_taken_at for the feed",
            path=f"LOAD0000000{number}.csv",
        )
        for number, where, moment, span in (
            (7, "ahead", "2099-01-01 00:00:00", "2024-01-01 to 2099-01-01"),
            (8, "back", "1970-01-01 00:00:00", "1970-01-01 to 2024-01-01"),
        )
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
