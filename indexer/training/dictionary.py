"""Learn which words translate each other, for the index to look across languages.

python -m indexer.training.dictionary

Stems of parallel text are aligned, German compounds also by their parts; a dictionary made by
people adds what the pairs use otherwise (Verwaltung is management in manuals, administration in
a city hall).
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import click
import numpy as np

from indexer.analysis import content_words, stem, stems, stems_of_parts
from indexer.text import dictionary
from indexer.text.compounds import split_compound
from indexer.training.alignment import align
from indexer.training.initial import aligned_pairs
from indexer.training.prepare import load_prepared
from indexer.training.resources import write_compressed
from indexer.training.sources import Pair

KEPT_LINKS = 12  # per German unit, before the weights are looked at
MAX_UNITS = 40  # of a sentence
MIN_DICE = 0.01
MIN_SENTENCES = 2  # that have a word; a link seen once is a guess
MIN_WEIGHT, MOST = 0.06, 6  # of one word's translations
MADE_BY_PEOPLE = 0.4  # weight of a word pair of the dictionary

Table = dict[str, dict[str, float]]


class Numbers:
    """Numbers for stems, and how many sentences have each."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._number: dict[str, int] = {}
        self.counts: Counter[int] = Counter()

    def __len__(self) -> int:
        return len(self._number) + self._first

    def of(self, units: Iterable[str]) -> np.ndarray:
        """Return the distinct numbers of stems, ascending."""
        numbers = {self._number.setdefault(u, len(self._number) + self._first) for u in units}
        self.counts.update(numbers)
        return np.array(sorted(numbers), dtype=np.int32)

    def stems(self) -> list[str]:
        """Return the stem of each number."""
        return [""] * self._first + list(self._number)


def german_units(word: str) -> list[str]:
    """Return the stems of a word and, of a compound, of its parts."""
    parts = split_compound(word)
    return [stem(word, "de"), *(stems_of_parts(parts) if len(parts) > 1 else [])]


def learn(pairs: Iterable[tuple[str, str]], made_by_people: Iterable[Pair]) -> dictionary.Tables:
    """Align and weigh; a weight is how often the one word stands for the other."""
    german, english = Numbers(first=1), Numbers(first=0)
    left, right = [], []
    for own, other in pairs:
        units = [unit for word in content_words(own) for unit in german_units(word)]
        others = stems(content_words(other), "en")
        if 0 < len(units) <= MAX_UNITS and 0 < len(others) <= MAX_UNITS:
            left.append(german.of(units))
            right.append(english.of(others))
    links = align(left, right, len(german), len(english), keep=KEPT_LINKS)
    own_stems, other_stems = german.stems(), english.stems()
    to_english: Table = defaultdict(dict)
    to_german: Table = defaultdict(dict)
    for place in np.flatnonzero(links.strength >= MIN_DICE):
        first, second = int(links.german[place]), int(links.english[place])
        if min(german.counts[first], english.counts[second]) >= MIN_SENTENCES:
            own, other = own_stems[first], other_stems[second]
            to_english[own][other] = float(links.given_german[place])
            to_german[other][own] = float(links.given_english[place])
    for pair in made_by_people:
        own_words, other_words = content_words(pair.german), content_words(pair.english)
        if len(own_words) == len(other_words) == 1:
            own, other = stem(own_words[0], "de"), stem(other_words[0], "en")
            to_english[own][other] = max(MADE_BY_PEOPLE, to_english[own].get(other, 0.0))
            to_german[other][own] = max(MADE_BY_PEOPLE, to_german[other].get(own, 0.0))
    return dictionary.Tables(_best(to_english), _best(to_german))


def _best(table: Table) -> Table:
    found = {}
    for word, weights in table.items():
        strong = sorted((-weight, other) for other, weight in weights.items())[:MOST]
        kept = {other: round(-weight, 2) for weight, other in strong if -weight >= MIN_WEIGHT}
        if kept:
            found[word] = kept
    return found


def write(tables: dictionary.Tables, file: Path) -> None:
    """Write one translation a line, compressed; the same tables make the same bytes."""
    lines = [
        "\t".join([name, word, *(f"{other} {weight}" for other, weight in found.items())])
        for name, table in (("en", tables.to_english), ("de", tables.to_german))
        for word, found in sorted(table.items())
    ]
    write_compressed(file, lines)


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(dictionary.__file__).with_name(dictionary.RESOURCE),
)
def main(out: Path) -> None:
    """Write the translations that lexical search looks across languages with."""
    prepared = load_prepared()
    tables = learn(aligned_pairs(prepared), prepared.dictionary)
    write(tables, out)
    print(f"{out}: {len(tables.to_english):,} German and {len(tables.to_german):,} English words")


if __name__ == "__main__":
    sys.exit(main())
