"""`query` runs statements that read and refuses all others before the engine sees them."""

from __future__ import annotations

import pytest

from headgate.cli.engine_query import QueryRefused, read_only, without_plan


@pytest.mark.parametrize(
    ("sql", "sent"),
    [
        ("SELECT 1", "SELECT 1"),
        ("select 1;", "select 1"),
        ("  (SELECT 1) UNION ALL (SELECT 2) ; ", "  (SELECT 1) UNION ALL (SELECT 2) "),
        ("-- how many?\nSELECT count(*) FROM t", "-- how many?\nSELECT count(*) FROM t"),
        ("/* INSERT */ SELECT 'INSERT INTO t'", "/* INSERT */ SELECT 'INSERT INTO t'"),
        ("WITH a AS (SELECT 1 AS `delete`) SELECT `delete` FROM a", None),
        ('SELECT "it\'s; -- not a comment" AS update_text', None),
        ("SHOW TABLES IN flights_silver", None),
        ("describe flights_silver.flights", None),
        ("EXPLAIN SELECT 1", None),
    ],
)
def test_reading_statements_are_sent(sql: str, sent: str | None) -> None:
    assert read_only(sql) == (sent or sql)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DROP TABLE t", "this one with DROP"),
        ("insert into t values (1)", "this one with INSERT"),
        ("FROM t INSERT INTO u SELECT *", "this one with FROM"),
        ("/* SELECT */ VACUUM t", "this one with VACUUM"),
        ("-- SELECT\nDELETE FROM t", "this one with DELETE"),
        ("", "this one with none of them"),
        ("WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", "this one would INSERT"),
        (
            "WITH a AS (SELECT ')') MERGE INTO t USING a ON true WHEN MATCHED THEN DELETE",
            "this one would MERGE",
        ),
    ],
)
def test_other_statements_are_refused_with_the_reason(sql: str, said: str) -> None:
    with pytest.raises(QueryRefused) as refused:
        read_only(sql)
    assert said in refused.value.what
    assert refused.value.left == "nothing was run"
    assert refused.value.next_command


def test_the_engines_message_comes_without_plan_and_stack_trace() -> None:
    text = (
        "[TABLE_OR_VIEW_NOT_FOUND] No table `t`.\nVerify the name. SQLSTATE: 42P01; line 1 pos 14;\n"
        "'Project ['x]\n+- 'UnresolvedRelation [t], [], false\n\n\nJVM stacktrace:\norg.apache\n\tat here"
    )
    assert without_plan(text) == (
        "[TABLE_OR_VIEW_NOT_FOUND] No table `t`.\nVerify the name. SQLSTATE: 42P01; line 1 pos 14"
    )
    assert without_plan("[PARSE_SYNTAX_ERROR] near 'x'.\n\n== SQL ==\nSELEC 1\n^^^\n") == (
        "[PARSE_SYNTAX_ERROR] near 'x'.\n\n== SQL ==\nSELEC 1\n^^^"
    )
