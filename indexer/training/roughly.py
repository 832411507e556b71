"""Sentences as roughly as training needs them."""

from __future__ import annotations


def sentences_of(text: str) -> list[str]:
    """Split roughly; training asks no more."""
    marked = text.replace("! ", "!\n").replace("? ", "?\n").replace(". ", ".\n")
    sentences: list[str] = []
    for part in marked.split("\n"):
        # A short part ends in an abbreviation or a number: "z. B.", "im 19."
        if sentences and len(sentences[-1]) < 25:
            sentences[-1] += " " + part
        else:
            sentences.append(part)
    return sentences


def sentence_at(text: str, place: int) -> str:
    """Return the sentence that holds this character."""
    end = 0
    for sentence in sentences_of(text):
        end += len(sentence) + 1
        if place < end:
            return sentence
    return text
