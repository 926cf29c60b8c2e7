"""Remove what earlier versions of the tables hold: files, logs, and pins of models that learned from it."""

from __future__ import annotations

from datetime import datetime, timedelta

from pyspark.sql import SparkSession

from headgate.forgetting.measure import stored_tables
from headgate.hops.ledger import Entry, Ledger
from headgate.lake.clean_log import clean_log
from headgate.lake.compact import compact
from headgate.lake.history import current_version, table_properties
from headgate.lake.paths import table_path
from headgate.lake.pins import pin, pin_path
from headgate.lake.storage import files_below, remove_files, remove_folder
from headgate.lake.vacuum import vacuum
from headgate.releases.forgotten import forgetting_of
from headgate.releases.model_headers import headers
from headgate.spec.settings import Settings

AT_ONCE = timedelta(0)
MARK = "headgate.forgetting"
PROPERTIES = {
    "delta.deletedFileRetentionDuration": "interval 0 minutes",
    "delta.logRetentionDuration": "interval 0 minutes",
    "delta.enableExpiredLogCleanup": "false",
}
"""Until maintenance sets them again: nothing of what was replaced is kept, in checkpoints neither."""


def settle_pins(spark: SparkSession, settings: Settings, pipeline: str, ledger: Ledger) -> None:
    """Pin what models that know nothing of the subject learned from; let go of the pins of the others."""
    kept: set[tuple[str, int]] = set()
    dropped: set[tuple[str, int]] = set()
    for header in headers(settings, pipeline):
        pins = {(table, int(version)) for table, version in header["pins"].items()}
        (dropped if forgetting_of(ledger, header) else kept).update(pins)
    for table, version in sorted(kept):
        pin(spark, table_path(settings.lake, pipeline, table), version)
    for table, version in sorted(dropped - kept):
        remove_folder(pin_path(table_path(settings.lake, pipeline, table), version))


def rewrite_tables(
    spark: SparkSession, settings: Settings, pipeline: str, ledger: Ledger, line: Entry
) -> None:
    """Rewrite files that hold deleted rows, and end each table with a commit that says nothing of files.

    Commits name the values of the files that they remove; the last one, which stays in the log, names none.
    """
    for table in stored_tables(settings, pipeline, ledger):
        path = table_path(settings.lake, pipeline, table)
        if table_properties(path).get(MARK) != str(line.number):
            compact(spark, path)
            said = {**PROPERTIES, MARK: str(line.number)}
            listed = ", ".join(f"'{name}' = '{value}'" for name, value in said.items())
            spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ({listed})").collect()


def purge_tables(
    spark: SparkSession, settings: Settings, pipeline: str, ledger: Ledger, now: datetime
) -> None:
    """Remove the files and the log of all versions but the newest of each table, and what no pin needs."""
    for table in stored_tables(settings, pipeline, ledger):
        path = table_path(settings.lake, pipeline, table)
        vacuum(spark, path, AT_ONCE)
        clean_log(path, now, AT_ONCE, current_version(path))
        log = files_below(f"{path}/_delta_log")
        remove_files(file.path for file in log if file.name.startswith(".") and file.name.endswith(".crc"))
