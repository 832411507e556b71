"""Slips of the keyboard in a question: words that nobody writes, one slip from one that is written.

An unknown word is exchanged only for one that the documents hold or the dictionary knows (Norvig
2007, "How to Write a Spelling Corrector", without its error model).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from indexer.analysis import LANGUAGES, stem, stems
from indexer.text.compounds import split_compound
from indexer.text.dictionary import translations
from indexer.types import Language

# A short word has too many neighbours, and names are among them; a long one takes too long.
MIN_CHARS, MAX_CHARS = 6, 30
MAX_WORDS = 10  # put right in one question
LETTERS = "abcdefghijklmnopqrstuvwxyzäöüß"
_WORD = re.compile(r"[^\W\d_]+")
_TITLE = re.compile(r"(?:\b(?:Frau|Herrn?|Mrs?|Ms|Miss|Dr|Prof|von|van|de)\.?\s+)$")

Stems = Mapping[Language, Sequence[str]]  # of the same words in each language
Held = Callable[[Stems], list[int]]  # -> how many passages hold each


def corrected(query: str, language: Language, held: Held) -> str:
    """Return the question with slips put right; what is known stays, to the letter.

    A question in a third language has no slips that could be known.
    """
    if language == "other":
        return query
    left = MAX_WORDS

    def right(match: re.Match[str]) -> str:
        nonlocal left
        word = match.group()
        lower = word.lower()
        if not MIN_CHARS <= len(word) <= MAX_CHARS or not left:
            return word
        if is_word(lower) or held(in_all([lower]))[0] or _TITLE.search(query[: match.start()]):
            return word
        left -= 1
        # A capital letter inside an English question is a name's: only the documents know it.
        name = language == "en" and word[0].isupper() and match.start() > 0
        return _nearest(lower, language, held, only_held=name) or word

    return _WORD.sub(right, query)


def is_word(word: str) -> bool:
    """Whether the dictionary knows a word in lower case, or all parts of a compound."""
    tables = translations()
    if stem(word, "de") in tables.to_english or stem(word, "en") in tables.to_german:
        return True
    parts = split_compound(word)
    return len(parts) > 1 and stem(parts[-1], "de") in tables.to_english


def _nearest(word: str, language: Language, held: Held, *, only_held: bool) -> str | None:
    neighbours = slips(word)
    stemmed = in_all(neighbours)
    counts = held(stemmed)
    most = max(counts)
    if most:
        return neighbours[counts.index(most)]
    if only_held:
        return None
    table = translations().to_german if language == "en" else translations().to_english
    for neighbour, own in zip(neighbours, stemmed[language], strict=True):
        if own in table:
            return neighbour
    # A compound that is nowhere written: taking all neighbours apart would take too long.
    return next((one for one in dict.fromkeys(likeliest_slips(word)) if is_word(one)), None)


def in_all(words: list[str]) -> Stems:
    """Return the stems of words in lower case, language by language."""
    return {language: stems(words, language) for language in LANGUAGES}


def slips(word: str) -> list[str]:
    """What may have been meant, each once, the likeliest kinds of slip first.

    Two letters exchanged, a letter too many, one too few, a wrong one; the first letter stays.
    """
    split = [(word[:place], word[place:]) for place in range(1, len(word) + 1)]
    fewer = [head + letter + tail for head, tail in split for letter in LETTERS]
    wrong = [head + letter + tail[1:] for head, tail in split[:-1] for letter in LETTERS]
    return list(dict.fromkeys([*likeliest_slips(word), *fewer, *wrong]))


def likeliest_slips(word: str) -> list[str]:
    """Two letters exchanged, or a letter too many."""
    exchanged = [
        word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        for place in range(1, len(word) - 1)
    ]
    return exchanged + [word[:place] + word[place + 1 :] for place in range(1, len(word))]
