"""Lake and artifacts of the compose stack on S3: what `.env` says of them."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from headgate.lake.s3_access import S3Access
from headgate.spec.errors import HeadgateError
from headgate.spec.lake_location import S3Location, is_on_s3, lake_location
from headgate.stack.account_passwords import values_of

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


class StoreNotNamed(HeadgateError):
    """What is said of the store does not suffice."""


@dataclass(frozen=True)
class ComposeStore:
    """Where lake and artifacts are to be, at which endpoint (empty: Amazon's), in which region."""

    lake: S3Location
    artifacts: S3Location
    endpoint: str
    region: str

    def env_text(self, environment: Mapping[str, str] = os.environ) -> str:
        """The lines of `.env`; the keys are those of the caller's environment, which they never leave for a
        command line. Raises StoreNotNamed."""
        missing = [name for name in KEYS if not environment.get(name)]
        if missing:
            raise StoreNotNamed(
                f"the store's keys are not in the environment: {' and '.join(missing)}",
                None,
                "no .env was written",
                f"export {' '.join(KEYS)}, then repeat",
            )
        chosen = {
            "STORE_INTERNAL": "false",
            "HEADGATE_LAKE": str(self.lake),
            "HEADGATE_ARTIFACTS": str(self.artifacts).replace("s3a://", "s3://"),  # as MLflow knows it
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            **{name: environment[name] for name in KEYS},
        }
        lines = ["", "# lake and artifacts on S3", *(f"{name}={value}" for name, value in chosen.items())]
        return "\n".join(lines) + "\n"


def places_on_s3(env_file: Path) -> list[str]:
    """Where lake and artifacts are, of a stack with this `.env`, as far as that is on S3."""
    said = values_of(env_file)
    places = (said.get(name, "") for name in ("HEADGATE_LAKE", "HEADGATE_ARTIFACTS"))
    return [place for place in places if is_on_s3(place)]


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _refused(message)


def compose_store(arguments: Sequence[str]) -> ComposeStore | None:
    """The store that the arguments of `compose init` name; None without any. Raises StoreNotNamed,
    NoSuchLocation."""
    if not arguments:
        return None
    parser = _Parser(prog="./headgate compose init", add_help=False, allow_abbrev=False)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--artifacts", required=True)
    parser.add_argument("--endpoint", default="")
    parser.add_argument("--region", default=S3Access().region)
    said = parser.parse_args(arguments)
    lake, artifacts = lake_location(said.lake), lake_location(said.artifacts)
    if not (isinstance(lake, S3Location) and isinstance(artifacts, S3Location)):
        raise _refused("--lake and --artifacts are both at s3://bucket/prefix")
    if said.endpoint and urlsplit(said.endpoint).scheme not in ("http", "https"):
        raise _refused(f"--endpoint begins with https:// or http://, not {said.endpoint}")
    return ComposeStore(lake, artifacts, said.endpoint, said.region)


def _refused(message: str) -> StoreNotNamed:
    return StoreNotNamed(
        message,
        "./headgate compose init",
        "no .env was written",
        "./headgate compose init --lake s3://bucket/lake --artifacts s3://bucket/artifacts "
        "[--endpoint https://address] [--region name]",
    )
