"""Sentences of a block, as spans; the one module that knows sentencex.

sentencex finds the boundaries; what it gets wrong about German ordinals, abbreviations and list
numbers is mended here by taking a boundary back or by adding one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

from indexer.text.markup import BULLET
from indexer.types import BlockKind, Language, Span

# sentencex is quadratic in a text of nothing but quotation marks; a window keeps it linear.
WINDOW_CHARS = 20_000
LOOK_BACK_CHARS = 60  # so much around a boundary decides whether it is one

_QUOTE_MARK = re.compile(r"\n[ \t]*(?:>[ \t]?)+")  # Markdown's, at a line's start
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

_STARTERS = frozenset(
    "Aber Alle Als Am An Auch Auf Aus Bei Beim Bis Bitte Da Dabei Dadurch Dafür Daher Damit Danach "
    "Dann Darüber Das Dazu Deshalb Der Des Die Dies Diese Dieser Dieses Dort Ein Eine Einen Er Es "
    "Für Hier Hierfür Ihr Ihre Im In Ist Jede Jeder Man Mit Nach Ob Seit Sie Sind So Sollte Um Und "
    "Unser Unsere Vom Von Vor Was Wenn Wer Wie Wir Wird Wo Zu Zudem Zum Zur Über "
    "A After All And At But By For From He If It Its No On Our She Since That The Their Then There "
    "These They This Those To We What When Where With You Your".split()
)
# Abbreviations that sentencex takes for the end of a sentence.
_ABBREVIATION = re.compile(
    r"(?<![\w.])(?:abb|abt|akad|allg|anm|apt|approx|aufl|bd|betr|bgm|bspw|bzgl|ca|ch|d\. ?h|dipl"
    r"|dr|einschl|entspr|evtl|exkl|fig|figs|ggf|hrsg|i\. ?d|ing|inkl|insb|inv|i\.e|e\.g|jan"
    r"|kap|kath|kfz|ev|lfd|max|med|min|mind|mr|mrs|ms|mtl|no|nos|nr|p|pp|par|para|phil|prof|ref"
    r"|reg|rer|rev|röm|s|sec|sog|st|std|stellv|str|tel|u\. ?a|u\. ?ä|v|vgl|vol|vs|z\. ?b|z\. ?t"
    r"|z\. ?zt|z\. ?hd|zi|ziff|zit|zzgl|zzt|art|abs)\.$",
    re.IGNORECASE,
)
_ALSO_A_REMARK = re.compile(r"\([^().!?]{1,30}\)\.?")  # "(vdo)": the author's initials after a text
_WORD = re.compile(r"(?:no|art|max|min|par|sec|ms|tel|med|ref|v|s|p)\.", re.IGNORECASE)
_ALSO_A_WORD = re.compile(r"(?:no|art|max|min|par|sec|ms|tel|med|ref|v|s|p)\.", re.IGNORECASE)
_ORDINAL = re.compile(
    r"\b(?:am|im|dem|der|den|des|die|das|zum|zur|vom|bis|beim|ab|seit|jede[rnms]?|und|oder|ein[e]?"
    r"|einem|einen|ihr|ihre[nm]?|seine[nm]?|unser|unsere[nm]?|dieser|diesem|mit|in|–|-|§|Abs\.|Nr\.)"
    r" +\d{1,3}\.$",
    re.IGNORECASE,
)
_ONLY_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z])[.)]")
_LATE_NUMBER = re.compile(r"[.!?][“”\"’)]? +(?P<number>\d{1,2}\.)$")  # "... mitbringen. 2. | Foto"
# Abbreviations that may end a sentence; sentencex never ends one there.
_MAY_END = re.compile(
    r"(?<!\w)(?:[eE]\. ?V|u\. ?[vaä]\. ?m|usw|etc|Inc|Ltd|Co|Uhr|GmbH)\.[“”\"’)]?\s+(?=[A-ZÄÖÜ])"
)
_REMARK = re.compile(r"\([^().!?]{1,30}\)\.?")  # "(vdo)": the author's initials after a text
_WORD = re.compile(r"\w+")


def sentence_spans(text: str, start: int, end: int, language: Language) -> list[Span]:
    """Split `text[start:end]`, one block, into sentences.

    Returns:
        spans of `text`, in order, trimmed of white space; together they hold every letter and
        digit of the block that is no comment.
    """
    flat = _flatten(text[start:end])
    spans: list[Span] = []
    for low, high in _mended(flat, _boundaries(flat, language)):
        trimmed = _trim(flat, low, high)
        if trimmed is None:
            continue
        if spans and not (_stands(flat, trimmed) and _has_words(flat, spans[-1])):
            spans[-1] = (spans[-1][0], trimmed[1])
        else:
            spans.append(trimmed)
    return [(start + low, start + high) for low, high in spans]


def unit_spans(text: str, start: int, end: int, kind: BlockKind, language: Language) -> list[Span]:
    """Split a block as its kind wants it: an item or a row is one sentence unless it has several.

    >>> unit_spans("- Pass. Nr. 5\\n", 0, 13, "item", "de")
    [(2, 13)]
    """
    if kind == "item":
        bullet = BULLET.match(text, start, end)
        start = bullet.end() if bullet else start
    elif kind == "row":
        while start < end and text[start] in "| \t":
            start += 1
        while end > start and text[end - 1] in "| \t" and text[end - 2 : end - 1] != "\\":
            end -= 1
    spans = sentence_spans(text, start, end, language)
    if kind == "paragraph" or len(spans) < 2:
        return spans
    whole = all(
        len(_WORD.findall(text, low, high)) >= 4 and text[high - 1] in '.!?…“”"’)»«|'
        for low, high in spans
    )
    return spans if whole else [(spans[0][0], spans[-1][1])]


def _flatten(block: str) -> str:
    """Replace line breaks, quote marks and comments by as many spaces."""
    if "<!--" in block:
        block = _COMMENT.sub(lambda comment: " " * len(comment[0]), block)
    if "\n" in block:
        block = _QUOTE_MARK.sub(lambda mark: " " * len(mark[0]), block)
    # sentencex ends a paragraph at these; a block is one paragraph whatever it holds.
    return re.sub(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]", " ", block)


def _boundaries(flat: str, language: Language) -> Iterator[Span]:
    code = "de" if language == "de" else "en"
    at = 0
    while at < len(flat):
        window = flat[at : at + WINDOW_CHARS]
        found = [
            (at + boundary["start_index"], at + boundary["end_index"])
            for boundary in get_sentence_boundaries(code, window)
        ]
        last = at + len(window) >= len(flat)
        if not last and len(found) > 1:
            found.pop()  # may go on in the next window
        yield from found
        at = found[-1][1] if found else at + len(window)


def _mended(flat: str, boundaries: Iterator[Span]) -> Iterator[Span]:
    """Take back wrong boundaries, add missing ones."""
    start: int | None = None
    previous_end = 0
    for low, high in boundaries:
        if start is None:
            start = low
        else:
            cut = _cut(flat, start, previous_end, low)
            if cut is not None:
                yield from _added(flat, start, cut)
                start = cut
        previous_end = high
    if start is not None:
        yield from _added(flat, start, previous_end)


def _cut(flat: str, start: int, end: int, following: int) -> int | None:
    """Return where the sentence from `start` really ends, or None if it goes on."""
    # The last words decide; a bounded look back keeps this linear.
    looked_at = max(start, end - LOOK_BACK_CHARS)
    before = flat[looked_at:end].rstrip()
    after = flat[following : following + LOOK_BACK_CHARS].lstrip()
    word = _WORD.match(after)
    starts_sentence = word is not None and word[0] in _STARTERS
    number = _LATE_NUMBER.search(before)
    if number and not starts_sentence and not after[:1].islower():
        return looked_at + number.start("number")
    glued = before[-1:] == "." and not flat[end - 1].isspace() and not flat[following].isspace()
    goes_on = (
        after[:1].islower()
        or after[:1] in set("-,;:)")
        or (glued and not starts_sentence)
        or (looked_at == start and _ONLY_NUMBER.fullmatch(before) is not None)
        or _ends_in_abbreviation(before, starts_sentence)
        or (_ORDINAL.search(before) is not None and not starts_sentence)
    )
    return None if goes_on else following


def _ends_in_abbreviation(before: str, starts_sentence: bool) -> bool:
    abbreviation = _ABBREVIATION.search(before)
    if abbreviation is None:
        return False
    return not (starts_sentence and _ALSO_A_WORD.fullmatch(abbreviation[0]))


def _added(flat: str, start: int, end: int) -> Iterator[Span]:
    for ending in _MAY_END.finditer(flat, start, end):
        word = _WORD.match(flat, ending.end())
        if word is not None and word[0] in _STARTERS and _has_words(flat, (ending.end(), end)):
            yield start, ending.end()
            start = ending.end()
    yield start, end


def _trim(flat: str, low: int, high: int) -> Span | None:
    piece = flat[low:high]
    stripped = piece.strip()
    if not stripped:
        return None
    low += len(piece) - len(piece.lstrip())
    return low, low + len(stripped)


def _stands(flat: str, span: Span) -> bool:
    return _has_words(flat, span) and _REMARK.fullmatch(flat, *span) is None


def _has_words(flat: str, span: Span) -> bool:
    return any(map(str.isalnum, flat[span[0] : span[1]]))
