"""Damage is met when a block is first read: which generation answers from then on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from damage_samples import CHANGED, QUESTIONS, TEXTS, flip, indexed, opened, published, write
from starlette.testclient import TestClient

from api.app import create_app
from indexer.building import bring_up_to_date
from indexer.damage import noted
from indexer.encoder import Encoder
from indexer.errors import IndexDamaged
from indexer.manifest import current, generations
from indexer.settings import Settings


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> int:
    """Of which even a few texts fill several.

    A vector has 1536 bytes, a passage's sentences here at most twice 384.
    """
    monkeypatch.setattr("indexer.blocks.BLOCK_BYTES", 2048)
    return 2048


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return indexed(tmp_path)


@pytest.mark.parametrize(
    ("name", "blocks", "every"),
    [
        ("vectors.faiss", 12, True),  # an exact search reads all of them
        ("sentences.npy", 12, True),  # so few passages are all candidates
        ("lexical/rows.npy", 4, False),
        ("lexical/counts.npy", 1, False),
    ],
)
def test_damage_in_a_block_is_met_when_the_block_is_first_read(
    small_blocks: int, tmp_path: Path, encoder: Encoder, name: str, blocks: int, every: bool
) -> None:
    things = "Kran, Kai, Damm, Mole, Werft, Boot, Deich, Schleuse, Lager, Gleis, Mast, Boje, Tau"
    many = {f"{n:03}.txt": f"{things}: Halle {n} hat {n + 99} Tore." for n in range(150)}
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    write(settings, many)
    bring_up_to_date(settings)
    write(settings, {"000.txt": "Halle 0 wurde abgerissen."})
    bring_up_to_date(settings)
    question = "Wie viele Tore hat Halle 33?"
    truth = replace(opened(settings, encoder).search(question), took_ms=0)
    data = published(settings, name).read_bytes()
    starts = range(small_blocks, len(data), small_blocks)  # the first is compared at loading
    starts = starts[:: max(1, len(starts) // 12)]
    met = 0
    for start in starts:
        engine = opened(settings, encoder)
        flip(published(settings, name), start)
        hits = engine.search(question)
        met += hits.index.generation == 1
        if hits.index.generation == 2:  # nobody has looked there
            assert replace(hits, took_ms=0) == truth
        published(settings, name).write_bytes(data)
    assert len(starts) >= blocks
    assert met == len(starts) if every else met < len(starts)


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("name", ["near.faiss", "centres.npy"])
def test_where_lists_are_damaged_the_former_generation_answers_until_they_are_made_anew(
    tmp_path: Path, encoder: Encoder, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr("indexer.lists.EXACT_UP_TO", 60)
    monkeypatch.setattr("indexer.lists.MEAN_OF_AT_LEAST", 1)
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")
    write(settings, {f"{n:03}.txt": f"Halle {n} hat {n + 99} Tore." for n in range(150)})
    bring_up_to_date(settings)
    write(settings, {"000.txt": "Halle 0 wurde abgerissen."})
    bring_up_to_date(settings)
    damaged = published(settings, name)
    flip(damaged, damaged.stat().st_size // 2)
    assert opened(settings, encoder).search("Wie viele Tore?").index.generation == 1
    assert noted(current(settings.index).folder)
    bring_up_to_date(settings)
    hits = opened(settings, encoder).search("Was wurde abgerissen?")
    assert hits.index.generation == 3
    assert hits.hits[0].text == "Halle 0 wurde abgerissen."


@pytest.mark.usefixtures("small_blocks")
def test_a_damaged_generation_is_not_taken_up_again_but_a_newer_one_is(
    settings: Settings, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    write(settings, CHANGED)
    bring_up_to_date(settings)
    engine = opened(settings, encoder)
    flip(published(settings, "vectors.faiss"), "last")
    assert engine.state.generation == 2
    for _ in range(2):
        assert engine.search(QUESTIONS[1]).index.generation == 1
        assert not engine.refresh()
    assert len([r for r in caplog.records if "vectors.faiss is damaged" in r.getMessage()]) == 1
    bring_up_to_date(settings)
    assert engine.refresh()
    assert engine.search(QUESTIONS[0]).index.generation == 3


def test_a_newer_generation_that_is_damaged_at_loading_is_not_loaded_twice(
    settings: Settings, encoder: Encoder
) -> None:
    engine = opened(settings, encoder)
    write(settings, CHANGED)
    bring_up_to_date(settings)
    flip(published(settings, "store.sqlite"), "middle")
    with pytest.raises(IndexDamaged, match="store.sqlite is damaged"):
        engine.refresh()
    assert not engine.refresh()
    assert engine.search(QUESTIONS[1]).index.generation == 1
    assert bring_up_to_date(settings).published
    assert engine.refresh()
    assert engine.state.generation == 3


@pytest.mark.usefixtures("small_blocks")
def test_without_a_former_generation_the_service_names_file_and_remedy(
    settings: Settings, encoder: Encoder
) -> None:
    engine = opened(settings, encoder)
    flip(published(settings, "vectors.faiss"), "last")
    with TestClient(create_app(settings, engine)) as client:
        for _ in range(2):
            reply = client.post("/v1/ask", json={"question": QUESTIONS[0]})
            assert reply.status_code == 503
            assert reply.headers["content-type"] == "application/problem+json"
            assert reply.json()["detail"] == (
                "segments/000001/vectors.faiss of the index is damaged: `fundstelle status "
                "--verify` and then `fundstelle index` make it anew."
            )
        text = client.get("/v1/documents/messe.txt/text")  # does not need the vectors
        assert text.text == TEXTS["messe.txt"] + "\n"
        assert bring_up_to_date(settings).published
        engine.refresh()
        assert client.post("/v1/ask", json={"question": QUESTIONS[0]}).status_code == 200


def test_a_damaged_original_is_refused_and_the_rest_is_answered(
    settings: Settings, encoder: Encoder
) -> None:
    engine = opened(settings, encoder)
    damaged, whole = "messe.txt", "rathaus.txt"
    kept = current(settings.index).folder / "originals"
    (copy,) = (file for file in kept.iterdir() if b"Messe" in file.read_bytes())
    flip(copy, "middle")
    with TestClient(create_app(settings, engine)) as client:
        reply = client.get(f"/v1/documents/{damaged}/file")
        assert reply.status_code == 503
        assert reply.json()["detail"].startswith(f"originals/{copy.name} of the index is damaged")
        assert client.get(f"/v1/documents/{whole}/file").text == TEXTS[whole] + "\n"
        assert client.get(f"/v1/documents/{damaged}/text").text == TEXTS[damaged] + "\n"
        assert bring_up_to_date(settings).published
        engine.refresh()
        assert client.get(f"/v1/documents/{damaged}/file").text == TEXTS[damaged] + "\n"


def test_an_index_that_cannot_be_loaded_at_all_says_which_file_is_to_blame(
    settings: Settings,
) -> None:
    flip(published(settings, "store.sqlite"), "last")
    with TestClient(create_app(settings)) as client:
        for _ in range(200):
            reply = client.get("/readyz")
            if "damaged" in reply.text:
                break
        assert reply.status_code == 503
        assert "segments/000001/store.sqlite of the index is damaged" in reply.json()["detail"]
        assert str(settings.index) not in reply.text


@pytest.mark.usefixtures("small_blocks")
def test_a_former_generation_that_shares_the_damaged_file_is_not_put_in_force(
    settings: Settings, encoder: Encoder
) -> None:
    write(settings, {"neu.txt": "Der neue Kai ist 300 Meter lang."})
    bring_up_to_date(settings)  # a second segment, the first is shared
    engine = opened(settings, encoder)
    flip(published(settings, "sentences.npy"), "last")
    with pytest.raises(IndexDamaged, match=r"000002/segments/000001/sentences\.npy is damaged"):
        engine.search(QUESTIONS[0])
    assert engine.state.generation == 2
    assert engine.documents().total == 4
    for generation in generations(settings.index):  # whichever the next run starts from
        assert noted(generation) == {"segments/000001/sentences.npy"}
    summary = bring_up_to_date(settings)
    assert summary.embedded == 3  # of the damaged segment only
    assert engine.refresh()
    assert engine.search(QUESTIONS[0]).hits
