"""Publish an attempt that its gate has passed."""

from headgate.hops.job_arguments import job_arguments
from headgate.hops.publish import publish
from headgate.lake.session import open_session
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "hop", "attempt")
publish(open_session(), Settings(), arguments.pipeline, arguments.hop, arguments.attempt)
