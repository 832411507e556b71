"""Our own forward pass computes what sentence-transformers computes; which folders it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from indexer import bert_layers
from indexer.bert import Bert
from indexer.bert_folder import BertShape, is_plain_bert
from indexer.bert_layers import fastest_precision
from indexer.encoder import Encoder, locate
from indexer.settings import Settings

TEXTS = [
    "Berlin",
    "",
    "Ökologische Straßenbeleuchtung für Groß-Gerau: Wer bezahlt die 1.200 Masten?",
    "The Senate adopted the strategy “Gemeinsam Digital: Berlin” on 20 December 2022.",
    "Zwei Sätze. Der zweite hat [SEP] mitten im Text, ein 語 und ein 🙂.",
    "The same length as\nanother text",
    "The same length as one text",
    "Der Rat tagt öffentlich. " * 12,  # within any window
]


@pytest.fixture(scope="module")
def folder() -> Path:
    return locate(Settings().encoder)


@pytest.fixture(scope="module")
def oracle(folder: Path) -> SentenceTransformer:
    """The plain model, in float32 whatever the file holds."""
    return SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})


@pytest.fixture(scope="module")
def expected(oracle: SentenceTransformer) -> np.ndarray:
    return np.asarray(oracle.encode(TEXTS, normalize_embeddings=True))


@pytest.fixture(params=[True, False], ids=["packed", "not packed"])
def packing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With torch's packed weights, and as where torch has none."""
    if not request.param:
        monkeypatch.setattr(bert_layers, "_can_pack", lambda precision: False)


@pytest.mark.usefixtures("packing")
def test_in_float32_the_vectors_are_those_of_sentence_transformers(
    folder: Path, expected: np.ndarray
) -> None:
    vectors = Bert(folder, torch.float32).vectors(TEXTS)
    np.testing.assert_allclose(vectors, expected, atol=2e-6)


@pytest.mark.usefixtures("packing")
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_a_text_has_the_very_same_vector_in_any_company(
    folder: Path, precision: torch.dtype
) -> None:
    """Else an answer would depend, in its last digits, on who asks at the same time."""
    model = Bert(folder, precision)
    assert model.alone_as_in_company
    texts = [" ".join(["Wer", "tagt", "im", "Rathaus", "?"][: n % 5 + 1] * n) for n in range(1, 24)]
    alone = np.concatenate([model.vectors([text]) for text in texts])
    for company in (texts, texts[::-1], texts[3:7], texts[10:], [texts[5]] * 16):
        places = [texts.index(text) for text in company]
        np.testing.assert_array_equal(model.vectors(company), alone[places])


@pytest.mark.usefixtures("packing")
def test_in_bf16_every_cosine_to_the_exact_vector_is_beyond_9995(
    folder: Path, expected: np.ndarray
) -> None:
    vectors = Bert(folder, torch.bfloat16).vectors(TEXTS)
    assert (vectors * expected).sum(axis=1).min() >= 0.9995
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_tokens_are_counted_as_sentence_transformers_counts_them(
    folder: Path, oracle: SentenceTransformer
) -> None:
    counts = [len(oracle.tokenizer.encode(text, verbose=False)) for text in TEXTS]
    assert Bert(folder).lengths(TEXTS) == counts


def test_window_and_dimension_are_those_of_sentence_transformers(
    folder: Path, oracle: SentenceTransformer
) -> None:
    model = Bert(folder)
    assert model.window == oracle.max_seq_length
    assert model.dimension == oracle.get_embedding_dimension()


def test_unasked_the_precision_is_the_fastest_that_the_cpu_has(folder: Path) -> None:
    assert Bert(folder).precision == fastest_precision()


def test_without_torchs_own_calls_nothing_is_packed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(weight: torch.Tensor) -> torch.Tensor:
        raise AttributeError("no such operator")

    monkeypatch.setattr(bert_layers, "_pack", missing)
    assert not bert_layers._can_pack.__wrapped__(torch.float32)


def test_the_default_encoder_takes_the_fast_path(folder: Path) -> None:
    assert is_plain_bert(folder)


def changed_copy(folder: Path, copy: Path, name: str, changes: dict[str, Any]) -> Path:
    """The same model by links, with one JSON file changed."""
    for file in folder.rglob("*"):
        target = copy / file.relative_to(folder)
        if file.is_file() and file.name != "SHA256SUMS":
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(file)
    old = json.loads((copy / name).read_text("utf-8")) if (copy / name).exists() else {}
    (copy / name).unlink(missing_ok=True)
    (copy / name).write_text(json.dumps({**old, **changes}))
    return copy


CLS = {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False, "pooling_mode": "cls"}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("config.json", {"architectures": ["XLMRobertaModel"]}),
        ("config.json", {"hidden_act": "gelu_new"}),
        ("config.json", {"position_embedding_type": "relative_key"}),
        ("config.json", {"is_decoder": True}),
        ("config.json", {"quantization_config": {}}),
        ("1_Pooling/config.json", CLS),
        ("sentence_bert_config.json", {"do_lower_case": True}),
        ("config_sentence_transformers.json", {"default_prompt_name": "query"}),
    ],
)
def test_a_model_that_computes_anything_else_is_left_to_sentence_transformers(
    folder: Path, tmp_path: Path, name: str, changes: dict[str, Any]
) -> None:
    assert not is_plain_bert(changed_copy(folder, tmp_path / "copy", name, changes))


def test_such_a_model_has_the_same_interface(folder: Path, tmp_path: Path) -> None:
    copy = changed_copy(folder, tmp_path / "copy", "1_Pooling/config.json", CLS)
    encoder = Encoder(str(copy))
    vectors = encoder.encode(TEXTS)
    expected = SentenceTransformer(str(copy), device="cpu").encode(TEXTS, normalize_embeddings=True)
    np.testing.assert_allclose(vectors, expected, atol=1e-3)
    assert [encoder.count_tokens(text) for text in TEXTS] == Bert(folder).lengths(TEXTS)
    assert encoder.encode_query("Wer tagt? " * 400).shape == (encoder.dimension,)
    with pytest.raises(ValueError, match="beyond the encoder's window"):
        encoder.encode(["Wer tagt? " * 400])


def test_both_ways_to_write_the_pooling_are_understood(folder: Path, tmp_path: Path) -> None:
    new = {"embedding_dimension": 384, "pooling_mode": "mean", "include_prompt": True}
    copy = changed_copy(folder, tmp_path / "copy", "1_Pooling/config.json", new)
    assert is_plain_bert(copy)


def test_the_window_stands_in_the_tokenizers_file_where_no_other_names_it(
    folder: Path, tmp_path: Path
) -> None:
    name = "sentence_bert_config.json"
    copy = changed_copy(folder, tmp_path / "copy", name, {"max_seq_length": None})
    (copy / "tokenizer_config.json").unlink()
    (copy / "tokenizer_config.json").write_text('{"model_max_length": 99}')
    assert BertShape.of(copy).window == 99
