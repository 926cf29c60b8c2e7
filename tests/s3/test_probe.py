"""A store is tried before anything is written to it; one without conditional PUT is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.lake.s3_access import S3Access
from headgate.lake.s3_probe import StoreUnfit, probe_store
from headgate.spec.lake_location import S3Location
from headgate.spec.settings import Settings
from headgate.stack import served_store
from headgate.stack.check_machine import findings
from headgate.stack.jars import S3_JARS, fetch_jars
from headgate.stack.ready_lake import ready_lake
from tests.s3.s3_server import BUCKET, S3Server

LAKE = S3Location(BUCKET, "probed")


def test_a_store_that_lets_one_of_several_writers_win_is_fit_and_left_as_it_was(server: S3Server) -> None:
    probe_store(LAKE, S3Access())
    assert server.keys_below("probed") == []


def test_a_store_that_lets_all_of_them_write_is_refused_and_left_as_it_was(
    careless_server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in careless_server.variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StoreUnfit) as refused:
        probe_store(LAKE, S3Access())
    assert str(refused.value) == (
        "4 of 4 writers made the same file, one more afterwards: the store has no conditional PUT "
        "(If-None-Match), so commits would overwrite each other\n"
        f"  where: s3a://lake/probed at {careless_server.endpoint}\n"
        "  left behind: nothing was started, and the file was removed\n"
        "  next: choose a store, or a version of it, that refuses the second of two such writers; or a folder"
    )
    assert careless_server.keys_below("probed") == []


def test_a_bucket_that_is_not_there_is_told(server: S3Server) -> None:
    with pytest.raises(StoreUnfit, match=r"AccessDenied|NoSuchBucket") as refused:
        probe_store(S3Location("another-lake"), S3Access())
    assert refused.value.where == f"s3a://another-lake at {server.endpoint}"


def test_wrong_keys_are_told_without_the_keys(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-the-secret")
    with pytest.raises(StoreUnfit) as refused:
        probe_store(LAKE, S3Access())
    assert "the store does not take, give back and remove a file" in refused.value.what
    assert "AWS_SECRET_ACCESS_KEY" in str(refused.value.next_command)
    assert "not-the-secret" not in str(refused.value)
    assert server.secret not in str(refused.value)


def test_the_doctor_looks_at_the_store(
    server: S3Server, careless_server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=tmp_path, lake=LAKE)
    (fit,) = (finding for finding in findings(settings) if finding.subject == "lake")
    assert (fit.good, fit.words) == (True, "s3a://lake/probed: of several writers of a file one wins")
    for name, value in careless_server.variables.items():
        monkeypatch.setenv(name, value)
    (unfit,) = (finding for finding in findings(settings) if finding.subject == "lake")
    assert not unfit.good
    assert unfit.words.startswith("s3a://lake/probed: 4 of 4 writers made the same file")
    assert unfit.remedy.startswith("choose a store")


def test_the_embedded_stack_tries_the_store_before_it_starts(server: S3Server, tmp_path: Path) -> None:
    fetch_jars(S3_JARS)
    said: list[str] = []
    ready_lake(Settings(home=tmp_path, lake=LAKE), said.append)
    ready_lake(Settings(home=tmp_path), said.append)
    assert said == ["trying the store of s3a://lake/probed"]


def test_the_served_stack_tries_lake_and_artifacts(
    server: S3Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEADGATE_LAKE", str(LAKE))
    monkeypatch.setenv("HEADGATE_ARTIFACTS", "s3://lake/artifacts")
    served_store.main()
    assert capsys.readouterr().out.splitlines() == [
        "s3a://lake/probed: of several writers of a file one wins",
        "s3a://lake/artifacts: of several writers of a file one wins",
    ]
    monkeypatch.setenv("HEADGATE_ARTIFACTS", "s3://another-lake/artifacts")
    with pytest.raises(StoreUnfit):
        served_store.main()
