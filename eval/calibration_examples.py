"""What the calibration asks, and of which texts: held-out training data, never evaluation data.

Questions are asked of corpora that hold the answer and of the same corpora without it, so that
the refusal learns from near misses on the right topic. Asked are those of pages and articles that
neither encoder nor reader was trained on: both are surer of what they have seen than they will be
of anybody's documents.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from api.filters import NO_FILTERS, Filters
from indexer.training.reader.written import Collection, Written, says
from indexer.training.sources import (
    HELD_OUT_PAGES,
    Asked,
    is_held_out,
)
from indexer.types import Language

LANGUAGES: tuple[Language, ...] = ("de", "en")


@dataclass(frozen=True, slots=True)
class Example:
    """A question, what it may be answered from, and whether (doc_id, sentence) answers it."""

    question: str
    filters: Filters
    answers: Callable[[str, str], bool]
    group: str  # the page or article that it is about
    judged: bool = True  # whether every sentence that may be read has been judged


@dataclass(frozen=True, slots=True)
class Asking:
    """Texts, by file name, and what is asked of them."""

    pages: dict[str, str]
    examples: list[Example]


def municipal(questions: Sequence[Asked]) -> Asking:
    """People's questions on municipal pages, in both languages."""
    return Asking(_municipal_pages(questions), list(_municipal_examples(questions)))


def written(collection: Collection) -> Asking:
    """Written questions on passages or on the documents of a place, as they are and unanswered."""
    return Asking(collection.pages, list(_written_examples(collection)))


def _written_examples(collection: Collection) -> Iterator[Example]:
    """In one of its languages, of all documents; at times of all but those that answer."""
    for one in collection.questions:
        if not one.held_out:
            continue
        toss = zlib.crc32(json.dumps(one.questions, sort_keys=True).encode())
        question = list(one.questions.values())[toss % len(one.questions)]
        yield Example(question, NO_FILTERS, _quoted(one), one.about)
        left = tuple(name for name in collection.pages if name not in one.answers)
        if one.answers and left and toss % 5 == 0:
            yield Example(question, Filters(doc_ids=left), _nothing, one.about)


def _quoted(one: Written) -> Callable[[str, str], bool]:
    """Whether a sentence of a document holds a quote, a doubtful one too."""
    quotes = {
        name: (*one.answers.get(name, ()), *one.doubtful.get(name, ())) for name in one.answers
    }
    return lambda doc_id, said: says(said, quotes.get(doc_id, ()))


def _nothing(doc_id: str, said: str) -> bool:
    return False


def _municipal_pages(questions: Iterable[Asked]) -> dict[str, str]:
    """Each page in both languages, and those that are asked about without what answers."""
    pages = {}
    for asked in questions:
        for language in LANGUAGES:
            sentences = asked.sentences[language]
            pages[_file(asked.page, language)] = "\n".join(sentences)
            if _is_asked(asked) and asked.answers[language]:
                gold = {sentences[number] for number in asked.answers[language]}
                rest = [sentence for sentence in sentences if sentence not in gold]
                pages[_without(asked, language)] = "\n".join(rest) + "\n"
    return pages


def _is_asked(asked: Asked) -> bool:
    return is_held_out(asked.page, percent=HELD_OUT_PAGES)


def _without(asked: Asked, language: Language) -> str:
    number = zlib.crc32(asked.questions["de"].encode())
    return f"without-{number}-{_file(asked.page, language)}"


def _file(page: str, language: str) -> str:
    return f"{page.replace('/', '-')}.{language}.txt"


def _municipal_examples(questions: Sequence[Asked]) -> Iterator[Example]:
    """Of all pages; of the page itself in either language; of the same without its answers."""
    whole = tuple(sorted({_file(asked.page, own) for asked in questions for own in LANGUAGES}))
    for asked in filter(_is_asked, questions):
        answers = _says(
            [
                asked.sentences[language][number]
                for language in LANGUAGES
                for number in asked.answers[language]
                if asked.sentences[language][number]  # a masked one is in every text
            ]
        )
        for own in LANGUAGES:
            text = asked.questions[own]
            yield Example(text, Filters(doc_ids=whole), answers, asked.page, judged=False)
            for other in LANGUAGES:
                page = (_file(asked.page, other),)
                yield Example(text, Filters(doc_ids=page), answers, asked.page)
                if asked.answers[other]:
                    without = (_without(asked, other),)
                    yield Example(text, Filters(doc_ids=without), _nothing, asked.page)


def _says(sentences: list[str]) -> Callable[[str, str], bool]:
    """Whether a sentence is one of these; some recur across pages, which is as good."""
    return lambda doc_id, said: any(said in known or known in said for known in sentences)
