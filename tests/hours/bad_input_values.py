"""Changes with values, commit times and operations that are not as they should be."""

from __future__ import annotations

from tests.hours.bad_input_case import AT, COLUMNS, NO_KEY, NO_TIME, ONE, Row, Taken, changes

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
