"""Compact a pipeline's tables, remove what nobody needs any more, and say what that freed."""

from datetime import UTC, datetime

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.maintain import Keep, maintain
from headgate.spec.duration import parse_duration
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "versions", "staging", "reports")
keep = Keep(*(parse_duration(text) for text in (arguments.versions, arguments.staging, arguments.reports)))
for done in maintain(open_session(), Settings(), arguments.pipeline, keep, datetime.now(UTC)):
    print(done)
