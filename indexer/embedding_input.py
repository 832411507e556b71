"""What exactly is embedded for a passage: its place in the document, then its words."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from indexer.text.markup import plain
from indexer.types import Passage

EMBEDDING_INPUT_VERSION = "1"  # raised by hand when the same passage is embedded otherwise
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
    title_words = plain(title)[:MAX_CONTEXT_CHARS].split()
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


def embedding_key(text: str, encoder_fingerprint: str) -> bytes:
    """Hash of the exact input and the encoder: equal keys have equal vectors."""
    return hashlib.sha256(f"{encoder_fingerprint}\0{text}".encode()).digest()


def matched_text(title: str, passage: Passage) -> str:
    """What lexical search matches: the same context, uncut, and the passage."""
    parts = [title, *passage.headings, " ".join(passage.columns), passage.text]
    return plain("\n".join(part for part in parts if part))
