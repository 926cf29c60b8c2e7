"""Stage the scores of one hour into an attempt."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.serving.stage_scores import stage_scores
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "hour", "attempt")
stage_scores(open_session(), Settings(), arguments.pipeline, arguments.hour, arguments.attempt)
