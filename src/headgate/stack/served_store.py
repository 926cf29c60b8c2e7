"""The store of a served stack, tried at each start before anything is written to it."""

from __future__ import annotations

import os
import sys

from headgate.lake.s3_access import S3Access
from headgate.lake.s3_probe import probe_store
from headgate.spec.errors import HeadgateError
from headgate.spec.lake_location import S3Location, is_on_s3, lake_location
from headgate.spec.settings import Settings


def main() -> None:
    """Try where lake and artifacts are, as far as that is on S3. Raises StoreUnfit."""
    artifacts = os.environ["HEADGATE_ARTIFACTS"]
    places = [Settings().lake, *([lake_location(artifacts)] if is_on_s3(artifacts) else [])]
    for place in places:
        if isinstance(place, S3Location):
            probe_store(place, S3Access())
            print(f"{place}: of several writers of a file one wins")


if __name__ == "__main__":
    try:
        main()
    except HeadgateError as refused:
        sys.exit(f"error: {refused}")
