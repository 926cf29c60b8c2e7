"""A lake is in a folder or in a bucket; anything else is refused in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.lake.paths import table_path
from headgate.spec.lake_location import NoSuchLocation, S3Location, lake_location
from headgate.spec.settings import Settings


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("s3://data/lake", "s3a://data/lake/orders/silver/orders_changes"),
        ("s3a://data/team_one/lake.v2/", "s3a://data/team_one/lake.v2/orders/silver/orders_changes"),
        ("s3://my-data.example", "s3a://my-data.example/orders/silver/orders_changes"),
        ("/srv/the lake", "/srv/the lake/orders/silver/orders_changes"),
    ],
)
def test_tables_have_their_paths_below_it(text: str, path: str) -> None:
    assert table_path(lake_location(text), "orders", "silver.orders_changes") == path


def test_settings_take_it_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Settings(home=tmp_path).lake == tmp_path / "lake"
    monkeypatch.setenv("HEADGATE_LAKE", "s3://data/lake")
    settings = Settings(home=tmp_path)
    assert settings.lake == S3Location("data", "lake")
    assert settings.staging == tmp_path / "staging"
    monkeypatch.setenv("HEADGATE_LAKE", str(settings.lake))
    assert Settings(home=tmp_path).lake == settings.lake


NEXT = "  where: HEADGATE_LAKE\n  left behind: nothing was started\n  next: give it s3://bucket/prefix"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "gs://data/lake",
            "a lake is in a folder or at s3://bucket/prefix, not at gs://data/lake\n"
            "  where: HEADGATE_LAKE\n"
            "  left behind: nothing was started\n"
            "  next: give it a folder or s3://bucket/prefix",
        ),
        (
            "s3://My_Data/lake",
            "My_Data is no name of a bucket: 3 to 63 lower-case letters, digits, dots and hyphens\n" + NEXT,
        ),
        (
            "s3://data/the lake",
            "the prefix the lake has more in it than letters, digits, and . _ - between single slashes\n"
            + NEXT,
        ),
        (
            "s3://data//lake",
            "the prefix /lake has more in it than letters, digits, and . _ - between single slashes\n" + NEXT,
        ),
        (
            "s3://data/../lake",
            "the prefix ../lake has more in it than letters, digits, and . _ - between single slashes\n"
            + NEXT,
        ),
    ],
)
def test_what_is_neither_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(NoSuchLocation) as refused:
        Settings(home=tmp_path, lake=text)  # type: ignore[arg-type]  # as the environment gives it
    assert str(refused.value) == said
