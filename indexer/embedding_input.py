"""What is embedded for a passage: its place in the document and its words, and each sentence."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import pairwise

from indexer.sentence_vectors import MAX_UNITS
from indexer.text.markup import plain
from indexer.types import Passage

EMBEDDING_INPUT_VERSION = "2"  # raised by hand when the same passage is embedded otherwise
MAX_SENTENCE_CHARS = 600  # more of one sentence adds nothing to its vector but time
MAX_CONTEXT_CHARS = 300  # a longer title or heading path says nothing more about one passage


def embedding_input(
    title: str, passage: Passage, count_tokens: Callable[[str], int], window: int
) -> str:
    """Join title, headings, column headers and passage so that `window` tokens hold them.

    Context gives way first: the outer headings, the column headers, the last heading, then the
    title, word by word from its end. The passage itself is never shortened.

    Raises:
        ValueError: if the passage alone is beyond the window.
    """
    body = plain(passage.text)
    title_words = _context_title(title, body).split()
    headings = [plain(heading)[:MAX_CONTEXT_CHARS] for heading in passage.headings]
    columns = plain(" ".join(passage.columns))[:MAX_CONTEXT_CHARS]
    while True:
        context = [" ".join(title_words), *headings, columns]
        text = "\n".join([part for part in context if part] + [body])
        if count_tokens(text) <= window:
            return text
        if len(headings) > 1:
            headings.pop(0)
        elif columns:
            columns = ""
        elif headings:
            headings = []
        elif title_words:
            title_words.pop()
        else:
            raise ValueError(
                f"passage {passage.doc_id}[{passage.start}:{passage.end}] of "
                f"{count_tokens(body)} tokens is beyond the encoder's window of {window}"
            )


def sentence_inputs(passage: Passage, fits: Callable[[str], bool]) -> list[str]:
    """Return the text of each unit of a passage: a sentence under its nearest heading.

    A list item alone says too little. Of more than `MAX_UNITS` sentences neighbours share a unit.
    What the encoder's window does not hold gives way: the context, then the sentences' end.
    """
    heading = passage.headings[-1] if passage.headings else ""
    return [
        _sentence_input((heading, *passage.columns), passage, first, last, fits)
        for first, last in unit_sentences(passage)
    ]


def unit_sentences(passage: Passage) -> list[tuple[int, int]]:
    """Return which sentences, [first, last), each unit of a passage holds."""
    count = len(passage.sentences)
    units = min(count, MAX_UNITS)
    bounds = [count * number // max(1, units) for number in range(units + 1)]
    return list(pairwise(bounds))


def _sentence_input(
    context: tuple[str, ...], passage: Passage, first: int, last: int, fits: Callable[[str], bool]
) -> str:
    start, end = passage.sentences[first][0], passage.sentences[last - 1][1]
    text = passage.text[start - passage.start : end - passage.start][:MAX_SENTENCE_CHARS]
    whole = plain("\n".join(part for part in (*context, text) if part))
    if fits(whole):
        return whole
    while not fits(plain(text)):
        text = text[: len(text) // 2]
    return plain(text)


def embedding_key(texts: Iterable[str], encoder_fingerprint: str) -> bytes:
    """Hash of the exact inputs and the encoder: equal keys have equal vectors."""
    return hashlib.sha256("\0".join((encoder_fingerprint, *texts)).encode()).digest()


def matched_text(title: str, passage: Passage) -> str:
    """What lexical search matches: the same context, uncut, and the passage."""
    parts = [
        _context_title(title, plain(passage.text)),
        *passage.headings,
        " ".join(passage.columns),
        passage.text,
    ]
    return plain("\n".join(part for part in parts if part))


def _context_title(title: str, body: str) -> str:
    """The title, unless the passage says it itself: a title made from the first sentence does."""
    title = plain(title)[:MAX_CONTEXT_CHARS]
    return "" if title.rstrip("…") in body else title
