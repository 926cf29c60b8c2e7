"""Evaluate the model that an attempt recorded and show it in MLflow."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.evaluate import evaluate
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "attempt")
settings = Settings()
evaluate(open_session(), settings, load_pipeline(settings, arguments.pipeline), arguments.attempt)
