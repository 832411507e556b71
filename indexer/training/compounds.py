"""Learn which word parts German compounds are made of, from the training text.

python -m indexer.training.compounds

A part is a word that occurs by itself. How many different words it begins, with a linking element
or without, and how many it ends, is what `indexer.text.compounds` decides by.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from indexer.text import compounds
from indexer.training.prepare import Prepared, load_prepared
from indexer.training.resources import write_compressed

MIN_FREQUENCY = 5  # of a part by itself
SHORT_FREQUENCY, SHORT_NOUNS = 60, 0.8  # three letters are a word only if it is a common noun
MIN_BEGUN = 2  # words that a part must begin to be known as a left one
# A noun this frequent may begin more than the text shows; so many are taken for granted.
NOUN_FREQUENCY, NOUN_BEGINS = 20, 4
# After these endings the linking s is a rule: Digitalisierungs-, Sicherheits-, Informations-.
LINKED_BY_S = ("ung", "heit", "keit", "schaft", "ion", "tät", "ling", "tum")
LINKED_BEGINS = 8
WHOLE_FREQUENCY = 20  # a word this frequent needs more reason to be split ...
WHOLE_PENALTY = 0.3  # ... by so much times the logarithm of its frequency
LINKS = ("", "s", "es", "n", "en", "er", "e", "ns", "ens")
SHORT_STEMS = frozenset("neu alt roh bio rot tief hoch see end erd süd nord ost west".split())

# Prefixes, particles and function words begin words without being parts of compounds.
NO_PARTS = frozenset(
    """
    ab an auf aus ein mit nach vor zu über unter um durch bei weg rück her hin be ver un ge miss ur
    erz ent er zer wider wieder hinter gegen dar da zusammen zurück weiter fort los empor nieder
    vorbei heraus hinaus hinein herein voran voraus dazu daran davon dabei nicht all alle ander auch
    dies eine einer die der das den dem des wer was wie wo man nur sehr so dann denn wenn für von
    vom zum zur ist sind war als also noch schon ohne bis seit sein mein dein ihr wir sie per pro
    tele mikro makro multi inter intra trans anti auto geo hydro thermo elektro post prä pseudo re
    sub super ultra unver unge unbe verun veran verab beab beauf ange abge aufge ausge einge zuge
    vorge umge mitge beige nachge durchge überge unterge hinge herge wegge losge festge
    """.split()
)
# Endings of derived and inflected words.
NO_HEADS = frozenset(
    """
    heit keit ung ungen schaft schaften bar lich los frei voll weise mäßig chen lein tum nis nisse
    nissen sam haft isch ische ischen ismus ist isten tion tionen tät täten ität heiten keiten liche
    lichen licher liches lichem bare baren barer lose losen loser iger igen ige iges end ende enden
    ender innen rinnen erin ern ert ter ster sten ste ten tete teten ieren iert ierte ierten ierung
    ierungen mal mals lang wärts ling linge lings barkeit lichkeit losigkeit samkeit haftigkeit
    igkeit igkeiten sal sel erei elei ation ationen ator eur tionell ale alen aler iell ell iv ive
    iven ant anz enz ik iker weisen sen stern gew
    """.split()
)
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE_START = re.compile(r"(?:^|[.!?:„“\"»(]\s*)$")


class Vocabulary:
    """German words in lower case, how often they occur, and how often as nouns."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.frequency: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()
        self._small: Counter[str] = Counter()
        for text in texts:
            for match in _WORD.finditer(text):
                word = match.group()
                lower = word.lower()
                self.frequency[lower] += 1
                # At the start of a sentence every word has a capital letter.
                if _SENTENCE_START.search(text, max(0, match.start() - 3), match.start()):
                    continue
                if word[0].isupper() and not word.isupper():
                    self._capital[lower] += 1
                elif word[0].islower():
                    self._small[lower] += 1

    def nouns(self, word: str) -> float:
        """Share of the word's occurrences with a capital letter, in [0, 1]; 0 if unknown."""
        if word not in self.frequency:
            return 0.0
        capital, small = self._capital[word], self._small[word]
        return (capital + 0.5) / (capital + small + 1)

    def parts(self) -> set[str]:
        """Return the words that may be parts of others."""
        found = {
            word
            for word, count in self.frequency.items()
            if count >= MIN_FREQUENCY
            and (
                len(word) > compounds.SHORTEST_PART
                or (len(word) == compounds.SHORTEST_PART and self._common_noun(word))
            )
        }
        return (found | SHORT_STEMS) - NO_PARTS - NO_HEADS

    def _common_noun(self, word: str) -> bool:
        return self.frequency[word] >= SHORT_FREQUENCY and self.nouns(word) > SHORT_NOUNS


def german_texts(prepared: Prepared) -> Iterator[str]:
    """Yield all German text; of the largest source every third sentence."""
    for pairs in prepared.pairs.values():
        for pair in pairs[:: 3 if len(pairs) > 200_000 else 1]:
            yield pair.german
    for pair in prepared.dictionary:
        yield pair.german
    for section in (*prepared.encyclopedia, *prepared.laws, *prepared.manuals):
        yield from (section.title, section.heading, section.text)


def learn(vocabulary: Vocabulary) -> compounds.Parts:
    """Count what each part begins and ends."""
    parts = vocabulary.parts()
    begun: dict[str, set[str]] = defaultdict(set)
    ended: dict[str, set[str]] = defaultdict(set)
    for word in vocabulary.frequency:
        if len(word) < compounds.SHORTEST_WORD:
            continue
        for seam in range(3, len(word) - 2):
            left, right = word[:seam], word[seam:]
            if right in parts and is_left_part(left, parts):
                begun[left].add(right)
                ended[right].add(left)
    begins = {left: len(rights) for left, rights in begun.items() if len(rights) >= MIN_BEGUN}
    for word in parts:
        if len(word) < 4 or vocabulary.nouns(word) <= 0.5:
            continue
        if vocabulary.frequency[word] >= NOUN_FREQUENCY:
            begins[word] = max(begins.get(word, 0), NOUN_BEGINS)
        if len(word) > 5 and word.endswith(LINKED_BY_S):
            begins[word + "s"] = max(begins.get(word + "s", 0), LINKED_BEGINS)
    ends = {
        right: (len(lefts), round(vocabulary.nouns(right), 2)) for right, lefts in ended.items()
    }
    return compounds.Parts(begins, ends, frozenset())


def is_left_part(left: str, parts: set[str]) -> bool:
    """Whether it is a part, with a linking element or the stem of a verb or of a word in -e."""
    if left in NO_PARTS:
        return False
    for link in LINKS:
        base = left[: len(left) - len(link)] if left.endswith(link) else ""
        if len(base) < compounds.SHORTEST_PART or base in NO_PARTS:
            continue
        stem = link == "" and len(base) >= 4 and (base + "e" in parts or base + "en" in parts)
        if base in parts or stem or (link == "e" and base + "en" in parts):
            return True
    return False


def whole_words(parts: compounds.Parts, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the frequent words for whose best seam too little speaks."""
    splitter = compounds.Splitter(parts)
    found = set()
    for word, count in vocabulary.frequency.items():
        if count >= WHOLE_FREQUENCY and len(word) >= compounds.SHORTEST_WORD:
            score, _ = splitter.best_seam(word)
            beyond = score - WHOLE_PENALTY * math.log1p(count)
            if score > compounds.THRESHOLD >= beyond:
                found.add(word)
    return frozenset(found)


def write(parts: compounds.Parts, file: Path) -> None:
    """Write one part a line, compressed; the same parts make the same bytes."""
    lines = [f"begins\t{word}\t{count}" for word, count in sorted(parts.begins.items())]
    lines += [f"ends\t{word}\t{n}\t{nouns}" for word, (n, nouns) in sorted(parts.ends.items())]
    lines += [f"whole\t{word}" for word in sorted(parts.whole)]
    write_compressed(file, lines)


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(compounds.__file__).with_name(compounds.RESOURCE),
)
def main(out: Path) -> None:
    """Write the parts that the index splits compounds by."""
    vocabulary = Vocabulary(german_texts(load_prepared()))
    parts = learn(vocabulary)
    whole = whole_words(parts, vocabulary)
    write(compounds.Parts(parts.begins, parts.ends, whole), out)
    print(f"{out}: {len(parts.begins):,} begin, {len(parts.ends):,} end, {len(whole):,} are whole")


if __name__ == "__main__":
    sys.exit(main())
