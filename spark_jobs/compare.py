"""Compare a pipeline's candidates on folds of its published examples, and show that in MLflow."""

import sys
from pathlib import Path

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.comparison import run_comparison
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "folder")
settings = Settings()
loaded = load_pipeline(settings, arguments.pipeline)
sys.exit(run_comparison(open_session(), settings, loaded, Path(arguments.folder)))
