"""Which hours of a pipeline were published with which spec, as its ledger says, read without a JVM."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from headgate.hops.kept_specs import kept_spec
from headgate.hops.ledger import Entry, Ledger
from headgate.spec.hour_range import HourRange
from headgate.spec.hours import NO_HOURS, Hours
from headgate.spec.layers import LAYERS
from headgate.spec.load import LoadedPipeline
from headgate.spec.settings import Settings
from headgate.spec.spec_document import SpecDocument


@dataclass(frozen=True)
class PublishedSpecs:
    """What is published, hour by hour.

    `hours`: for each hop and digest of a spec the hours that were last published with it, none beyond the
    frontier; the spec of the latest publish comes last. `documents`: the specs that were kept, by digest.
    `newest`: the spec of the last publish of all; None where it was not kept.
    """

    frontier: datetime | None = None
    hours: dict[str, dict[str, Hours]] = field(default_factory=dict)
    documents: dict[str, SpecDocument] = field(default_factory=dict)
    newest: SpecDocument | None = None


def published_specs(settings: Settings, loaded: LoadedPipeline) -> PublishedSpecs:
    """Read the ledger of the pipeline and the specs that it names. Raises DamagedSpec.

    Hours are done when the last hop of the spec that they were published with was through, which need not be
    the last hop of the present spec.
    """
    name = loaded.spec.pipeline
    done = Ledger(settings, name, loaded.spec.hops[-1]).done()
    if not done:
        return PublishedSpecs()
    found = {digest: kept_spec(settings, name, digest) for digest in {entry.spec for entry in done}}
    documents = {digest: document for digest, document in found.items() if document is not None}
    newest = documents.get(done[-1].spec)
    last_hop = (newest.spec if newest else loaded.spec).hops[-1]
    frontier = max((entry.range_end for entry in done if entry.hop == last_hop), default=None)
    if frontier is None:
        return PublishedSpecs(documents=documents, newest=newest)
    through = Hours((HourRange(None, frontier),))
    return PublishedSpecs(
        frontier,
        {hop: _last_published([entry for entry in done if entry.hop == hop], through) for hop in LAYERS},
        documents,
        newest,
    )


def _last_published(entries: list[Entry], through: Hours) -> dict[str, Hours]:
    """The hours by the spec of their last publish. `entries`: the `done` lines of one hop, oldest first."""
    hours: dict[str, Hours] = {}
    for entry in entries:
        own = Hours((entry.hours,)) & through
        for digest in hours:
            hours[digest] -= own
        hours[entry.spec] = hours.pop(entry.spec, NO_HOURS) | own
    return {digest: left for digest, left in hours.items() if left}
