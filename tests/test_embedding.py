"""Embedded while the next files are read: nothing twice, nothing lost, nothing left running."""

from __future__ import annotations

import itertools
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.encoder_speed import embedded_inputs
from indexer import changes, embedding
from indexer.building import bring_up_to_date
from indexer.changes import Change
from indexer.cutting import Inputs, LazyEncoder
from indexer.embedding import (
    FIRST_CHUNK,
    MOST_WAITING,
    SLICE_CHARS,
    Embedder,
    distinct_texts,
    slices,
)
from indexer.encoder import Encoder
from indexer.errors import EncoderError, NothingPublished
from indexer.manifest import current, current_name
from indexer.previous import Previous
from indexer.sentence_vectors import compressed
from indexer.settings import Settings
from indexer.stages import Stages
from indexer.summary import silent

WITHIN_S = 20.0


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "corpus").mkdir()
    return Settings(corpus=(tmp_path / "corpus",), index=tmp_path / "index")


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that few documents fill many."""
    monkeypatch.setattr(embedding, "FIRST_CHUNK", 1)
    monkeypatch.setattr(embedding, "LARGEST_CHUNK", 4)


def write(settings: Settings, name: str, text: str) -> None:
    (settings.corpus[0] / name).write_text(text + "\n", encoding="utf-8")


def write_many(settings: Settings, count: int) -> None:
    """Documents of some sections each, of different lengths and in both languages."""
    for number in range(count):
        sections = [
            f"## Beschluss {number}.{part}\n\n"
            + f"Der Haushalt von {2000 + number} wurde beschlossen. " * (part + 1)
            + f"\n\nThe council met {number + part} times."
            for part in range(3)
        ]
        write(settings, f"{number:03}.md", f"# Sitzung {number}\n\n" + "\n\n".join(sections))


def vectors_files(settings: Settings) -> list[bytes]:
    return [
        (segment / name).read_bytes()
        for segment in current(settings.index).segments
        for name in ("vectors.faiss", "sentences.npy")
    ]


def embedding_threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name.startswith("embedding")]


@pytest.mark.usefixtures("small_chunks")
def test_the_index_holds_what_the_encoder_makes_of_the_same_inputs(
    settings: Settings, encoder: Encoder
) -> None:
    write_many(settings, 6)
    summary = bring_up_to_date(settings)
    inputs = embedded_inputs(settings)
    assert summary.embedded == len(inputs) >= 12
    assert all(spent.cpu_s > 0 and spent.elapsed_s > 0 for spent in summary.stages.values())
    stored = Previous.load(settings.index).vectors(list(inputs))
    assert stored.keys() == inputs.keys()
    passages = encoder.encode_passages([made.passage for made in inputs.values()])
    for (key, made), passage in zip(inputs.items(), passages, strict=True):
        vector, units = stored[key]
        np.testing.assert_allclose(vector, passage, atol=1e-5)
        sentences = compressed(encoder.encode(made.sentences))
        np.testing.assert_allclose(units, sentences, atol=1)  # a place may be rounded otherwise


@pytest.mark.usefixtures("small_chunks")
def test_the_same_files_make_the_same_vectors_to_the_bit(
    settings: Settings, tmp_path: Path
) -> None:
    write_many(settings, 6)
    again = Settings(corpus=settings.corpus, index=tmp_path / "again")
    bring_up_to_date(settings)
    bring_up_to_date(again)
    assert vectors_files(settings) == vectors_files(again)


@pytest.mark.usefixtures("small_chunks")
def test_only_new_passages_are_embedded_and_equal_ones_once(settings: Settings) -> None:
    write_many(settings, 3)
    first = bring_up_to_date(settings)
    assert first.embedded == first.passages
    for name in ("gleich-1.txt", "gleich-2.txt"):
        write(settings, name, "Das Rathaus öffnet montags um acht Uhr.")
    second = bring_up_to_date(settings)
    assert (second.passages, second.embedded) == (first.passages + 2, 1)


def test_what_is_removed_or_fails_is_not_embedded_in_every_run(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(settings, "a.txt", "Das Rathaus öffnet um acht Uhr.")
    write(settings, "b.txt", "Die Bibliothek öffnet um neun Uhr.")
    for name in ("c.md", "d.md"):  # of which the second fails, in every run
        write(settings, name, f"---\ndoc_id: museum\n---\nDas Museum aus {name} öffnet um zehn.")
    changes.leave(settings.data, Change("bury", "b.txt"))
    bring_up_to_date(settings)

    def refuse(self: LazyEncoder) -> Encoder:
        raise AssertionError("loaded")

    monkeypatch.setattr(LazyEncoder, "__call__", refuse)
    assert bring_up_to_date(settings).published is False


@pytest.mark.usefixtures("small_chunks")
def test_an_error_of_the_encoder_ends_the_run_soon_and_publishes_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_many(settings, 40)
    encode = Encoder.encode
    calls = itertools.count(1)

    def fail(self: Encoder, texts: Sequence[str]) -> np.ndarray:
        if next(calls) == 3:
            raise EncoderError("no memory is left for a batch")
        return encode(self, texts)

    monkeypatch.setattr(Encoder, "encode", fail)
    read: list[int] = []

    def progress(stage: str, done: int, total: int) -> None:
        if stage == "read":
            read.append(done)

    with pytest.raises(EncoderError, match="no memory is left for a batch"):
        bring_up_to_date(settings, progress=progress)
    assert max(read) < 40
    assert current_name(settings.index) is None
    assert not list((settings.index / "generations").iterdir())
    assert not embedding_threads()


@pytest.mark.usefixtures("small_chunks")
def test_a_refused_run_leaves_no_thread_and_the_next_one_publishes(settings: Settings) -> None:
    write_many(settings, 6)
    write(settings, "leer.txt", "")
    (settings.corpus[0] / "leer.txt").write_text("")
    with pytest.raises(NothingPublished, match=r"leer\.txt: .*empty"):
        bring_up_to_date(settings, strict=True)
    assert not embedding_threads()
    assert current_name(settings.index) is None
    assert bring_up_to_date(settings).published


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 1), (signal.SIGTERM, -15)])
def test_a_signal_ends_a_run_that_embeds_and_the_next_one_completes(
    settings: Settings, sent: signal.Signals, code: int
) -> None:
    write_many(settings, 150)  # some seconds of work for the encoder
    # Where the tests run in the background an interrupt is ignored, and a child would inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [
            sys.executable, "-m", "indexer", "index", "--progress", "json",
            "--corpus", str(settings.corpus[0]), "--index", str(settings.index),
        ],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    signal.signal(signal.SIGINT, before)
    assert process.stderr is not None
    with process, process.stderr:
        try:
            assert any('"embed"' in line for line in process.stderr)
            process.send_signal(sent)
            assert process.wait(WITHIN_S) == code
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()
    assert current_name(settings.index) is None
    for number in range(2, 150):
        (settings.corpus[0] / f"{number:03}.md").unlink()
    assert bring_up_to_date(settings).added == 2
    assert [one.name for one in (settings.index / "generations").iterdir()] == ["000001"]


def test_an_error_of_the_encoder_is_told_before_the_next_chunk_is_full() -> None:
    class Broken:
        dimension = 4

        def encode(self, texts: Sequence[str]) -> np.ndarray:
            raise EncoderError("no memory is left for a batch")

    inputs = {str(number).encode(): Inputs(f"Satz {number}.", ()) for number in range(FIRST_CHUNK)}
    encoder = cast(LazyEncoder, Broken)
    ends = time.monotonic() + WITHIN_S

    def add(embedder: Embedder) -> None:
        embedder.add(inputs)
        while time.monotonic() < ends:  # documents of which nothing is new
            embedder.add({})

    with (
        Embedder(encoder, Previous(), Stages(), silent, anew=False) as embedder,
        pytest.raises(EncoderError, match="no memory is left"),
    ):
        add(embedder)


class Stuck:
    """An encoder that has not finished yet."""

    dimension = 4

    def __init__(self) -> None:
        self.goes_on = threading.Event()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        assert self.goes_on.wait(WITHIN_S)
        return np.ones((len(texts), self.dimension), np.float32)


@pytest.mark.usefixtures("small_chunks")
def test_what_waits_for_the_encoder_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "LARGEST_CHUNK", 1)
    stuck = Stuck()
    inputs = {str(number).encode(): Inputs(f"Satz {number}.", ()) for number in range(10)}
    added: list[bytes] = []
    found: dict[bytes, object] = {}

    def add_all() -> None:
        encoder = cast(LazyEncoder, lambda: stuck)
        with Embedder(encoder, Previous(), Stages(), silent, anew=False) as embedder:
            for key, made in inputs.items():
                embedder.add({key: made})
                added.append(key)
            found.update(embedder.vectors(list(inputs)))

    adding = threading.Thread(target=add_all)
    adding.start()
    try:
        ends = time.monotonic() + WITHIN_S
        while len(added) <= MOST_WAITING and time.monotonic() < ends:
            time.sleep(0.01)
        time.sleep(0.2)
        assert len(added) == 1 + MOST_WAITING  # one is being embedded
    finally:
        stuck.goes_on.set()
        adding.join(WITHIN_S)
    assert found.keys() == inputs.keys()


@pytest.mark.usefixtures("small_chunks")
def test_progress_of_embedding_never_falls_and_ends_at_its_total(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedding, "LOOK_S", 0.0)
    write_many(settings, 12)
    seen: list[tuple[int, int]] = []

    def progress(stage: str, done: int, total: int) -> None:
        if stage == "embed":
            seen.append((done, total))

    summary = bring_up_to_date(settings, progress=progress)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert all(done < total for done, total in seen[:-1])
    assert seen[-1] == (summary.embedded, summary.embedded)
    assert len(seen) > 2


@given(st.lists(st.integers(0, 2 * SLICE_CHARS), max_size=30))
def test_slices_hold_every_text_once_and_none_is_too_large(lengths: list[int]) -> None:
    texts = ["x" * length for length in sorted(lengths)]
    found = list(slices(texts))
    assert [number for first, last in found for number in range(first, last)] == list(
        range(len(texts))
    )
    for first, last in found:
        assert last - first == 1 or sum(map(len, texts[first:last])) <= SLICE_CHARS


def test_each_text_is_encoded_once_short_ones_first() -> None:
    inputs = [Inputs("ein langer Absatz", ("kurz", "gleich")), Inputs("gleich", ("gleich",))]
    assert distinct_texts(inputs) == ["kurz", "gleich", "ein langer Absatz"]
