"""Stage one hop of one hour into an attempt."""

from headgate.hops.job_arguments import job_arguments
from headgate.hops.stage import stage
from headgate.lake.session import open_session
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "hop", "hour", "attempt")
stage(open_session(), Settings(), arguments.pipeline, arguments.hop, arguments.hour, arguments.attempt)
