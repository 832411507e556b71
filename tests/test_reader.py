"""The reader that ships: what it computes is what was trained, and it reads both languages."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from indexer.bert_folder import WEIGHTS
from indexer.bert_layers import load_weights
from indexer.encoder_files import SHIPPED_FOLDER
from indexer.errors import EncoderError
from indexer.reader import READER_FOLDER, UNREAD, Reader, Window, load_reader
from indexer.training.reader.examples import example
from indexer.training.reader.model import Reader as TrainingReader
from indexer.training.reader.windows import Windows

FAIR = Window(
    "Messe",
    (
        "Die Messe fand im November 2023 in Berlin statt.",
        "Es kamen mehr als 15.000 Besucherinnen und Besucher.",
        "Die Ukraine war das Partnerland.",
    ),
)
BAKERY = Window("Backen", ("Den Teig eine Stunde ruhen lassen.", "Dann den Ofen vorheizen."))


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader()


@pytest.mark.parametrize(
    ("question", "place"),
    [
        ("Wie viele Besucher kamen?", 1),
        ("How many visitors came?", 1),
        ("Wer war das Partnerland?", 2),
        ("Which country was the partner?", 2),
        ("Wann fand die Messe statt?", 0),
    ],
)
def test_the_sentence_that_answers_is_found_in_both_languages(
    reader: Reader, question: str, place: int
) -> None:
    (scores,) = reader.read(question, [FAIR])
    assert int(np.argmax(scores.sentences)) == place


def test_a_window_that_answers_is_surer_than_one_on_something_else(reader: Reader) -> None:
    fair, bakery = reader.read("Wie viele Besucher kamen zur Messe?", [FAIR, BAKERY])
    assert fair.window > bakery.window
    assert len(bakery.sentences) == 2


def test_a_window_reads_the_same_alone_or_in_company(reader: Reader) -> None:
    (alone,) = reader.read("Wer war Partnerland?", [FAIR])
    _, together = reader.read("Wer war Partnerland?", [BAKERY, FAIR])
    # bf16 products differ a little with the number of rows.
    np.testing.assert_allclose(alone.sentences, together.sentences, atol=0.15)


def test_it_computes_what_was_trained(reader: Reader) -> None:
    """The training model with the shipped weights, in float32, against the fast path."""
    trained = TrainingReader(SHIPPED_FOLDER).eval()
    shipped = {
        f"bert.{name}": value for name, value in load_weights(READER_FOLDER / WEIGHTS).items()
    }
    heads = {
        name.removeprefix("bert."): value
        for name, value in shipped.items()
        if name.startswith(("bert.sentence.", "bert.window."))
    }
    layers = {
        name: value for name, value in shipped.items() if name.removeprefix("bert.") not in heads
    }
    missing, unexpected = trained.load_state_dict({**layers, **heads}, strict=False)
    assert set(missing) <= {"bert.embeddings.word_embeddings.weight"}
    assert not unexpected
    asked = example("Wie viele Besucher kamen?", FAIR.heading, FAIR.sentences, [1])
    (group,) = Windows(SHIPPED_FOLDER).groups([asked], 1_536)
    with torch.inference_mode():
        logits, window = trained(group)
    (scores,) = reader.read(asked.question, [FAIR])
    np.testing.assert_allclose(scores.sentences, logits[0, :3].numpy(), atol=0.3)
    assert scores.window == pytest.approx(float(window[0]), abs=0.3)


def test_what_the_window_has_no_room_for_is_said_to_be_unread(reader: Reader) -> None:
    long = Window("", tuple(f"Satz {number} " + "und so weiter " * 12 for number in range(20)))
    (scores,) = reader.read("Was?", [long])
    assert len(scores.sentences) == 20
    assert scores.sentences[-1] == UNREAD
    assert scores.sentences[0] != UNREAD


def test_nothing_to_read_is_no_error(reader: Reader) -> None:
    assert reader.read("Was?", []) == []
    (scores,) = reader.read("Was?", [Window("Titel", ())])
    assert scores.sentences == []


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(READER_FOLDER, folder)
    with (folder / WEIGHTS).open("r+b") as stream:
        stream.seek(5_000)
        stream.write(b"\0\1\2\3")
    with pytest.raises(EncoderError, match="has changed"):
        Reader(folder)


def test_a_missing_folder_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="FUNDSTELLE_READER=0"):
        Reader(tmp_path / "nothing")


def test_it_belongs_to_one_version_of_the_word_rows(tmp_path: Path) -> None:
    encoder = tmp_path / "encoder"
    shutil.copytree(SHIPPED_FOLDER, encoder)
    with (encoder / WEIGHTS).open("r+b") as stream:
        stream.seek(-2, 2)
        stream.write(b"\0\0")
    with pytest.raises(EncoderError, match="other word rows"):
        Reader(encoder=encoder)


def test_the_folder_is_small_enough_for_git() -> None:
    assert sum(file.stat().st_size for file in READER_FOLDER.iterdir()) <= 36_000_000
