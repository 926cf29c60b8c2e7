"""An S3-compatible store in a container on the network of a stack, from the image of that stack."""

from __future__ import annotations

import secrets
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.compose.compose_stack import IMAGE, ComposeStack
from tests.s3.s3_server import program, seaweedfs_accounts

NAME, PORT = "headgate-test-store", 8333
SECONDS = 120.0
IN_THE_STORE = "import boto3, sys; client = boto3.client('s3'); "


@dataclass
class StoreContainer:
    """The store; `folder` holds its accounts and its data."""

    stack: ComposeStack
    folder: Path

    ENDPOINT = f"http://{NAME}:{PORT}"

    @staticmethod
    @cache
    def keys() -> dict[str, str]:
        """The keys of its one account, as variables."""
        return {"AWS_ACCESS_KEY_ID": secrets.token_hex(10), "AWS_SECRET_ACCESS_KEY": secrets.token_hex(20)}

    @contextmanager
    def seaweedfs(self, *buckets: str) -> Iterator[StoreContainer]:
        """SeaweedFS, with these buckets."""
        key, secret = self.keys().values()
        (self.folder / "accounts.json").write_text(seaweedfs_accounts(key, secret))
        command = ["server", "-dir=/data", "-ip=127.0.0.1", "-ip.bind=0.0.0.0", "-filer", "-s3"]
        command += [f"-s3.port={PORT}", "-s3.config=/data/accounts.json", "-s3.autoCreateBucket=false"]
        command += ["-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"]
        command += ["-master.volumeSizeLimitMB=64", "-volume.max=50"]
        with self._running("weed", command, buckets):
            yield self

    @contextmanager
    def rclone(self, *buckets: str) -> Iterator[StoreContainer]:
        """rclone's server, which has no conditional PUT."""
        (self.folder / "files").mkdir()
        (self.folder / "files").chmod(0o777)  # the image's user writes there
        command = ["serve", "s3", f"--addr=0.0.0.0:{PORT}", f"--auth-key={','.join(self.keys().values())}"]
        command += ["--config=/data/none", "/data/files"]
        with self._running("rclone", command, buckets):
            yield self

    def objects(self, bucket: str) -> list[str]:
        """The keys of all objects of a bucket, in order."""
        code = (
            "pages = client.get_paginator('list_objects_v2').paginate(Bucket=sys.argv[1]); "
            "print(*sorted(o['Key'] for page in pages for o in page.get('Contents', [])), sep='\\n')"
        )
        return self._client(code, bucket).stdout.split()

    @contextmanager
    def _running(self, name: str, command: Sequence[str], buckets: Sequence[str]) -> Iterator[None]:
        self.folder.chmod(0o777)
        run = [
            "docker",
            "run",
            "--detach",
            "--rm",
            "--name",
            NAME,
            "--network",
            f"{self.stack.project}_store",
        ]
        run += ["--volume", f"{program(name)}:/server:ro", "--volume", f"{self.folder}:/data"]
        subprocess.run([*run, "--entrypoint", "/server", IMAGE, *command], check=True, capture_output=True)
        try:
            for side in ("airflow", "tracking"):  # by which the servers that people reach go out
                join = ["docker", "network", "connect", f"{self.stack.project}_{side}", NAME]
                subprocess.run(join, check=True, capture_output=True)
            for bucket in buckets:
                self._make(bucket)
            yield
        finally:
            subprocess.run(["docker", "stop", "--time", "5", NAME], check=True, capture_output=True)

    def _make(self, bucket: str) -> None:
        """Make a bucket, as soon as the server answers."""
        limit = time.monotonic() + SECONDS
        while True:
            made = self._client("client.create_bucket(Bucket=sys.argv[1])", bucket)
            if made.returncode == 0:
                return
            assert time.monotonic() < limit, made.stderr
            time.sleep(1)

    def _client(self, code: str, bucket: str) -> subprocess.CompletedProcess[str]:
        """Run Python with a client of the store, in a container beside it."""
        said = {**self.keys(), "AWS_ENDPOINT_URL": self.ENDPOINT, "AWS_REGION": "us-east-1"}
        run = ["docker", "run", "--rm", "--network", f"{self.stack.project}_store"]
        run += [word for name, value in said.items() for word in ("--env", f"{name}={value}")]
        line = [*run, IMAGE, "python", "-c", IN_THE_STORE + code, bucket]
        return subprocess.run(line, capture_output=True, text=True)
