"""What many tests share: the real encoder and one index of the shipped corpus."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.engine import Engine
from indexer.building import bring_up_to_date
from indexer.encoder import Encoder, load_encoder
from indexer.settings import Settings

# Tests ask as a program of this machine does, where they say nothing else. Starlette's own
# defaults, `testserver` and `testclient`, are names that no machine has.
_, *_between, _ = TestClient.__init__.__defaults__ or ()
TestClient.__init__.__defaults__ = ("http://127.0.0.1:8000", *_between, ("127.0.0.1", 50_000))

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"


@pytest.fixture
def harbour(tmp_path: Path) -> Path:
    """A folder whose `corpus` holds one short document."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "hafen.txt").write_text("Der Hafen von Kiel hat 40 Liegeplätze.")
    return tmp_path


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return load_encoder(Settings().encoder)


@pytest.fixture(scope="session")
def corpus_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(
        corpus=(ROOT / "corpus",),
        index=tmp_path_factory.mktemp("corpus-index") / "index",
        asks_per_minute=0,  # many tests ask here, one after the other
        writes_per_minute=0,
    )
    bring_up_to_date(settings, strict=True)
    return settings


@pytest.fixture(scope="session")
def engine(corpus_settings: Settings) -> Engine:
    return Engine.open(corpus_settings)


@pytest.fixture(scope="session")
def seeds_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    if not SEEDS.is_dir():
        pytest.skip("the first users' documents, ../shared/seeds, are not on this machine")
    settings = Settings(corpus=(SEEDS,), index=tmp_path_factory.mktemp("seeds-index") / "index")
    bring_up_to_date(settings, strict=True)
    return Engine.open(settings)
