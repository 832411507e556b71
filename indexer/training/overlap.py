"""The one filter between training data and evaluation data; every loader passes through it.

Texts are compared after NFKC, case folding and without punctuation. In common with any file of the
evaluation folder counts: a whole sentence of six or more words, a whole question, or any sequence
of eight words.
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SEQUENCE_WORDS = 8
SENTENCE_WORDS = 6

_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”“»)\]]*\s+|\n+")


class _Tabbed(csv.excel_tab):
    """Fields between tabs; a quotation mark is a quotation mark."""

    quoting = csv.QUOTE_NONE


class EvaluationText:
    """What training must not see. Membership is by hash: some 64 bits for each sequence."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._sequences: set[int] = set()
        self._sentences: set[int] = set()
        for text in texts:
            words = normalised_words(text)
            self._sequences.update(_sequences(words))
            for sentence in [text, *_SENTENCE_END.split(text)]:
                words = normalised_words(sentence)
                if words and (len(words) >= SENTENCE_WORDS or sentence.rstrip().endswith("?")):
                    self._sentences.add(hash(tuple(words)))

    @classmethod
    def read(cls, folder: Path) -> EvaluationText:
        """Take in every string of every file of the folder.

        Raises:
            FileNotFoundError: if the folder holds no file: training unfiltered is not possible.
        """
        files = sorted(file for file in folder.glob("*") if file.is_file())
        if not files:
            raise FileNotFoundError(f"no evaluation data in {folder} to keep training clear of")
        return cls(text for file in files for text in _strings(file))

    def overlaps(self, text: str) -> bool:
        """Whether the text shares a sentence, a question or eight words in a row."""
        words = normalised_words(text)
        if any(sequence in self._sequences for sequence in _sequences(words)):
            return True
        if hash(tuple(words)) in self._sentences:
            return True
        sentences = _SENTENCE_END.split(text)
        return len(sentences) > 1 and any(
            hash(tuple(normalised_words(sentence))) in self._sentences for sentence in sentences
        )

    def masked(self, sentences: Iterable[str], mask: str = "") -> list[str]:
        """Replace each sentence that overlaps, so that the others keep their index."""
        return [mask if self.overlaps(sentence) else sentence for sentence in sentences]


def normalised_words(text: str) -> list[str]:
    """Return the words as they are compared: NFKC, case folded, without punctuation."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _sequences(words: list[str]) -> Iterator[int]:
    for start in range(len(words) - SEQUENCE_WORDS + 1):
        yield hash(tuple(words[start : start + SEQUENCE_WORDS]))


def _strings(file: Path) -> Iterator[str]:
    """Yield every string of a file, whatever its format: JSON values, table cells, lines."""
    if file.suffix == ".json":
        yield from _strings_within(json.loads(file.read_text("utf-8")))
    elif file.suffix == ".jsonl":
        for line in file.read_text("utf-8").splitlines():
            yield from _strings_within(json.loads(line))
    elif file.suffix in {".csv", ".tsv"}:
        with file.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream, _Tabbed if file.suffix == ".tsv" else "excel"):
                yield from row
    else:
        yield from file.read_text("utf-8").splitlines()


def _strings_within(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _strings_within(part)
    elif isinstance(value, list):
        if value and all(isinstance(part, str) for part in value):
            yield " ".join(value)  # sentences of one page also in one piece
        for part in value:
            yield from _strings_within(part)
