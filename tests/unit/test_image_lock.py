"""The image holds the versions that everything is tested with."""

from __future__ import annotations

import re

from headgate.spec.settings import REPOSITORY

PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)
ONLY_IN_THE_IMAGE = {"apache-airflow-providers-fab", "flask-appbuilder", "flask-wtf"}


def versions(path: str) -> dict[str, str]:
    return dict(PINNED.findall((REPOSITORY / path).read_text()))


def test_shared_packages_have_the_same_versions() -> None:
    tested, image = versions("requirements.lock"), versions("docker/requirements.lock")
    assert {name: version for name, version in image.items() if tested.get(name, version) != version} == {}
    assert len(tested.keys() & image.keys()) > 150
    assert image.keys() - tested.keys() >= ONLY_IN_THE_IMAGE


def test_checks_and_tests_stay_out() -> None:
    assert not versions("docker/requirements.lock").keys() & {"pytest", "mypy", "ruff", "selenium", "duckdb"}


def test_every_package_of_the_lock_has_its_hashes() -> None:
    text = (REPOSITORY / "docker/requirements.lock").read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)[1:]
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []
    assert "index-url http" not in text
