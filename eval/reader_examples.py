"""What our own retrieval finds for written questions: `python -m eval.reader_examples DATA`.

The reader learns from these windows: those that answer, and those that were found though they
don't. They are cut and put together as they are when somebody asks.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from api.filters import NO_FILTERS, Filters
from api.in_force import InForce
from api.reading import Ranked, neighbours, window_of
from api.retrieval import rank, taken_in
from api.snapshot import Snapshot
from api.stopwatch import Stopwatch
from eval.indexing import built, write_texts
from indexer.encoder import Encoder, load_encoder
from indexer.text.language import question_language
from indexer.text.markup import plain
from indexer.training.overlap import EvaluationText
from indexer.training.prepare import runs_folder
from indexer.training.reader.examples import UNKNOWN
from indexer.training.reader.retrieved import RETRIEVED_FOLDER
from indexer.training.reader.written import FOLDER, Collection, Written, collections, says
from indexer.training.sources import TrainingData

PASSAGES = 12  # read of each ranking
AT_ONCE = 3  # passages that are read together, as at question time
GOLD_PASSAGES = 6  # of each document that answers, whether found or not

Row = dict[str, object]


def main(data: Path, written: Path = FOLDER) -> None:
    """Index each collection, ask everything, and keep what was found in the runs folder.

    A collection whose file is there already is not asked again.
    """
    sources = TrainingData(data / "train", EvaluationText.read(data / "eval"))
    folder = runs_folder() / RETRIEVED_FOLDER
    folder.mkdir(exist_ok=True)
    for collection in collections(sources, written):
        file = folder / f"{collection.name}.jsonl"
        if not file.exists():
            unfinished = file.with_suffix(".part")
            with unfinished.open("w", encoding="utf-8") as out:
                for row in _found(collection):
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
            unfinished.replace(file)
        print(f"{collection.name:24} {len(collection.pages):5} documents", flush=True)
    print(f"{sources.dropped['written']} questions were dropped for overlap")


def _found(collection: Collection) -> Iterator[Row]:
    with built(write=write_texts(collection.pages), reader=False) as settings:
        encoder = load_encoder(settings.encoder, threads=settings.threads)
        snapshot = InForce(settings, encoder.fingerprint).snapshot
        for written in collection.questions:
            for question in written.questions.values():
                windows = _windows(snapshot, encoder, question, written)
                yield {"question": question, "held_out": written.held_out, "windows": windows}


def _windows(
    snapshot: Snapshot, encoder: Encoder, question: str, written: Written
) -> list[tuple[str, list[str], list[float]]]:
    """Heading, sentences and labels of what is read: as ranked, then what answers all the same."""
    language = question_language(question)
    everything = snapshot.passages(NO_FILTERS)
    query = taken_in(snapshot, encoder, question, language, everything, Stopwatch())

    def found(filters: Filters, count: int) -> list[Ranked]:
        allowed = snapshot.passages(filters)
        ranking = rank(snapshot, query.wanted, language, query.vector, allowed, count)
        passages = snapshot.store.passages(ranking.rows[:count].tolist())
        scores = ranking.scores.tolist()
        return [Ranked(place, one, scores[place]) for place, one in enumerate(passages)]

    best = found(NO_FILTERS, PASSAGES)
    batches = [best[first : first + AT_ONCE] for first in range(0, len(best), AT_ONCE)]
    batches += [found(Filters(doc_ids=(name,)), GOLD_PASSAGES) for name in written.answers]
    groups = [group for batch in batches for group in neighbours(batch)]
    return [_labelled(snapshot, group, written) for group in groups]


def _labelled(
    snapshot: Snapshot, group: Sequence[Ranked], written: Written
) -> tuple[str, list[str], list[float]]:
    window, spans = window_of(snapshot, group)
    doc_id = group[0].passage.doc_id
    answers = [plain(quote) for quote in written.answers.get(doc_id, ())]
    doubtful = [plain(quote) for quote in written.doubtful.get(doc_id, ())]

    def label(sentence: str) -> float:
        if says(sentence, answers):
            return 1.0
        return UNKNOWN if says(sentence, doubtful) else 0.0

    labels = [
        0.0 if span is None else label(sentence)  # a heading never answers
        for sentence, span in zip(window.sentences, spans, strict=True)
    ]
    return window.heading, list(window.sentences), labels


if __name__ == "__main__":
    main(Path(sys.argv[1]))
