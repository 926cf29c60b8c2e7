"""Validate what an attempt staged against the tables' contracts."""

from headgate.hops.gate import gate
from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "hop", "attempt")
gate(open_session(), Settings(), arguments.pipeline, arguments.hop, arguments.attempt)
