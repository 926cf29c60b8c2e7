"""Spec documents: what they say, and how they are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from headgate.hops.kept_specs import DamagedSpec, keep_spec, kept_spec
from headgate.spec.load import load_pipeline
from headgate.spec.predictions import PREDICTIONS
from headgate.spec.settings import REPOSITORY, Settings
from headgate.spec.spec_document import SpecDocument
from tests.unit.spec_folders import TRIPS, TRIPS_FILES, write_files

SPEC, GOLD = "pipelines/trips/pipeline.yaml", "pipelines/trips/gold.py"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return write_files(tmp_path, TRIPS_FILES)


@pytest.mark.parametrize("name", ["trips", "flights"])
def test_a_document_reads_back_as_it_was(settings: Settings, name: str) -> None:
    loaded = load_pipeline(
        settings if name == "trips" else Settings(pipelines=REPOSITORY / "pipelines"), name
    )
    read = SpecDocument.of_text(loaded.document.text)
    written = {table: contract for table, contract in loaded.contracts.items() if table != PREDICTIONS}
    assert (read.spec, read.contracts, read.functions) == (loaded.spec, written, loaded.functions)
    assert read.digest == loaded.digest


def test_the_digest_follows_what_is_said_not_how(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        return load_pipeline(write_files(tmp_path, {**TRIPS_FILES, **files}), "trips").digest

    first = digest()
    assert digest(**{SPEC: "# our trips\n" + TRIPS.replace("lookback: 6h", "lookback: 360m")}) == first
    assert digest(**{GOLD: "# delays\n" + TRIPS_FILES[GOLD]}) == first
    assert digest(**{SPEC: TRIPS.replace("lookback: 6h", "lookback: 5h")}) != first
    assert digest(**{GOLD: TRIPS_FILES[GOLD].replace("return inputs", "return None", 1)}) != first


def test_every_function_has_a_digest_of_its_own(settings: Settings) -> None:
    functions = load_pipeline(settings, "trips").functions
    assert list(functions) == ["silver.trips", "gold.delays", "gold.examples", "gold.examples.label"]
    assert len(set(functions.values())) == 4


def test_a_document_is_kept_once_under_its_digest(settings: Settings) -> None:
    loaded = load_pipeline(settings, "trips")
    assert kept_spec(settings, "trips", loaded.digest) is None
    keep_spec(settings, loaded.document)
    folder = settings.home / "specs" / "trips"
    assert [path.name for path in folder.iterdir()] == [f"{loaded.digest}.json"]
    before = (folder / f"{loaded.digest}.json").stat().st_mtime_ns
    keep_spec(settings, loaded.document)
    assert (folder / f"{loaded.digest}.json").stat().st_mtime_ns == before
    assert kept_spec(settings, "trips", loaded.digest) == loaded.document


def test_a_changed_file_is_refused(settings: Settings) -> None:
    loaded = load_pipeline(settings, "trips")
    keep_spec(settings, loaded.document)
    path = settings.specs / "trips" / f"{loaded.digest}.json"
    path.write_text(loaded.document.text.replace("trips", "trip"))
    with pytest.raises(DamagedSpec) as caught:
        kept_spec(settings, "trips", loaded.digest)
    assert str(caught.value) == (
        "A kept spec is of no use: its content is not the one that its name stands for.\n"
        f"  where: {path}\n"
        "  left behind: All tables are as they were; nothing was compared.\n"
        "  next: Move the file away: the hours published with it then count as not to be compared."
    )


def test_a_document_of_another_form_is_refused(settings: Settings) -> None:
    digest = "609cddffe41cebb9dd4ee13cba16f8e66c6de54c0f7422b6b4a0f2503503a3d1"
    path = settings.specs / "trips" / f"{digest}.json"
    path.parent.mkdir(parents=True)
    path.write_text('{"form": 9}\n')
    with pytest.raises(DamagedSpec, match="this version of Headgate cannot read it: form 9 is not 1"):
        kept_spec(settings, "trips", digest)
