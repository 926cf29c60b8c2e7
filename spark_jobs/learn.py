"""Fit a pipeline's next candidate into an attempt, unless nothing has changed since the newest model."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.candidate import learn_candidate
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "attempt")
settings = Settings()
learn_candidate(open_session, settings, load_pipeline(settings, arguments.pipeline), arguments.attempt)
