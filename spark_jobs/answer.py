"""Record the answer of somebody who was asked whether a candidate is to serve."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.answer import answer
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

said = job_arguments(__doc__, "release", "approved", "by")
settings, approved = Settings(), said.approved == "yes"
loaded = load_pipeline(settings, said.pipeline)
answer(open_session(), settings, loaded, int(said.release), approved=approved, by=said.by)
