"""The Delta jars, fetched once by the Ivy that the pyspark wheel carries; no Maven, no host named here."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from headgate.stack.errors import JarsMissing
from headgate.stack.java import find_java

DELTA = "4.4.0"
UNITY_CATALOG = "0.6.0"
MODULES = (
    ("io.delta", "delta-spark_4.2_2.13", DELTA),
    ("io.delta", "delta-storage", DELTA),
    ("io.delta", "delta-kernel-api", DELTA),
    ("io.delta", "delta-kernel-defaults", DELTA),
    ("io.delta", "delta-kernel-unitycatalog", DELTA),
    ("io.unitycatalog", "unitycatalog-client", UNITY_CATALOG),
    ("io.unitycatalog", "unitycatalog-hadoop", UNITY_CATALOG),
)
FOLDER = Path(sys.prefix) / "share" / "delta-jars"


def spark_home() -> Path:
    """Where the pyspark wheel is installed."""
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("pyspark")
    return Path(spec.origin).parent


def jar_paths(folder: Path = FOLDER) -> list[Path]:
    """The jars that belong to this version, whether they are there or not."""
    return [folder / f"{name}-{revision}.jar" for _, name, revision in MODULES]


def missing_jars(folder: Path = FOLDER) -> list[str]:
    """The names of the jars that are not there."""
    return [path.name for path in jar_paths(folder) if not path.is_file()]


def _ivy_module() -> str:
    dependencies = "".join(
        f'<dependency org="{organisation}" name="{name}" rev="{revision}" transitive="false" '
        'conf="default->master"/>'
        for organisation, name, revision in MODULES
    )
    return (
        '<ivy-module version="2.0"><info organisation="headgate" module="jars"/>'
        '<configurations><conf name="default"/></configurations>'
        f"<dependencies>{dependencies}</dependencies></ivy-module>"
    )


def fetch_jars(folder: Path = FOLDER, ivy_settings: Path | None = None) -> None:
    """Fetch what is missing into `folder`; an `ivysettings.xml` may name a mirror.

    Raises NoJava, JarsMissing.
    """
    if not missing_jars(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    java = find_java()
    ivy = next((spark_home() / "jars").glob("ivy-*.jar"))
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        module = Path(scratch, "ivy.xml")
        module.write_text(_ivy_module())
        fetched = Path(scratch, "jars")
        command = [str(java.binary), "-Djava.net.useSystemProxies=true", "-jar", str(ivy)]
        if ivy_settings:
            command += ["-settings", str(ivy_settings)]
        command += ["-ivy", str(module), "-cache", f"{scratch}/cache"]
        command += ["-retrieve", f"{fetched}/[artifact]-[revision].[ext]", "-types", "jar", "-warn"]
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if run.returncode or missing_jars(fetched):
            raise JarsMissing(folder, missing_jars(fetched), "\n".join(run.stdout.splitlines()[-15:]))
        for path in jar_paths(fetched):
            path.replace(folder / path.name)


if __name__ == "__main__":
    fetch_jars()
