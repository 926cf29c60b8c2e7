"""What a lake on S3 needs before the embedded stack starts; one in a folder needs nothing."""

from __future__ import annotations

from collections.abc import Callable

from headgate.lake.s3_access import S3Access
from headgate.spec.lake_location import S3Location
from headgate.spec.settings import Settings
from headgate.stack.engine import needed_jars
from headgate.stack.jars import fetch_jars


def ready_lake(settings: Settings, report: Callable[[str], None]) -> None:
    """Try the store, and fetch the jars that are missing; `report` gets a line for each step.

    Raises StoreUnfit, NoJava, JarsMissing.
    """
    if not isinstance(settings.lake, S3Location):
        return
    from headgate.lake.s3_probe import probe_store  # a lake in a folder needs nothing of it

    report(f"trying the store of {settings.lake}")
    probe_store(settings.lake, S3Access())
    for jars in needed_jars(settings):
        if jars.missing():
            report(f"fetching the {jars.title} jars")
            fetch_jars(jars)
