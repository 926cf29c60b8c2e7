"""Put a decision about a closed gate on record."""

from headgate.hops.decide import decide
from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.spec.settings import Settings

said = job_arguments(__doc__, "decision", "digest", "why", "by")
decide(open_session(), Settings(), said.pipeline, said.decision, said.digest, by=said.by, why=said.why)
