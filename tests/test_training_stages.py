"""The stages of training, from raw files to the exported folder, on a small world of their own."""

from __future__ import annotations

import json
import lzma
import math
from pathlib import Path

import click
import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.numpy import load_file

from eval.reader_examples import main as find_reader_examples
from indexer.encoder_files import SHIPPED_FOLDER
from indexer.reader import Reader, Window
from indexer.training.__main__ import main
from indexer.training.batches import Batches
from indexer.training.development import ndcg
from indexer.training.distil import Trainer, only_from
from indexer.training.export import write_checksums
from indexer.training.initial import load_lexicon
from indexer.training.losses import SCALE, contrast, crowded, duplicates, translation_loss
from indexer.training.padding import Texts, vectors
from indexer.training.prepare import load_prepared, runs_folder
from indexer.training.prepare import main as prepare
from indexer.training.reader.export import main as export_reader
from indexer.training.reader.train import SEED
from indexer.training.reader.train import Trainer as ReaderTrainer
from indexer.training.reader.train import main as train_reader
from indexer.training.retrievals import Retrieval
from indexer.training.stages import STAGES
from indexer.training.student import load_bert, teacher_folder

TOPICS = {"Brücke": "bridge", "Schule": "school", "Garten": "garden", "Bahnhof": "station"}
PLACES = {"Ludwigshafen": "Ludwigshafen", "Charlottenburg": "Charlottenburg", "Bonn": "Bonn"}
TIMES = {"gestern": "yesterday", "heute": "today", "morgen": "tomorrow", "immer": "always"}
SHAPES = [
    (
        "Die {t} in {p} wird {w} von der Behörde geöffnet.",
        "The {t} in {p} is opened {w} by the authority.",
    ),
    ("Wo ist die {t} von {p} {w}?", "Where is the {t} of {p} {w}?"),
    ("Viele Menschen besuchen {w} die {t} in {p}.", "Many people visit the {t} in {p} {w}."),
]


def pairs() -> list[tuple[str, str]]:
    return [
        (german.format(t=t, p=p, w=w), english.format(t=TOPICS[t], p=p, w=TIMES[w]))
        for german, english in SHAPES
        for t in TOPICS
        for p in PLACES
        for w in TIMES
    ]


def write_world(folder: Path) -> None:
    """Files in the real formats, some sixty texts each."""
    train, evaluation = folder / "train", folder / "eval"
    train.mkdir(parents=True)
    evaluation.mkdir()
    (evaluation / "asked.tsv").write_text("Wo ist die Schule von Bonn heute?\tnothing\n", "utf-8")
    german, english = zip(*pairs(), strict=True)

    def write(name: str, lines: list[str]) -> None:
        data = "".join(line + "\n" for line in lines).encode()
        (train / name).write_bytes(lzma.compress(data) if name.endswith("xz") else data)

    for source in ("tatoeba", "general-mixed", "docs-open-source", "docs-adobe",
                   "docs-microsoft-human", "docs-mdn-machine"):  # fmt: skip
        write(f"{source}.tsv.xz", ["\t".join(pair) for pair in pairs()])
    write("dictionary-wiktionary.tsv.xz", [f"{own}\t{other}" for own, other in TOPICS.items()])
    rows = [
        {
            "title": f"Gemeinde {number % 25}" if number % 25 else "Bonn",
            "headings": ["Wo liegt das?" if number % 3 else "Lage"],
            "text": " ".join(german[number : number + 6]) + " Ende.",
        }
        for number in range(100)
    ]
    write("german-encyclopedia.jsonl.xz", [json.dumps(row) for row in rows])
    asked = [
        {"question": q, "answers": [[0, 3]], "answerable": True} for q in ("Where?", "Which one?")
    ]
    articles = [
        {
            "title": f"Article {number % 5}",
            "text": " ".join(english[number : number + 3]),
            "questions": asked,
        }
        for number in range(40)
    ]
    write("english-questions.jsonl.xz", [json.dumps(row) for row in articles])
    pages = [
        {
            "city": "x", "page": number, "question_de": f"Was gibt es in Haus {number}?",
            "question_en": f"What is there in house {number}?",
            "sentences_de": list(german[number : number + 3]),
            "sentences_en": list(english[number : number + 3]),
            "answers_de": [1], "answers_en": [1],
        }
        for number in range(40)
    ]  # fmt: skip
    write("municipal-qa-train.jsonl", [json.dumps(row) for row in pages])
    block = {
        "title_de": "Haus",
        "title_en": "House",
        "blocks_de": german[:9],
        "blocks_en": english[:9],
        "aligned": True,
    }
    write("municipal-pages.jsonl.xz", [json.dumps(block)])
    law = [
        {"law": "Gesetz", "section": f"§ {number}", "text": german[number]} for number in range(40)
    ]
    write("german-law-sections.jsonl.xz", [json.dumps(row) for row in law])
    manual = [{"title": "Handbuch", "heading": f"Teil {n}", "text": german[n]} for n in range(40)]
    write("german-heading-section.jsonl.xz", [json.dumps(row) for row in manual])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything trained and exported by the one command, three steps a stage."""
    folder = tmp_path_factory.mktemp("world")
    write_world(folder / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FUNDSTELLE_RUNS", str(folder / "runs"))
        arguments = ["--data", str(folder / "data"), "--out", str(folder / "model")]
        steps = ["--steps", "3"]
        result = CliRunner().invoke(main, arguments + steps, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def runs(world: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FUNDSTELLE_RUNS", str(world / "runs"))
    return runs_folder()


def test_the_exported_folder_is_read_by_plain_sentence_transformers(world: Path) -> None:
    from indexer.sbert import plain_sentence_transformer

    model = plain_sentence_transformer(world / "model")
    assert next(model.parameters()).dtype == torch.float32
    found = model.encode(["Die Schule", "Die Brücke"])
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_the_exported_weights_are_halves_of_the_trained_ones(world: Path, runs: Path) -> None:
    shipped = load_file(world / "model" / "model.safetensors")
    trained = load_file(runs / "asked" / "model" / "model.safetensors")
    assert {weight.dtype for weight in shipped.values()} == {np.dtype(np.float16)}
    for name, weight in trained.items():
        assert np.allclose(weight, shipped[name], rtol=2**-10, atol=1e-6), name  # half precision


def test_what_overlaps_with_evaluation_data_is_in_no_stage(runs: Path) -> None:
    prepared = load_prepared()
    texts = [pair.german for listed in prepared.pairs.values() for pair in listed]
    assert texts
    assert "Wo ist die Schule von Bonn heute?" not in texts


def test_the_first_stage_leaves_layers_and_english_rows_as_they_are(runs: Path) -> None:
    before = load_file(runs / "initial" / "model.safetensors")
    after = load_file(runs / "rows" / "model" / "model.safetensors")
    changed = [name for name in before if not np.array_equal(before[name], after[name])]
    assert changed == ["embeddings.word_embeddings.weight"]
    first_new = json.loads((runs / "initial" / "pieces.json").read_text())["english"]
    rows = [name["embeddings.word_embeddings.weight"] for name in (before, after)]
    assert np.array_equal(rows[0][:first_new], rows[1][:first_new])
    assert not np.array_equal(rows[0][first_new:], rows[1][first_new:])


def test_a_finished_part_is_not_done_again(world: Path, runs: Path) -> None:
    weights = runs / "asked" / "model" / "model.safetensors"
    before = weights.stat().st_mtime_ns
    arguments = ["--data", str(world / "data"), "--out", str(world / "again")]
    assert CliRunner().invoke(main, arguments, catch_exceptions=False).exit_code == 0
    assert weights.stat().st_mtime_ns == before
    lists = [(world / name / "SHA256SUMS").read_text() for name in ("model", "again")]
    assert lists[0] == lists[1]


def test_a_stage_that_was_stopped_goes_on_as_if_it_had_not_been(runs: Path) -> None:
    checkpoint = runs / "all" / "checkpoint.pt"
    finished = load_file(runs / "all" / "model" / "model.safetensors")
    checkpoint.unlink()
    stopped = Trainer("all", runs / "rows" / "model", 3, "cpu")
    stopped.learn_until(2, every=10)
    stopped.save()
    resumed = Trainer("all", runs / "rows" / "model", 3, "cpu")
    assert resumed.step == 2
    resumed.learn_until(3, every=10)
    for name, weight in resumed.student.state_dict().items():
        if name in finished:
            assert np.allclose(weight.numpy(), finished[name], atol=1e-6), name


def test_a_batch_depends_on_the_step_alone(runs: Path) -> None:
    prepared = load_prepared()
    first, second = (Batches(prepared, load_lexicon(prepared), 1) for _ in range(2))
    mix = STAGES["asked"].mix
    drawn = [first.draw(step, mix) for step in range(40)]
    assert [second.draw(step, mix) for step in reversed(range(40))][::-1] == drawn
    assert len({kind for kind, _ in drawn}) > 8


def test_a_query_and_its_passage_stand_in_the_same_place(runs: Path) -> None:
    prepared = load_prepared()
    batches = Batches(prepared, load_lexicon(prepared), 1)
    for step in range(6):
        _, batch = batches.draw(step, {"english_sentences": 1.0})
        assert isinstance(batch, Retrieval)
        assert len(batch.queries) == len(batch.passages)
        assert len(set(batch.passages)) == len(batch.passages)


def test_the_teacher_learns_questions_but_no_word(runs: Path) -> None:
    before = load_file(teacher_folder() / "model.safetensors")
    after = load_file(runs / "teacher" / "model" / "model.safetensors")
    rows = "embeddings.word_embeddings.weight"
    assert np.array_equal(before[rows], after[rows])
    assert not all(np.array_equal(before[name], after[name]) for name in after)


def test_crowding_is_the_cross_entropy_against_the_neighbours_worked_by_hand() -> None:
    # Two texts at right angles, each at its translation: -log(e^20 / (e^20 + e^0)).
    expected = math.log1p(math.exp(-SCALE))
    assert float(crowded(torch.eye(2), torch.ones(2))) == pytest.approx(expected, abs=1e-7)
    # The same text twice is no neighbour of itself: nothing is left but its translation.
    assert float(crowded(torch.ones(2, 1), torch.ones(2))) == pytest.approx(0, abs=1e-7)


def test_vectors_keep_the_order_of_their_texts_and_do_not_depend_on_padding() -> None:
    model, texts = load_bert(teacher_folder()), Texts(teacher_folder())
    batch = ["A short one.", "word " * 90, "Another short one, a little longer.", "x"]
    with torch.no_grad():
        together = vectors(model, texts, batch, "cpu")
        alone = torch.cat([vectors(model, texts, [text], "cpu") for text in batch])
    # bf16 has eight bits: a unit vector of 384 places differs by some thousandths in direction.
    assert (together * alone).sum(1).min() > 0.999


def test_contrast_is_the_cross_entropy_worked_by_hand() -> None:
    # Two texts, orthogonal: -log(e^20 / (e^20 + e^0)) for each, both ways round.
    expected = math.log1p(math.exp(-SCALE))
    assert float(contrast(torch.eye(2), torch.eye(2))) == pytest.approx(expected, abs=1e-7)


def test_the_same_passage_twice_is_no_negative_of_itself() -> None:
    same = duplicates(["a", "b", "a"])
    assert same.tolist() == [[False, False, True], [False, False, False], [True, False, False]]
    queries = torch.eye(3)
    passages = torch.stack([queries[0], queries[1], queries[0]])
    assert torch.isfinite(contrast(queries, passages, same))


def test_a_student_at_its_teacher_has_only_the_contrast_left() -> None:
    assert float(translation_loss(torch.eye(4), torch.eye(4))) == pytest.approx(0, abs=1e-6)


def test_a_gradient_is_kept_from_a_row_on() -> None:
    rows = torch.tensor([[1, 3]])
    gradient = torch.sparse_coo_tensor(rows, torch.ones(2, 2), (5, 2), check_invariants=True)
    kept = only_from(gradient, 2)
    assert kept is not None
    assert kept.to_dense().sum(1).tolist() == [0, 0, 0, 2, 0]


def test_ndcg_with_one_relevant_text_is_the_discount_of_its_rank() -> None:
    scores = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0]])
    assert ndcg(scores, np.array([0, 1])) == pytest.approx((1 + 1 / math.log2(3)) / 2)


def test_the_checksums_are_as_sha256sum_writes_them(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")
    write_checksums(tmp_path)
    # SHA-256 of nothing, FIPS 180-4.
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert (tmp_path / "SHA256SUMS").read_text() == f"{empty}  a\n"


def test_the_reader_is_trained_in_two_stages_and_exported(world: Path, runs: Path) -> None:
    data = world / "data"

    def run(command: click.Command, *arguments: str) -> None:
        result = CliRunner().invoke(command, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output

    run(prepare, "--data", str(data))
    run(train_reader, "--run", "reader", "--steps", "2")
    find_reader_examples(data, written(world / "written"))
    run(train_reader, "--run", "second", "--start", "reader", "--steps", "2")
    run(export_reader, "second", "--out", str(world / "reader"))
    (scores,) = Reader(world / "reader").read("Wo?", [Window("", ("In Bonn.", "Heute."))])
    assert len(scores.sentences) == 2
    first = ReaderTrainer(SHIPPED_FOLDER, 2, "reader", SEED)
    second = ReaderTrainer(SHIPPED_FOLDER, 2, "second", SEED, "reader")
    assert (first.step, second.step) == (2, 2)
    assert {example.question for example in second.examples.draw(0)} & {"Wo steht es?", "Where?"}
    drawn = [one for step in range(40) for one in second.examples.draw(step)]
    [misled, *_] = [one for one in drawn if one.question == "Wer baute es?"]
    assert not any(misled.labels)


def written(folder: Path) -> Path:
    """A place with one document, and a question that it does not answer."""
    documents = folder / "towns" / "bonn" / "documents"
    documents.mkdir(parents=True)
    (folder / "passages.jsonl").write_text("")
    (documents / "haus.de.md").write_text("# Haus\n\nDas Haus steht am Ufer. Es ist gelb.\n")
    rows = [
        {
            "questions": {"de": "Wo steht es?", "en": "Where?"},
            "answers": [{"doc_id": "haus.de.md", "quote": "steht am Ufer"}],
        },
        {"questions": {"de": "Wer baute es?"}, "answers": []},
    ]
    lines = [json.dumps(row) for row in rows]
    (folder / "towns" / "bonn" / "questions.jsonl").write_text("\n".join(lines) + "\n")
    return folder
