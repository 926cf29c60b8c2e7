"""Jars that Spark lacks, fetched once by the Ivy of the pyspark wheel; no Maven, no host named here.

`python -m headgate.stack.jars` fetches Delta's, and with `s3` those for a lake on S3 too.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from headgate.stack.errors import JarsMissing
from headgate.stack.java import find_java

DELTA = "4.4.0"
UNITY_CATALOG = "0.6.0"
HADOOP = "3.5.0"
"""The version of the Hadoop that the pyspark wheel carries."""
AWS_SDK = "2.35.4"
"""The version that this Hadoop is built with."""

AWS_MODULES = (
    *("annotations", "apache-client", "arns", "auth", "aws-core", "aws-query-protocol", "aws-xml-protocol"),
    *("checksums", "checksums-spi", "crt-core", "endpoints-spi", "http-auth", "http-auth-aws"),
    *("http-auth-aws-eventstream", "http-auth-spi", "http-client-spi", "identity-spi", "json-utils"),
    *("metrics-spi", "netty-nio-client", "profiles", "protocol-core", "regions", "retries", "retries-spi"),
    *("s3", "s3-transfer-manager", "sdk-core", "sts", "third-party-jackson-core", "utils", "utils-lite"),
)
"""What of the AWS SDK an S3 client takes: 10 MB, where its bundle of all services has 600."""


@dataclass(frozen=True)
class Jars:
    """Jars that belong together: their name in messages, their folder, and their modules.

    A module is an organisation, a name and a revision.
    """

    title: str
    folder: Path
    modules: tuple[tuple[str, str, str], ...]

    def paths(self, folder: Path | None = None) -> list[Path]:
        """The jars that belong to this version, whether they are there or not."""
        return [(folder or self.folder) / f"{name}-{revision}.jar" for _, name, revision in self.modules]

    def missing(self, folder: Path | None = None) -> list[str]:
        """The names of the jars that are not there."""
        return [path.name for path in self.paths(folder) if not path.is_file()]


DELTA_JARS = Jars(
    "Delta",
    Path(sys.prefix) / "share" / "delta-jars",
    (
        ("io.delta", "delta-spark_4.2_2.13", DELTA),
        ("io.delta", "delta-storage", DELTA),
        ("io.delta", "delta-kernel-api", DELTA),
        ("io.delta", "delta-kernel-defaults", DELTA),
        ("io.delta", "delta-kernel-unitycatalog", DELTA),
        ("io.unitycatalog", "unitycatalog-client", UNITY_CATALOG),
        ("io.unitycatalog", "unitycatalog-hadoop", UNITY_CATALOG),
    ),
)
S3_JARS = Jars(
    "S3",
    Path(sys.prefix) / "share" / "s3-jars",
    (
        ("org.apache.hadoop", "hadoop-aws", HADOOP),
        *(("software.amazon.awssdk", name, AWS_SDK) for name in AWS_MODULES),
        ("software.amazon.eventstream", "eventstream", "1.0.1"),
        ("software.amazon.s3.analyticsaccelerator", "analyticsaccelerator-s3", "1.3.1"),
        ("org.reactivestreams", "reactive-streams", "1.0.4"),
    ),
)


def spark_home() -> Path:
    """Where the pyspark wheel is installed."""
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pyspark")
    return Path(spec.origin).parent


def _ivy_module(jars: Jars) -> str:
    dependencies = "".join(
        f'<dependency org="{organisation}" name="{name}" rev="{revision}" transitive="false" '
        'conf="default->master"/>'
        for organisation, name, revision in jars.modules
    )
    return (
        '<ivy-module version="2.0"><info organisation="headgate" module="jars"/>'
        '<configurations><conf name="default"/></configurations>'
        f"<dependencies>{dependencies}</dependencies></ivy-module>"
    )


def fetch_jars(jars: Jars, ivy_settings: Path | None = None) -> None:
    """Fetch what is missing into the folder of `jars`; an `ivysettings.xml` may name a mirror.

    Raises NoJava, JarsMissing.
    """
    if not jars.missing():
        return
    folder = jars.folder
    folder.mkdir(parents=True, exist_ok=True)
    java = find_java()
    ivy = next((spark_home() / "jars").glob("ivy-*.jar"))
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        module = Path(scratch, "ivy.xml")
        module.write_text(_ivy_module(jars))
        fetched = Path(scratch, "jars")
        command = [str(java.binary), "-Djava.net.useSystemProxies=true", "-jar", str(ivy)]
        if ivy_settings:
            command += ["-settings", str(ivy_settings)]
        command += ["-ivy", str(module), "-cache", f"{scratch}/cache"]
        command += ["-retrieve", f"{fetched}/[artifact]-[revision].[ext]", "-types", "jar", "-warn"]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        missing = jars.missing(fetched)
        if run.returncode or missing:
            raise JarsMissing(jars.title, folder, missing, "\n".join(run.stdout.splitlines()[-15:]))
        for path in jars.paths(fetched):
            path.replace(folder / path.name)


if __name__ == "__main__":
    fetch_jars(DELTA_JARS)
    if "s3" in sys.argv[1:]:
        fetch_jars(S3_JARS)
