"""Try a store before anything is written to it: of several writers of one file, one must win.

Each commit of a Delta table is a new file in the table's log. A store that lets two writers make the same one
loses the first one's rows without a word.
"""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, NoReturn

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from headgate.lake.s3_access import S3Access
from headgate.spec.errors import HeadgateError
from headgate.spec.lake_location import S3Location

WRITERS = 4
"""How many write the same file at the same moment."""

REFUSED = (409, 412)
"""How a store answers those who come too late: somebody is writing the file, or has written it."""

TIMEOUT = 20
"""Seconds that one request may take."""


class StoreUnfit(HeadgateError):
    """A store does not take files, or does not keep several writers apart."""


def probe_store(location: S3Location, access: S3Access) -> None:
    """Write a file below `location` from several sides at once, read it back, and remove it.

    Raises StoreUnfit, with what is wrong and what may be done.
    """
    client = boto3.Session().client(
        "s3",
        region_name=access.region,
        endpoint_url=access.endpoint_url or None,
        config=Config(connect_timeout=TIMEOUT, read_timeout=TIMEOUT, retries={"total_max_attempts": 2}),
    )
    _Probe(client, location, location / f".headgate-probe-{uuid.uuid4().hex}", access.endpoint_url).run()


class _Probe:
    def __init__(self, client: Any, location: S3Location, file: S3Location, endpoint: str) -> None:
        self.client, self.location, self.endpoint = client, location, endpoint
        self.file = {"Bucket": file.bucket, "Key": file.prefix}

    def run(self) -> None:
        try:
            self._one_of_several_wins()
        except (BotoCoreError, ClientError) as error:
            self._out_of_reach(error)
        finally:
            with suppress(BotoCoreError, ClientError):  # what went wrong before that is told
                self.client.delete_object(**self.file)

    def _one_of_several_wins(self) -> None:
        with ThreadPoolExecutor(WRITERS) as writers:
            wrote = list(writers.map(self._write, [f"writer {number}" for number in range(WRITERS)]))
        winners = [text for text in wrote if text is not None]
        again = self._write("the last one")
        if len(winners) != 1 or again is not None:
            self._unfit(
                f"{len(winners)} of {WRITERS} writers made the same file, "
                f"{'one more' if again is not None else 'none'} afterwards: the store has no conditional PUT "
                "(If-None-Match), so commits would overwrite each other"
            )
        found = str(self.client.get_object(**self.file)["Body"].read(), "utf-8")
        if found != winners[0]:
            self._unfit(f"the file holds '{found}', but '{winners[0]}' was let write it")
        self.client.delete_object(**self.file)
        if self.client.list_objects_v2(Bucket=self.file["Bucket"], Prefix=self.file["Key"]).get("Contents"):
            self._unfit("a file that was removed is still listed")

    def _write(self, text: str) -> str | None:
        """Make the file; returns `text`, or None where the store refused since it is there."""
        try:
            self.client.put_object(**self.file, Body=text.encode(), IfNoneMatch="*")
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in REFUSED:
                return None
            raise
        return text

    def _out_of_reach(self, error: BotoCoreError | ClientError) -> NoReturn:
        raise StoreUnfit(
            f"the store does not take, give back and remove a file: {error}",
            self._where(),
            f"nothing was started; {self.file['Key']} may be left there",
            "look at AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and whether "
            "the bucket is there; then repeat",
        ) from error

    def _unfit(self, what: str) -> NoReturn:
        self.client.delete_object(**self.file)
        raise StoreUnfit(
            what,
            self._where(),
            "nothing was started, and the file was removed",
            "choose a store, or a version of it, that refuses the second of two such writers; or a folder",
        )

    def _where(self) -> str:
        return f"{self.location} at {self.endpoint}" if self.endpoint else str(self.location)
