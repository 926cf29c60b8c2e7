"""Where a lake may be: in a folder, or in a bucket of an S3-compatible store."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from headgate.spec.errors import HeadgateError

_S3 = re.compile(r"s3a?://(?P<bucket>[^/]+)/?(?P<prefix>.*)")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*(/|$))*")


class NoSuchLocation(HeadgateError):
    """A location is neither a folder nor a bucket with a prefix."""


@dataclass(frozen=True)
class S3Location:
    """A prefix of a bucket; what lies below it is named with `/`, as with a folder.

    As a text it is `s3a://<bucket>/<prefix>`, by which Spark and delta-rs both know it.
    """

    bucket: str
    prefix: str = ""

    def __truediv__(self, name: str) -> S3Location:
        return S3Location(self.bucket, f"{self.prefix}/{name}" if self.prefix else name)

    def __str__(self) -> str:
        return f"s3a://{self.bucket}/{self.prefix}".rstrip("/")


def is_on_s3(text: str) -> bool:
    """Whether a location, written as a text, is in a bucket."""
    return text.startswith(("s3://", "s3a://"))


def lake_location(text: str) -> Path | S3Location:
    """What `text` names: `s3://bucket/prefix` (also `s3a://`), else a folder. Raises NoSuchLocation."""
    if "://" not in text:
        return Path(text).expanduser().resolve()
    found = _S3.fullmatch(text)
    if found is None:
        raise NoSuchLocation(
            f"a lake is in a folder or at s3://bucket/prefix, not at {text}",
            "HEADGATE_LAKE",
            "nothing was started",
            "give it a folder or s3://bucket/prefix",
        )
    bucket, prefix = found["bucket"], found["prefix"].rstrip("/")
    if not _BUCKET.fullmatch(bucket):
        raise NoSuchLocation(
            f"{bucket} is no name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens",
            "HEADGATE_LAKE",
            "nothing was started",
            "give it s3://bucket/prefix",
        )
    if not _PREFIX.fullmatch(prefix):
        raise NoSuchLocation(
            f"the prefix {prefix} has more in it than letters, digits, and . _ - between single slashes",
            "HEADGATE_LAKE",
            "nothing was started",
            "give it s3://bucket/prefix",
        )
    return S3Location(bucket, prefix)
