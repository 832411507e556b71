"""The large index that speed is measured in: documents of both languages, made from the files."""

from __future__ import annotations

import json
import lzma
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from api.engine import Engine
from eval.scale.__main__ import main
from eval.scale.documents import ARTICLES, LAWS, PARALLEL, write_documents
from eval.scale.nearest import best_of, nearest
from eval.scale.real import main as embed
from eval.scale.shape import list_recall
from eval.scale.stand_in import StandIn
from indexer.lists import EXACT_UP_TO
from indexer.settings import Settings


def train(folder: Path) -> Path:
    folder.mkdir(parents=True)
    sections = [
        {"title": "Moor", "headings": [], "text": "Ein Moor ist nass. " * 20},
        {"title": "Moor", "headings": ["Tiere", "Vögel"], "text": "Dort brüten Kraniche. " * 20},
        {"title": "Deich", "headings": [], "text": "Ein Deich hält das Meer ab. " * 20},
    ]
    _write(folder / ARTICLES, sections)
    law = [{"law": "Deichgesetz", "section": f"§ {n}", "text": "Es gilt."} for n in range(50)]
    _write(folder / LAWS, law)
    for name in PARALLEL:
        with lzma.open(folder / name, "wt", encoding="utf-8") as file:
            file.writelines(f"Zeile {n} von {name}.\tThis is line {n}.\n" for n in range(250))
    return folder


def _write(file: Path, rows: Sequence[Mapping[str, object]]) -> None:
    with lzma.open(file, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


def test_both_languages_take_turns_until_there_is_enough(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    count = write_documents(tmp_path / "out", train=train(tmp_path / "train"), passages=30)
    files = sorted((tmp_path / "out").rglob("*.md"))
    assert len(files) == count
    assert [file.name for file in files[:4]] == [
        "000000.de.md",
        "000001.en.md",
        "000002.de.md",
        "000003.en.md",
    ]
    moor, page, law = (file.read_text("utf-8") for file in files[:3])
    assert moor.startswith("# Moor (0)\n\nEin Moor ist nass.")
    assert "\n\n## Vögel\n\nDort brüten" in moor
    assert page.startswith("# This is line 0. (1)\n\nThis is line 0.\n\nThis is line 1.")
    assert law.startswith("# Deichgesetz (2)\n\n## § 0\n\nEs gilt.\n\n## § 1")


def test_what_is_drawn_depends_on_nothing_but_the_number(tmp_path: Path) -> None:
    data = train(tmp_path / "train")
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        write_documents(tmp_path / name, train=data, passages=9)
    one, other = (
        {file.name: file.read_bytes() for file in (tmp_path / name).rglob("*.md")}
        for name in ("one", "other")
    )
    assert one == other


def test_more_than_there_is_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="too few passages for 1000000"):
        write_documents(tmp_path, train=train(tmp_path / "train"), passages=1_000_000)


def shared(folder: Path) -> Path:
    train(folder / "data" / "train")
    evaluation = folder / "data" / "eval"
    evaluation.mkdir()
    for language, question in (("de", "Was brütet im Moor?"), ("en", "What is line 7?")):
        asked = {"data": [{"paragraphs": [{"qas": [{"question": question}]}]}]}
        (evaluation / f"xquad-r.{language}.json").write_text(json.dumps(asked), "utf-8")
    return folder


def test_the_table_has_every_stage_and_a_second_one_is_drawn_like_it(tmp_path: Path) -> None:
    given = ["--shared", str(shared(tmp_path))]
    real = CliRunner().invoke(main, ["3", *given, "--folder", str(tmp_path / "real")])
    assert real.exit_code == 0, real.output
    for stage in ("dense", "lexical", "encoding", "all but the encoder", "search"):
        assert f"\n{stage}" in real.output
    assert "recall@10 of the nearest vectors: 1.0000" in real.output  # a small index is exact
    for line in ("\nstore.sqlite", "\nadd a document", "\nremove a document", " first answer "):
        assert line in real.output
    drawn = CliRunner().invoke(
        main,
        ["20", *given, "--folder", str(tmp_path / "drawn"), "--like", str(tmp_path / "real")],
    )
    assert drawn.exit_code == 0, drawn.output
    assert "recall@10" in drawn.output
    engine = Engine.open(
        Settings(corpus=(tmp_path / "drawn" / "corpus",), index=tmp_path / "drawn" / "index")
    )
    assert engine.search("Was brütet im Moor?").hits[0].title.startswith("Moor")


def test_passages_alone_are_embedded_and_a_stopped_call_goes_on(tmp_path: Path) -> None:
    file, given = tmp_path / "real.npy", ["--shared", str(shared(tmp_path))]
    assert CliRunner().invoke(embed, ["3", str(file), *given]).exit_code == 0
    vectors = np.load(file)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors.shape == (3, 384)
    [part] = (tmp_path / "real.parts").glob("0*.npy")
    np.save(part, vectors[::-1])  # as if made before the stop: it is not made again
    assert CliRunner().invoke(embed, ["3", str(file), *given]).exit_code == 0
    np.testing.assert_array_equal(np.load(file), vectors[::-1])
    folder = str(tmp_path / "drawn")
    drawn = CliRunner().invoke(main, ["20", *given, "--folder", folder, "--like", str(file)])
    assert drawn.exit_code == 0, drawn.output
    assert "recall@10" in drawn.output


def test_recall_is_the_share_of_the_nearest_that_a_search_finds(vectors: np.ndarray) -> None:
    assert list_recall(vectors, vectors[:20]) == 1  # a small index looks at all
    many = np.random.default_rng(6).normal(size=(EXACT_UP_TO + 1, 8)).astype(np.float32)
    many /= np.linalg.norm(many, axis=1, keepdims=True)
    assert 0.9 < list_recall(many, many[:50]) <= 1


def test_missing_data_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["3", "--shared", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{ARTICLES} is missing" in result.output


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    made = np.random.default_rng(5).normal(size=(400, 24)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True))


def test_the_nearest_in_two_parts_are_the_nearest_of_all(vectors: np.ndarray) -> None:
    cosines, rows = nearest(vectors[:7], vectors, 9)
    first, second = nearest(vectors[:7], vectors[:150], 9), nearest(vectors[:7], vectors[150:], 9)
    together = best_of(first, (second[0], second[1] + 150), 9)
    assert together[1].tolist() == rows.tolist()
    assert rows[:, 0].tolist() == list(range(7))  # everything is nearest to itself
    np.testing.assert_allclose(together[0], cosines)


def test_a_drawn_vector_depends_on_its_text_alone_and_has_unit_length(vectors: np.ndarray) -> None:
    stand_in = StandIn(vectors)
    one, other = stand_in.vectors(["a", "b"]), stand_in.vectors(["b", "c", "a"])
    np.testing.assert_array_equal(one, other[[2, 0]])
    np.testing.assert_allclose(np.linalg.norm(one, axis=1), 1.0, atol=1e-6)
    assert not np.allclose(one[0], one[1])


def test_the_further_they_are_moved_the_less_alike_they_are(vectors: np.ndarray) -> None:
    numbers = np.arange(10_000, 12_000, dtype=np.uint64)
    near, far = (StandIn(vectors, spread).drawn(numbers) for spread in (0.2, 0.9))
    of = vectors[numbers % np.uint64(len(vectors))]
    assert np.median((near * of).sum(axis=1)) > np.median((far * of).sum(axis=1)) + 0.1
