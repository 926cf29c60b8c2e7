"""Search for a better recipe within a budget in seconds, and fit the winner into an attempt."""

from headgate.hops.job_arguments import job_arguments
from headgate.lake.session import open_session
from headgate.releases.comparison import say_fit
from headgate.releases.tuning import tune_pipeline
from headgate.spec.load import load_pipeline
from headgate.spec.settings import Settings

arguments = job_arguments(__doc__, "attempt", "budget")
settings = Settings()
loaded = load_pipeline(settings, arguments.pipeline)
tune_pipeline(open_session(), settings, loaded, arguments.attempt, float(arguments.budget), say_fit)
