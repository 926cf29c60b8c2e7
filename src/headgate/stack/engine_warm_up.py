"""Warm up a new engine and give it the SQL names; started beside it, ends when that is done."""

from __future__ import annotations

import shutil
import socket
import sys
import time
from pathlib import Path

from headgate.hops.catalog import register_all
from headgate.lake.session import open_session
from headgate.monitoring.live_figures import register_live_figures
from headgate.spec.settings import Settings
from headgate.stack.layout import Layout
from headgate.stack.ports import HOST, read_ports

STATEMENTS = (
    "create or replace table delta.`{table}` (key string, at timestamp, value double) using delta",
    "insert into delta.`{table}` select cast(id as string), timestamp'2013-01-01', rand(1) from range(100)",
    "merge into delta.`{table}` t using (select cast(id as string) key, timestamp'2013-01-01' at,"
    " 0.5d value from range(50, 150)) s on t.key = s.key when matched and not (t.value <=> s.value)"
    " then update set * when not matched then insert *",
    "select value > 0.5, count(*), max_by(key, at) from delta.`{table}` group by 1",
)


def wait_for_port(pid: int, port: int) -> bool:
    """Wait until the engine listens; False when its process `pid` has ended instead."""
    while Path(f"/proc/{pid}").exists():
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return True
    return False


def warm_up(settings: Settings, pid: int) -> None:
    """Prepare engine `pid` once it listens, then say that it is ready."""
    layout = Layout.of(settings)
    ports = read_ports(layout.run / "ports.json")
    if ports is None or not wait_for_port(pid, ports.engine):
        return
    prepare(settings)
    ready = layout.engine_ready.with_suffix(".new")
    ready.write_text(str(pid))
    ready.rename(layout.engine_ready)


def prepare(settings: Settings) -> None:
    """Run the statements of an hour in small and register all SQL names on the engine of SPARK_REMOTE."""
    spark = open_session()
    try:
        table = Layout.of(settings).engine / "warm-up"
        for statement in STATEMENTS:
            spark.sql(statement.format(table=table)).collect()
        shutil.rmtree(table)
        register_live_figures(spark, register_all(spark, settings))
    finally:
        spark.stop()


if __name__ == "__main__":
    warm_up(Settings(), int(sys.argv[1]))
