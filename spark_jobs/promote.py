"""Decide on a registered version of a pipeline's model, and let it serve if it is to."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.promotion import promote
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "version")
settings = Settings()
promote(open_session(), settings, load_pipeline(settings, arguments.pipeline), int(arguments.version))
