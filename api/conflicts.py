"""Whether two sentences contradict each other: two dates, numbers, names or places for one thing.

Of each sentence the one value is taken that stands nearest to what the question asks for. Whether
differing values are of the same thing is weighed by named features, fitted by
`python -m eval.contradictions` on cases of our own. Rather one contradiction too few than one too
many: a false alarm discredits both documents.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from api.fitted import probability
from api.naming import other_names, other_places
from indexer.text.kinds import Kind, asked_kind
from indexer.text.value import Value, ValueKind
from indexer.text.values import values

CONTRADICTS = 0.7  # probability from which two sentences are shown side by side
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


@dataclass(frozen=True, slots=True)
class Differences:
    """What speaks for and against two sentences contradicting each other; 0 or 1, or a cosine."""

    values_differ: float  # those nearest to the question
    none_agrees: float  # of all values of a kind that is asked for
    some_agree: float
    names_differ: float  # where one person is asked for
    places_differ: float  # where a place is asked for
    context: float  # of the words around the differing values
    question_context: float  # of these and the question, the lower of both
    question: float  # of each sentence and the question, the lower of both
    other_year: float
    other_choice: float  # children and adults, a part and the whole
    happens_once: float  # what is asked for has one date, not one a year

    @property
    def any(self) -> bool:
        """Whether there is anything that could contradict."""
        return bool(
            self.values_differ or self.none_agrees or self.names_differ or self.places_differ
        )


def contradict(question: str, one: Said, other: Said, alike: Alike) -> bool:
    """Whether both sentences answer the question, and cannot both be right."""
    found = differences(question, one, other, alike)
    return found.any and probability("contradiction", asdict(found)) >= CONTRADICTS


def differences(question: str, one: Said, other: Said, alike: Alike) -> Differences:
    """Describe how two sentences differ in what a question asks for."""
    kind = asked_kind(question)
    own, its = values(one.text), values(other.text)
    differ = none_agrees = some_agree = False
    context = question_context = 0.0
    for compared in _COMPARED.get(kind, ()):
        mine, yours = (_of_kind(found, compared) for found in (own, its))
        pairs = [(a, b) for a in mine for b in yours if a.unit == b.unit]
        if not pairs:
            continue
        agrees = any(a.agrees(b) for a, b in pairs)
        some_agree, none_agrees = some_agree or agrees, none_agrees or not agrees
        if all(a.agrees(b) for a, b in pairs):
            continue
        first, second = (
            max(found, key=lambda value: _nearness(question, said.text, value, alike))
            for said, found in ((one, mine), (other, yours))
        )
        if first.unit == second.unit and not first.agrees(second):
            differ = True
            around = [_context(one.text, first), _context(other.text, second)]
            context = max(context, alike(*around))
            near = min(
                _nearness(question, one.text, first, alike),
                _nearness(question, other.text, second, alike),
            )
            question_context = max(question_context, near)
    names = kind == "person" and other_names(question, one.text, other.text)
    places = kind == "place" and other_places(one.text, other.text, alike)
    near = 0.0
    if differ or none_agrees or names or places:  # only then is it worth to encode them
        near = min(alike(question, one.text), alike(question, other.text))
    return Differences(
        values_differ=differ,
        none_agrees=none_agrees,
        some_agree=some_agree,
        names_differ=names,
        places_differ=places,
        context=context,
        question_context=question_context,
        question=near,
        other_year=_other_year(question, one, other),
        other_choice=_other_choice(one.text, other.text),
        happens_once=kind == "date" and _ONCE.search(question) is not None,
    )


def _of_kind(found: Sequence[Value], kind: ValueKind) -> list[Value]:
    own = [value for value in found if value.kind == kind]
    return _fullest(own) if kind == "date" else own


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
