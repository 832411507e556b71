"""The initial student: all-MiniLM-L6-v2 with German word pieces, before any training.

python -m indexer.training.initial
"""

from __future__ import annotations

import json
import pickle
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
from tokenizers import Tokenizer

from indexer.training.alignment import Alignment, align
from indexer.training.lexicon import Lexicon, learn_lexicon
from indexer.training.pieces import (
    CONTINUES,
    SPECIAL,
    choose_pieces,
    count_words,
    kept_english,
    write_tokenizer,
)
from indexer.training.prepare import Prepared, load_prepared, runs_folder
from indexer.training.student import save_model, teacher_folder

ROWS = 54_000  # with six layers of 384 dimensions in fp16: about 63 MB
ALIGNED_PAIRS = 420_000
MAX_ALIGNED_PIECES = 28
WEAKEST_LINK = 0.02  # Dice below this is chance
# How often each text counts for which pieces are learned: general and administrative German first.
WEIGHTS = {"general-mixed": 5, "municipal": 8, "tatoeba": 2}
TECHNICAL_LINES = 60_000  # of each source of documentation


def german_texts(prepared: Prepared) -> Iterator[tuple[str, int]]:
    """Yield the German text that pieces are learned from, with its weight."""
    for source, pairs in prepared.pairs.items():
        for pair in pairs if source in WEIGHTS else pairs[:TECHNICAL_LINES]:
            yield pair.german, WEIGHTS.get(source, 1)
    for section in prepared.encyclopedia:
        yield f"{section.title} {section.heading} {section.text}", 3
    for section in prepared.laws[::3]:
        yield f"{section.heading} {section.text}", 1
    for pair in prepared.dictionary:
        yield pair.german, 1


def english_texts(prepared: Prepared) -> Iterator[tuple[str, int]]:
    """Yield the English text whose words must go on being cut as they are."""
    for source, pairs in prepared.pairs.items():
        for pair in pairs if source in WEIGHTS else pairs[:TECHNICAL_LINES]:
            yield pair.english, WEIGHTS.get(source, 1)
    for answered in prepared.english:
        yield (
            " ".join([answered.section.text, *(question for question, _, _ in answered.questions)]),
            20,
        )
    for pair in prepared.dictionary:
        yield pair.english, 1


def aligned_pairs(prepared: Prepared) -> list[tuple[str, str]]:
    """Return the pairs to align: all general ones, and of documentation what fits."""
    general = [
        (pair.german, pair.english) for source in WEIGHTS for pair in prepared.pairs[source]
    ] + [(pair.german, pair.english) for pair in prepared.dictionary]
    technical = [
        (pair.german, pair.english)
        for source, pairs in prepared.pairs.items()
        if source not in WEIGHTS
        for pair in pairs
    ]
    random.Random(1).shuffle(technical)
    return general + technical[: max(0, ALIGNED_PAIRS - len(general))]


def initial_rows(
    rows: np.ndarray, pieces: list[str], tokenizer: Tokenizer, first_new: int, prepared: Prepared
) -> np.ndarray:
    """Return (len(pieces), D) rows: the English ones, then each German one from its alignments.

    A new row is the Dice-weighted mean of the rows of the English pieces it is aligned with, at
    the length of a typical English row; a piece that no pair holds is the mean of its parts.
    """
    dimension = rows.shape[1]
    table = np.zeros((len(pieces), dimension), dtype=np.float32)
    table[:first_new] = rows
    alignment = _aligned(tokenizer, len(pieces), prepared)
    typical = float(np.median(np.linalg.norm(rows, axis=1)))
    known = np.zeros(len(pieces), dtype=bool)
    known[:first_new] = True
    for number in range(first_new, len(pieces)):
        english, strength = alignment.of(number + 1)
        # English text, too, holds German names; only rows that mean something can be averaged.
        english, strength = english[known[english]], strength[known[english]]
        if len(english) and strength[0] >= WEAKEST_LINK:
            mean = strength @ table[english]
            table[number] = mean * (typical / np.linalg.norm(mean))
            known[number] = True
    _from_parts(table, pieces, known, first_new)
    print(f"{known[first_new:].sum():,} of {len(pieces) - first_new:,} new rows from alignments")
    return table


def _aligned(tokenizer: Tokenizer, units: int, prepared: Prepared) -> Alignment:
    german, english = zip(*aligned_pairs(prepared), strict=True)
    left, right = [], []
    for own, other in zip(
        tokenizer.encode_batch(list(german), add_special_tokens=False),
        tokenizer.encode_batch(list(english), add_special_tokens=False),
        strict=True,
    ):
        if 0 < len(own.ids) <= MAX_ALIGNED_PIECES and 0 < len(other.ids) <= MAX_ALIGNED_PIECES:
            left.append(np.unique(np.array(own.ids, dtype=np.int32)) + 1)
            right.append(np.unique(np.array(other.ids, dtype=np.int32)))
    return align(left, right, units + 1, units)


def _from_parts(table: np.ndarray, pieces: list[str], known: np.ndarray, first_new: int) -> None:
    """Fill the rows without alignment with the mean of the longest known parts."""
    number_of = {piece: number for number, piece in enumerate(pieces)}
    for number in range(first_new, len(pieces)):
        if known[number]:
            continue
        parts = _parts(pieces[number], number_of, known)
        if parts:
            table[number] = table[parts].mean(axis=0)


def _parts(piece: str, number_of: dict[str, int], known: np.ndarray) -> list[int]:
    prefix = CONTINUES if piece.startswith(CONTINUES) else ""
    rest, parts = piece.removeprefix(CONTINUES), []
    while rest:
        for length in range(len(rest), 0, -1):
            number = number_of.get(prefix + rest[:length])
            if number is not None and known[number]:
                parts.append(number)
                rest = rest[length:]
                break
        else:
            rest = rest[1:]
        prefix = CONTINUES
    return parts


def first_new_row(folder: Path) -> int:
    """Return the number of the first German row; all before it are the teacher's."""
    return int(json.loads((folder / "pieces.json").read_text("utf-8"))["english"])


def load_lexicon(prepared: Prepared) -> Lexicon:
    """Return the word lexicon of the parallel texts, learned once and kept."""
    file = runs_folder() / "lexicon.pickle"
    if not file.exists():
        lexicon = learn_lexicon(aligned_pairs(prepared))
        unfinished = file.with_suffix(".part")
        unfinished.write_bytes(pickle.dumps(lexicon))
        unfinished.replace(file)
    loaded: Lexicon = pickle.loads(file.read_bytes())  # noqa: S301 - our own file
    return loaded


@click.command()
@click.option("--rows", type=click.IntRange(31_000, 100_000), default=ROWS, help="Word pieces.")
def main(rows: int) -> None:
    """Write the initial student to the runs folder."""
    prepared = load_prepared()
    vocabulary = (teacher_folder() / "vocab.txt").read_text("utf-8").splitlines()
    english = [*SPECIAL, *kept_english(vocabulary)]
    counts = count_words(german_texts(prepared))
    german = choose_pieces(
        english, counts, count_words(english_texts(prepared)), rows - len(english)
    )
    pieces = english + german
    print(f"{len(english):,} English and {len(german):,} German pieces")
    folder = runs_folder() / "initial"
    folder.mkdir(exist_ok=True)
    write_tokenizer(pieces, folder / "tokenizer.json")
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    counts_file = folder / "pieces.json"
    counts_file.write_text(json.dumps({"english": len(english), "german": len(german)}), "utf-8")
    number_of = {piece: number for number, piece in enumerate(vocabulary)}
    save_model(
        folder,
        lambda old: initial_rows(
            old[[number_of[piece] for piece in english]], pieces, tokenizer, len(english), prepared
        ),
    )


if __name__ == "__main__":
    sys.exit(main())
