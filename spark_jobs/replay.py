"""Stage one hop of hours that are done, once more and as one range, into an attempt."""

from headgate.hops.job_arguments import job_arguments
from headgate.hops.stage import stage
from headgate.lake.session import open_session
from headgate.spec.settings import Settings

said = job_arguments(__doc__, "hop", "from-hour", "hour", "attempt")
stage(
    open_session(),
    Settings(),
    said.pipeline,
    said.hop,
    said.hour,
    said.attempt,
    replay_from=said.from_hour,
)
