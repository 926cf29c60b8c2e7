"""Bring MLflow to what a pipeline's model log and release log say."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.reconcile import reconcile
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__)
settings = Settings()
for line in reconcile(open_session(), settings, load_pipeline(settings, arguments.pipeline)):
    print(line, flush=True)
