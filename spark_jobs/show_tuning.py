"""Show the trials of a search in MLflow."""

from headgate.hops.job_arguments import job_arguments
from headgate.releases.tuning_runs import show_tuning
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "attempt")
show_tuning(Settings(), arguments.pipeline, arguments.attempt)
