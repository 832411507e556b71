"""The encoder that ships, as the index uses it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.encoder import Encoder, fingerprint, load_encoder, locate
from indexer.errors import EncoderError
from indexer.settings import Settings


def test_vectors_have_unit_length_and_the_order_of_the_texts(encoder: Encoder) -> None:
    vectors = encoder.encode(["Berlin", "a much longer text about the city of Berlin", "Köln"])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[2], encoder.encode(["Köln"])[0], atol=1e-3)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_a_text_beyond_the_window_is_refused(encoder: Encoder) -> None:
    with pytest.raises(ValueError, match=f"beyond the encoder's window of {encoder.window}"):
        encoder.encode(["word " * (encoder.window + 1)])


def test_a_long_question_is_encoded_in_windows(encoder: Encoder) -> None:
    question = "Wo steht das Zelt der Feuerwehr? " * 60
    vector = encoder.encode_query(question)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    same, other = encoder.encode(["Wo steht das Zelt der Feuerwehr?", "Wer wurde Königin?"])
    assert vector @ same > vector @ other


def test_a_word_without_end_is_encoded_too(encoder: Encoder) -> None:
    assert encoder.encode_query("x" * 1000).shape == (encoder.dimension,)


def test_the_fingerprint_changes_with_any_byte(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = fingerprint(tmp_path)
    (tmp_path / "config.json").write_text("{ }")
    assert fingerprint(tmp_path) != before
    assert len(before) == 64


def test_an_unknown_encoder_names_the_remedy() -> None:
    with pytest.raises(EncoderError, match="nobody/nothing.*--allow-download"):
        locate("nobody/nothing")


def test_a_model_without_safetensors_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickled code")
    with pytest.raises(EncoderError, match="has no safetensors file"):
        Encoder(str(tmp_path))


def test_a_process_loads_the_same_encoder_once() -> None:
    assert load_encoder(Settings().encoder) is load_encoder(Settings().encoder)


def test_the_shipped_setting_is_on_this_machine() -> None:
    assert any(locate(Settings().encoder).glob("*.safetensors"))
