"""The encoder that ships: its size, its form, its card, and that it crosses the languages."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from indexer.encoder import Encoder, load_encoder, locate
from indexer.encoder_files import SHIPPED
from indexer.settings import Settings
from indexer.training.export import MAX_FOLDER_BYTES

FOLDER = locate(SHIPPED)
PAIRS = [
    ("Wo kann ich einen Reisepass beantragen?", "Where can I apply for a passport?"),
    ("Die Stadt fördert Start-ups mit Geld.", "The city supports start-ups with money."),
    ("Der Kongress ist im Oktober in Berlin.", "The congress is in Berlin in October."),
    ("Wie viele Menschen wohnen hier?", "How many people live here?"),
    ("Die Bibliothek ist am Sonntag geschlossen.", "The library is closed on Sundays."),
]  # fmt: skip


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(SHIPPED)


def test_the_shipped_encoder_is_the_default() -> None:
    assert Settings().encoder == SHIPPED


def test_the_whole_folder_is_small_enough_for_git() -> None:
    size = sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file())
    assert size <= MAX_FOLDER_BYTES


def test_the_weights_are_stored_in_half_and_computed_in_single_precision() -> None:
    with safe_open(FOLDER / "model.safetensors", "np") as weights:
        stored = {weights.get_slice(name).get_dtype() for name in weights.keys()}  # noqa: SIM118
    assert stored == {"F16"}
    assert json.loads((FOLDER / "config.json").read_text("utf-8"))["dtype"] == "float32"


def test_no_code_comes_with_the_model() -> None:
    assert not list(FOLDER.rglob("*.py"))
    assert "auto_map" not in (FOLDER / "config.json").read_text("utf-8")


def test_the_card_names_where_weights_and_data_come_from() -> None:
    card = (FOLDER / "README.md").read_text("utf-8")
    for name in (
        "all-MiniLM-L6-v2",
        "Apache-2.0",
        "CC-BY-SA",
        "Tatoeba",
        "Klexikon",
        "OMoS-QA",
        "eval.encoder_quality",
    ):
        assert name in card, name
    assert "@" not in card.replace("@10", "")


@pytest.mark.parametrize("asked", [0, 1], ids=["German", "English"])
def test_a_translation_is_nearer_than_any_other_sentence(encoder: Encoder, asked: int) -> None:
    own = encoder.encode([pair[asked] for pair in PAIRS])
    other = encoder.encode([pair[1 - asked] for pair in PAIRS])
    assert (own @ other.T).argmax(axis=1).tolist() == list(range(len(PAIRS)))


def test_plain_sentence_transformers_has_the_same_vectors(encoder: Encoder) -> None:
    from indexer.sbert import plain_sentence_transformer

    texts = [text for pair in PAIRS for text in pair]
    plain = plain_sentence_transformer(FOLDER).encode(texts)
    # Ours may compute in bf16, which has eight bits.
    assert (np.asarray(plain) * encoder.encode(texts)).sum(axis=1).min() > 0.9995


def test_german_takes_no_more_tokens_than_english(encoder: Encoder) -> None:
    counts = [sum(encoder.count_tokens(pair[side]) for pair in PAIRS) for side in (0, 1)]
    assert counts[0] <= 1.1 * counts[1]


def test_the_repository_says_how_it_was_trained() -> None:
    runs = Path(__file__).parents[1] / "indexer" / "training" / "RUNS.md"
    assert "dropped" in runs.read_text("utf-8")
