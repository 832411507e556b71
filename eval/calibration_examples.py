"""What the calibration asks, and of which texts: held-out training data, never evaluation data.

Questions are asked of corpora that hold the answer and of the same corpora without it, so that
the refusal learns from near misses on the right topic. Asked are those of pages and articles that
neither encoder nor reader was trained on: both are surer of what they have seen than they will be
of anybody's documents.
"""

from __future__ import annotations

import json
import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from api.filters import NO_FILTERS, Filters
from indexer.text.sentences import sentence_spans
from indexer.training.lexicon import Lexicon
from indexer.training.prepare import english_held_out
from indexer.training.reader.examples import Glosses, example
from indexer.training.reader.german import asked_otherwise, question_of, shortened
from indexer.training.reader.people import other_kind, other_year
from indexer.training.sources import (
    HELD_OUT_ARTICLES,
    HELD_OUT_PAGES,
    Answered,
    Asked,
    Section,
    is_held_out,
)
from indexer.types import Language

QUESTIONS_OF_A_PARAGRAPH = 2
MADE_PARAGRAPHS, MADE_QUESTIONS = 900, 200
LANGUAGES: tuple[Language, ...] = ("de", "en")
_SHORTEST = 25  # characters of a sentence that is asked about


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


def english(paragraphs: Sequence[Answered]) -> Asking:
    """People's questions on English encyclopedia paragraphs."""
    return Asking(_english_pages(paragraphs), list(_english_examples(paragraphs)))


def german(sections: Iterable[Section], lexicon: Lexicon) -> Asking:
    """Questions made by rule on German encyclopedia paragraphs, some put into English words."""
    chance = random.Random(11)  # noqa: S311 - sampling
    held_out = [s for s in sections if is_held_out(s.title, percent=HELD_OUT_ARTICLES)]
    titles = list(dict.fromkeys(section.title for section in held_out))
    chance.shuffle(titles)
    kept = set(titles[: MADE_PARAGRAPHS // 30])  # whole articles: neighbours are the near misses
    chosen = [section for section in held_out if section.title in kept][:MADE_PARAGRAPHS]
    pages = {f"{number}.md": _article(section) for number, section in enumerate(chosen)}
    examples = list(_made_examples(chance, chosen, Glosses(lexicon)))
    return Asking(pages, examples)


def _article(section: Section) -> str:
    return f"---\ntitle: {json.dumps(section.title)}\nlanguage: de\n---\n\n{section.text}\n"


def _made_examples(
    chance: random.Random, sections: Sequence[Section], glosses: Glosses
) -> Iterator[Example]:
    places = []
    for number, section in enumerate(sections):
        for start, end in sentence_spans(section.text, 0, len(section.text), "de"):
            sentence = section.text[start:end]
            made = question_of(chance, sentence, section.title, person=False)
            if made and len(sentence) >= _SHORTEST:
                places.append((number, sentence, made))
    names = [f"{number}.md" for number in range(len(sections))]
    for number, sentence, made in chance.sample(places, min(MADE_QUESTIONS, len(places))):
        title = sections[number].title
        question = shortened(chance, made.text)
        if title.lower() not in question.lower():
            question = f"{title}: {question}"
        if chance.random() < 0.4:
            asked = example(question, "", (sentence,), [0])
            question = glosses.question(chance, asked, "en").question
        says = _says([sentence])
        yield Example(question, NO_FILTERS, says, title)
        others = tuple(name for name in names if name != f"{number}.md")
        yield Example(question, Filters(doc_ids=others), _nothing, title)
        otherwise = asked_otherwise(chance, made, sentence) or other_year(chance, question)
        if otherwise:
            yield Example(otherwise, NO_FILTERS, _nothing, title)


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


def _holds(page: str, spans: list[str]) -> Callable[[str, str], bool]:
    """Whether a sentence of this page holds one of these short answers."""
    return lambda doc_id, said: doc_id == page and any(span in said for span in spans)


def _english_pages(paragraphs: Iterable[Answered]) -> dict[str, str]:
    return {f"{number}.txt": answered.section.text for number, answered in enumerate(paragraphs)}


def _english_examples(paragraphs: Sequence[Answered]) -> Iterator[Example]:
    """Some questions of each paragraph, with the paragraph and without it."""
    chance = random.Random(12)  # noqa: S311 - sampling
    names = list(_english_pages(paragraphs))
    articles = english_held_out(paragraphs)
    for number, answered in enumerate(paragraphs):
        article = answered.section.title
        if article not in articles:
            continue
        for question in answered.unanswered:
            yield Example(question, NO_FILTERS, _nothing, article)
        for question, start, end in answered.questions[:QUESTIONS_OF_A_PARAGRAPH]:
            answers = _holds(f"{number}.txt", [answered.section.text[start:end]])
            yield Example(question, NO_FILTERS, answers, article)
            others = tuple(name for name in names if name != f"{number}.txt")
            yield Example(question, Filters(doc_ids=others), _nothing, article)
            if changed := other_year(chance, question) or other_kind(question):
                yield Example(changed, NO_FILTERS, _nothing, article)
