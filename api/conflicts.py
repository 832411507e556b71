"""Whether two sentences contradict each other: two dates, numbers, names or places for one thing.

Of each sentence the one value is taken that stands nearest to what the question asks for. Rather
one contradiction too few than one too many: a false alarm discredits both documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from api.naming import other_names, other_places
from indexer.text.kinds import Kind, asked_kind
from indexer.text.values import Value, ValueKind, values

# Cosine of two sentences, their values masked, from which they may be about the same thing.
SAME_THING = 0.48
# For names the same may be less alike: all else in the sentences may differ.
SAME_THING_OF_PERSONS = 0.4
# Cosine of the few words around two values.
SAME_CONTEXT = 0.2
CONTEXT_WORDS = 4  # on either side of a value
_COMPARED: dict[Kind | None, tuple[ValueKind, ...]] = {
    "date": ("date", "time"),
    "time": ("time", "date"),
    "amount": ("number", "percent", "measure", "money"),
    "money": ("money", "percent"),
    None: ("money", "percent", "measure", "time"),
}
# What happens once has one year; a fair or a festival has one in each.
_ONCE = re.compile(
    r"gegründet|gründung|gebaut|erbaut|eröffnet|unterzeichnet|geboren|fertig|founded|built|opened|"
    r"signed|born|completed|established|set up|seit wann|since when|first|erstmals|year|jahr",
    re.IGNORECASE,
)
# Words that make an amount, a time or a name that of something else: choices of one thing.
_CHOICES = [
    [re.compile(pattern, re.IGNORECASE) for pattern in choice]
    for choice in (
        (r"kind(?:er)?\b|child(?:ren)?\b|schüler|pupils?\b", r"erwachsene|adults?\b", r"famil"),
        (r"aussteller|exhibitor", r"besucher|visitor|gäste|guests", r"redner|speakers?\b"),
        (r"gesamt|total|overall", r"anteil|share|bund und land|fördermittel"),
        (r"anmeld|registration|bewerb|deadline|frist", r"statt\b|take[sn]? place|held|beginnt"),
        (r"beteilig|turnout", r"stimmen|votes|gewählt|elected"),
        (r"schwer verletzt|schwere|seriously|severe", r"total|insgesamt|leicht|slight"),
        (r"bis zu|up to|höchstens|at most", r"durchschnitt|average"),
        (
            r"nord|north", r"süd|south", r"\bost|\beast", r"\bwest", r"altstadt|old town",
            r"neustadt|new town", r"zentrum|mitte\b|centre|center|innenstadt",
        ),
        tuple(
            rf"\b(?:{number}\.|{number}(?:st|nd|rd|th)|{words})\b(?! (?:jan|feb|mär|mar|apr|mai|"
            r"may|jun|jul|aug|sep|okt|oct|nov|dez|dec))"
            for number, words in enumerate(
                (
                    "erste[rns]?|first", "zweite[rns]?|second", "dritte[rns]?|third",
                    "vierte[rns]?|fourth", "fünfte[rns]?|fifth", "sechste[rns]?|sixth",
                    "siebte[rns]?|seventh", "achte[rns]?|eighth", "neunte[rns]?|ninth",
                    "zehnte[rns]?|tenth", "elfte[rns]?|eleventh", "zwölfte[rns]?|twelfth",
                ),
                start=1,
            )
        ),
    )
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and what is known about its document."""

    text: str
    title: str


Alike = Callable[[str, str], float]  # cosine of two texts


def contradict(question: str, one: Said, other: Said, alike: Alike) -> bool:
    """Whether both sentences answer the question, and cannot both be right."""
    kind = asked_kind(question)
    once = kind == "date" and _ONCE.search(question) is not None
    if not once and _other_year(question, one, other):
        return False
    if _other_choice(one.text, other.text):
        return False
    own, its = values(one.text), values(other.text)
    same = alike(_masked(one.text, own), _masked(other.text, its))
    if kind == "person":
        return same >= SAME_THING_OF_PERSONS and other_names(question, one.text, other.text)
    if same < SAME_THING:
        return False
    if kind == "place":
        return other_places(one.text, other.text, alike)
    return any(
        _disagree(question, compared, one.text, own, other.text, its, alike)
        for compared in _COMPARED[kind]
    )


def _other_year(question: str, one: Said, other: Said) -> bool:
    """Whether years tie both sentences to different times, or one to another than is asked."""
    asked, own, its = _years(question), _scope(one), _scope(other)
    if asked and any(years and not asked & years for years in (own, its)):
        return True
    return bool(own and its and not own & its)


def _scope(said: Said) -> set[int]:
    """The years that a sentence speaks of, those between two of them too; else the title's."""
    found = _years(said.text) or _years(said.title)
    return set(range(min(found), max(found) + 1)) if found else found


def _years(text: str) -> set[int]:
    return {year for value in values(text) if (year := value.date[0]) is not None}


def _other_choice(one: str, other: str) -> bool:
    for choice in _CHOICES:
        own, its = ([p.search(text) is not None for p in choice] for text in (one, other))
        if any(own) and any(its) and not any(a and b for a, b in zip(own, its, strict=True)):
            return True
    return False


def _masked(text: str, found: Sequence[Value]) -> str:
    for value in reversed(found):
        text = text[: value.span[0]] + "…" + text[value.span[1] :]
    return text


def _disagree(
    question: str,
    kind: ValueKind,
    one: str,
    own: Sequence[Value],
    other: str,
    its: Sequence[Value],
    alike: Alike,
) -> bool:
    """Whether the values of a kind that stand nearest to the question differ."""
    mine, yours = ([value for value in found if value.kind == kind] for found in (own, its))
    if kind == "date":
        mine, yours = _fullest(mine), _fullest(yours)
    if not mine or not yours:
        return False
    if len(mine) == len(yours) > 1 and mine[0].agrees(yours[0]):
        # A list of prices in the same order, of which one differs.
        return not all(a.agrees(b) for a, b in zip(mine, yours, strict=True))
    first, second = (
        max(found, key=lambda value: _nearness(question, text, value, alike))
        for text, found in ((one, mine), (other, yours))
    )
    if first.unit != second.unit or any(
        a.agrees(b) for a, b in ((first, v) for v in yours if v.unit == first.unit)
    ):
        return False
    if any(second.agrees(value) for value in mine if value.unit == second.unit):
        return False
    if kind in ("date", "time"):
        return True
    return alike(_context(one, first), _context(other, second)) >= SAME_CONTEXT


def _nearness(question: str, text: str, value: Value, alike: Alike) -> float:
    return alike(question, value.what or _context(text, value))


def _context(text: str, value: Value) -> str:
    """The words around a value; what is counted stands right behind it."""
    start, end = value.span
    before = text[:start].split()[-CONTEXT_WORDS:]
    behind = text[end:].split()[:CONTEXT_WORDS]
    return " ".join([*before, value.what, *behind])


def _fullest(dates: list[Value]) -> list[Value]:
    """Days and months, where there are some: a year beside them is only a frame."""
    full = [value for value in dates if value.date[1] is not None]
    return full or dates
