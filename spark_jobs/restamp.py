"""Treat history that was delivered late as known when it was committed, from an hour on."""

from headgate.hops.job_arguments import job_arguments
from headgate.hops.restamp import restamp
from headgate.lake.session import open_session
from headgate.spec.settings import Settings

said = job_arguments(__doc__, "from-hour", "hour", "why", "by", "run")
restamp(
    open_session(),
    Settings(),
    said.pipeline,
    said.from_hour,
    said.hour,
    by=said.by,
    why=said.why,
    run=said.run,
)
