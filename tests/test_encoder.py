"""The encoder that ships, as the index and the questions use it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from indexer.encoder import BATCH_TOKENS, Encoder, load_encoder
from indexer.errors import EncoderError
from indexer.settings import Settings

TEXTS = [
    "Berlin",
    "a much longer text about the city of Berlin, its Senate and its twelve boroughs",
    "Köln",
    "Wo steht das Zelt der Feuerwehr? " * 8,
    "",
    "Wann gab der Senat grünes Licht für „Gemeinsam Digital: Berlin“?",
]


def test_vectors_have_unit_length_and_the_order_of_the_texts(encoder: Encoder) -> None:
    vectors = encoder.encode(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), encoder.dimension)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_allclose(vector, encoder.encode([text])[0], atol=1e-3)


def test_a_text_has_one_vector_alone_and_in_a_batch_of_many_lengths(encoder: Encoder) -> None:
    texts = [("Der Rat tagt öffentlich. " * n).strip() for n in range(1, 31)]
    assert sum(map(encoder.count_tokens, texts)) > 2 * BATCH_TOKENS
    together = encoder.encode(texts)
    alone = np.array([encoder.encode([text])[0] for text in texts])
    assert np.abs(together - alone).max() <= 1e-3


def test_the_same_texts_have_the_same_vectors_in_every_call(encoder: Encoder) -> None:
    np.testing.assert_array_equal(encoder.encode(TEXTS), encoder.encode(TEXTS))


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)
    assert encoder.encode_passages([]).shape == (0, encoder.dimension)


@pytest.mark.parametrize("blank", ["", " ", "\n\t\u200b"])
def test_a_blank_text_has_the_vector_of_the_special_tokens(encoder: Encoder, blank: str) -> None:
    np.testing.assert_array_equal(encoder.encode([blank])[0], encoder.encode_query(""))


def test_a_text_beyond_the_window_is_refused(encoder: Encoder) -> None:
    with pytest.raises(ValueError, match=f"beyond the encoder's window of {encoder.window}"):
        encoder.encode(["short", "word " * (encoder.window + 1)])


def test_a_text_that_fills_the_window_is_encoded_as_it_is(encoder: Encoder) -> None:
    text = "a " * (encoder.window - 2)
    assert encoder.count_tokens(text) == encoder.window
    np.testing.assert_array_equal(encoder.encode_query(text), encoder.encode([text])[0])


def test_a_long_question_is_encoded_in_windows(encoder: Encoder) -> None:
    question = "Wo steht das Zelt der Feuerwehr? " * 60
    assert not encoder.fits(question)
    vector = encoder.encode_query(question)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    same, other = encoder.encode(["Wo steht das Zelt der Feuerwehr?", "Wer wurde Königin?"])
    assert vector @ same > vector @ other


def test_a_long_text_is_the_mean_of_its_windows(encoder: Encoder) -> None:
    first, second = "a " * (encoder.window - 2), "b " * (encoder.window - 2)
    mean = encoder.encode([first, second]).mean(axis=0)
    np.testing.assert_allclose(
        encoder.encode_query(first + second), mean / np.linalg.norm(mean), atol=1e-3
    )


def test_long_and_short_passages_keep_their_places(encoder: Encoder) -> None:
    long = "Der Rat tagt öffentlich. " * 200
    passages = ["Köln", long, "Berlin", long, ""]
    vectors = encoder.encode_passages(passages)
    assert vectors.shape == (len(passages), encoder.dimension)
    for passage, vector in zip(passages, vectors, strict=True):
        np.testing.assert_allclose(vector, encoder.encode_query(passage), atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("word", ["x" * 1000, "ä" * 99 + "-" * 5000, "語" * 3000, "🙂" * 3000])
def test_a_word_without_end_is_encoded_too(encoder: Encoder, word: str) -> None:
    assert np.linalg.norm(encoder.encode_query(word)) == pytest.approx(1, abs=1e-5)


@settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=2000))
def test_no_text_is_refused_for_its_length_or_its_characters(text: str) -> None:
    vector = load_encoder(Settings().encoder).encode_query(text)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_many_threads_get_the_vectors_that_one_gets(encoder: Encoder) -> None:
    expected = [encoder.encode_query(text) for text in TEXTS]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(encoder.encode_query, TEXTS * 8))
    np.testing.assert_allclose(found, expected * 8, atol=1e-3)


@pytest.fixture
def threads_before() -> Iterator[int]:
    before = torch.get_num_threads()
    yield before
    torch.set_num_threads(before)


def test_threads_are_as_many_as_the_setting_says(threads_before: int) -> None:
    Encoder(Settings().encoder, threads=threads_before + 1)
    assert torch.get_num_threads() == threads_before + 1


def test_a_model_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickled code")
    with pytest.raises(EncoderError, match="has no safetensors file"):
        Encoder(str(tmp_path))


def test_a_process_loads_the_same_encoder_once() -> None:
    assert load_encoder(Settings().encoder) is load_encoder(Settings().encoder)
