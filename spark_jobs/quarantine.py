"""Put a request about rows in quarantine on record."""

import json

from headgate.hops.ask_quarantine import request_rows
from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "request")
settings = Settings()
request_rows(
    open_session(), settings, load_pipeline(settings, arguments.pipeline), **json.loads(arguments.request)
)
