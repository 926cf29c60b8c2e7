"""Remove a subject from everything that is kept of a pipeline, and print the certificate."""

import json
from datetime import UTC, datetime

from headgate.forgetting.certificate import in_words
from headgate.forgetting.forget import forget
from headgate.forgetting.subject import subject_of
from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

said = job_arguments(__doc__, "table", "key", "why", "by")
settings = Settings()
subject = subject_of(load_pipeline(settings, said.pipeline), said.table, json.loads(said.key))
facts = forget(
    open_session(), settings, said.pipeline, subject, by=said.by, why=said.why, now=datetime.now(UTC)
)
print("\n".join(in_words(facts)))
