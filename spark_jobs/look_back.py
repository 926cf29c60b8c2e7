"""Look back at a pipeline's predictions: live figures and drift."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.monitoring.look_back import look_back
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__)
settings = Settings()
for line in look_back(open_session(), settings, load_pipeline(settings, arguments.pipeline)):
    print(line, flush=True)
