"""Fit a recorded model again from the versions that it pins, and compare what comes out."""

import sys
from pathlib import Path

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.reproduce import run_reproduction
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "model", "folder")
settings = Settings()
loaded = load_pipeline(settings, arguments.pipeline)
sys.exit(run_reproduction(open_session(), settings, loaded, int(arguments.model), Path(arguments.folder)))
