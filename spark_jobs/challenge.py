"""Put a model of a pipeline on trial."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.challenge import challenge
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

said = job_arguments(__doc__, "model", "why", "by")
settings = Settings()
loaded = load_pipeline(settings, said.pipeline)
challenge(open_session(), settings, loaded, int(said.model), by=said.by, why=said.why)
