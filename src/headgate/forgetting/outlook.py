"""What forgetting a subject would do, before anything is done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import SparkSession

from headgate.forgetting.find import Finder
from headgate.forgetting.found import Found
from headgate.forgetting.reach import reach
from headgate.forgetting.subject import Subject
from headgate.hops.ledger import Ledger
from headgate.releases.model_headers import headers
from headgate.releases.release_rows import releases
from headgate.spec.hour_range import HourRange
from headgate.spec.lineage import EXAMPLES
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings


@dataclass(frozen=True)
class Outlook:
    """`found` of the subject, the `hours` to derive again, and the numbers of the models that may have
    learned from it and of the releases that let them serve."""

    found: Found
    hours: HourRange | None
    models: list[int]
    releases: list[int]

    def lines(self) -> Iterator[str]:
        """The same in sentences; none names the subject."""
        found = self.found
        for feed, places in sorted(found.places.items()):
            yield f"bronze.{feed}: {_going(len(places), 'row')}"
        for table, changes in sorted(found.changes.items()):
            if changes:
                keys = len(found.keys.get(table, ()))
                with_keys = f", with {keys:,} {'key' if keys == 1 else 'keys'}" if keys else ""
                yield f"silver.{table}: {_going(changes, 'change')}{with_keys}"
        if found.quarantined:
            yield f"of these changes {_are(found.quarantined)} in quarantine"
        if found.unreadable:
            have = "1 has" if found.unreadable == 1 else f"{found.unreadable:,} have"
            yield f"of these rows {have} a key that cannot be read, and holds the values of this one"
        if self.hours is None:
            yield "no hour is derived again: it was not published yet"
        else:
            start = "the first hour" if self.hours.start is None else f"{self.hours.start:%Y-%m-%d %H:%M}"
            yield f"derived again without it: {start} to {self.hours.end:%Y-%m-%d %H:%M}"
        yield "removed: earlier versions of all tables, all staging, reports and statistics that hold it"
        if self.models:
            yield f"models that may have learned from it: {_listed(self.models)}; they cannot be fitted again"
        if self.releases:
            yield f"releases that cannot come back: {_listed(self.releases)}"
        yield f"landing files that hold it, and are the source's to mend: {len(found.landing):,}"


def outlook(
    spark: SparkSession, settings: Settings, loaded: LoadedPipeline, ledger: Ledger, subject: Subject
) -> Outlook:
    """Find the subject and say what depends on it."""
    found = Finder(spark, settings, loaded, ledger.versions()).find(subject)
    hours = reach(ledger, found.first_known) if found.first_known else None
    models = concerned_models(settings, loaded, ledger, hours) if hours else []
    return Outlook(found, hours, models, concerned_releases(settings, loaded.spec.pipeline, models))


def concerned_models(
    settings: Settings, loaded: LoadedPipeline, ledger: Ledger, hours: HourRange
) -> list[int]:
    """The models whose examples, as of their frontier, lie within the hours that are derived again."""
    if EXAMPLES not in ledger.versions():
        return []
    return [
        int(header["model"])
        for header in headers(settings, loaded.spec.pipeline)
        if hours.start is None or header["frontier"] > hours.start.isoformat()
    ]


def concerned_releases(settings: Settings, pipeline: str, models: list[int]) -> list[int]:
    """The releases that let one of the models serve."""
    return [row.release for row in releases(settings, pipeline) if row.model in models]


def _going(count: int, noun: str) -> str:
    return f"1 {noun} goes" if count == 1 else f"{count:,} {noun}s go"


def _are(count: int) -> str:
    return "1 is" if count == 1 else f"{count:,} are"


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
