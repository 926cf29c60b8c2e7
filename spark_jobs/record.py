"""Commit the candidate that an attempt staged to the model log."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.model_log import record
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "attempt")
record(open_session(), Settings(), arguments.pipeline, arguments.attempt)
