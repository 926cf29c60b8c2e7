"""Go back to an earlier release of a pipeline."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.rollback import roll_back
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

said = job_arguments(__doc__, "release", "tables", "why", "by", "run")
settings = Settings()
roll_back(
    open_session(),
    settings,
    load_pipeline(settings, said.pipeline),
    int(said.release),
    tables=said.tables == "yes",
    by=said.by,
    why=said.why,
    run=said.run,
)
