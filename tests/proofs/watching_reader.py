"""A reader that looks at the published tables all the while and notes whatever should never be seen."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from pyspark.errors import PySparkException
from pyspark.sql.connect.session import SparkSession

from headgate.lake.engine_patience import engine_has_ended, noticing_its_end
from headgate.lake.paths import table_path
from headgate.spec.errors import HeadgateError
from headgate.spec.settings import Settings
from headgate.stack.addresses import addresses
from tests.integration.headgate_stack import HeadgateStack

INTERVAL = 3.0
KEYS = {"flights": ["flight_id"], "weather": ["origin", "time_hour"]}


@dataclass
class WatchingReader:
    """Reads the version set that the ledger's latest `done` lines name, until it is told to stop.

    `looks`: version sets read; `missed`: looks for which the engine was away; `wrong`: what was seen.
    In every set the live rows of silver must be the winners among the unmarked changes of the change log, so
    that a row that broke a quarantine rule, a hop published by half and versions that do not belong together
    all show; no example may be of an hour beyond the frontier.
    """

    stack: HeadgateStack
    looks: int = 0
    missed: int = 0
    wrong: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> WatchingReader:
        self._thread = threading.Thread(target=self._watch, name="reader", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        session: SparkSession | None = None
        while not self._stop.wait(INTERVAL):
            try:
                if session is None:
                    session = SparkSession(connection=addresses(self.stack.settings).engine)
                    session.client.set_retry_policies([noticing_its_end()])
                self.wrong += wrong_rows(session, self.stack)
                self.looks += 1
            except (PySparkException, HeadgateError, OSError) as error:
                self.missed += 1
                if not (engine_has_ended(error) or isinstance(error, (HeadgateError, OSError))):
                    self.wrong.append(f"the reader could not read: {str(error)[:300]}")
                session = None
            except Exception as error:
                self.wrong.append(f"the reader ended: {error!r}")
                raise


def wrong_rows(spark: SparkSession, stack: HeadgateStack) -> list[str]:
    """What is wrong with the version set that the ledger names now."""
    ledger = stack.ledger()
    versions, frontier = ledger.versions(), ledger.frontier()
    found = []
    for table, key in KEYS.items():
        log, live = (_at(stack.settings, f"silver.{table}{end}", versions) for end in ("_changes", ""))
        count = _count(spark, _unlike_the_winners(log, live, key))
        if count:
            found.append(f"{count} rows of {live} are not the winners of {log}")
    example = _at(stack.settings, "gold.examples", versions)
    beyond = _count(spark, f"SELECT 1 FROM {example} WHERE as_of > TIMESTAMP '{frontier:%Y-%m-%d %H:%M:00}Z'")
    if beyond:
        found.append(f"{beyond} rows of {example} are beyond {frontier}")
    return found


def _unlike_the_winners(log: str, live: str, key: list[str]) -> str:
    """Live rows and winners that differ; the sample has one load, so the sequence alone decides."""
    names = ", ".join(key)
    return f"""
        SELECT 1
        FROM (SELECT {names}, max(_sequence) AS won FROM {log} WHERE size(_failed_rules) = 0 GROUP BY {names})
        FULL OUTER JOIN (SELECT {names}, substring(_sequence, instr(_sequence, '|') + 1) AS lives FROM {live})
        USING ({names})
        WHERE NOT won <=> lives"""


def _at(settings: Settings, table: str, versions: dict[str, int]) -> str:
    return f"delta.`{table_path(settings.lake, 'flights', table)}` VERSION AS OF {versions[table]}"


def _count(spark: SparkSession, rows: str) -> int:
    (count,) = spark.sql(f"SELECT count(*) FROM ({rows})").collect()[0]
    return int(count)
