"""Look at a pipeline's open trial, and leave what was found in a file."""

from pathlib import Path

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.look import leave_look
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "found")
settings = Settings()
leave_look(open_session(), settings, load_pipeline(settings, arguments.pipeline), Path(arguments.found))
