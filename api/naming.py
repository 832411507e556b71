"""Whether two sentences name different people or places where there can be only one."""

from __future__ import annotations

import re
from collections.abc import Callable

# Asked for in the plural, or of something that many do: further names are no contradiction.
_MANY = re.compile(
    r"involved|beteiligt|speak|spr(?:icht|ach|echen)|sponsor|partners\b|participa|teilnehm|"
    r"take part|support|unterstütz|nahmen|kamen|waren|\bare\b|\bwere\b|members|mitglied|legte|"
    r"gelegt|laid",
    re.IGNORECASE,
)
_TITLES = re.compile(
    r"\b(?:Prof|Dr|Ing|Mr|Mrs|Ms|Herrn?|Frau|(?:Ober|Alt|Deputy )?[Bb]ürgermeister(?:in)?|Mayor|"
    r"Minister(?:in)?|Senator(?:in)?|Oberbürgermeister(?:in)?|Staatssekretär(?:in)?|Director|"
    r"Direktor(?:in)?|Architekt(?:in)?|President|Präsident(?:in)?|Councillor)\b\.?\s*"
)
# These begin a sentence, not a name: "Das Amt", "Die Leitung".
_NO_FIRST_NAME = set(
    """der die das den dem des ein eine einer einem im in am an auf bei für mit nach seit von vor
    zu zum zur als wie es er sie ihr sein the a an in at on for with since from by as it he she his
    her and und smart""".split()
)
MAX_CHARS = 2_000
_NAME = re.compile(
    r"\b[A-ZÄÖÜ][\w'’-]{1,40}(?: (?:von|van|de|zu|al|Le|da|der|del))?(?: [A-ZÄÖÜ]\.)?"
    r" [A-ZÄÖÜ][\w'’-]{1,40}\b"
)
# Rooms, sites and streets: one of a kind excludes another of the same kind.
_PLACES = [
    re.compile(pattern)
    for pattern in (
        r"\b(?:[Rr]oom|[Rr]aum|[Zz]immer|[Ss]aal) \w+|\b(?:[Cc]ouncil [Cc]hamber|\w{0,40}saal)\b",
        r"\b[\w-]{0,40}(?:[Ss]traße|[Gg]asse|allee|weg) \d+\w?|"
        r"\b\d+\w? [A-Z]\w+ (?:Street|Road|Avenue|Lane|Way)",
        r"\b(?:[A-ZÄÖÜ][\w'’.-]+ ){0,3}(?:\w{0,40}(?:[Pp]latz|[Pp]ark|[Hh]of|[Bb]ühne|[Hh]alle|"
        r"[Kk]irche|[Ss]chloss|[Tt]heater|[Mm]useum|[Ss]tadion|[Rr]athaus)|[Cc]hurch|[Hh]all|[Cc]ourtyard|"
        r"[Tt]heatre|[Ss]quare|[Ss]tadium|[Mm]arket [Pp]lace|[Ll]ibrary)\b",
        r"\b(?:born in|geboren in|in) (?P<city>[A-ZÄÖÜ][\w-]+)\b(?= in \d| geboren)",
    )
]
SAME_PLACE = 0.55  # cosine of two names of one place, in two languages or two ways


def other_names(question: str, one: str, other: str) -> bool:
    """Whether one person is asked for, and each sentence names others than the other."""
    if _MANY.search(question):
        return False
    asked = set(re.findall(r"\w+", question))
    one, other = one[:MAX_CHARS], other[:MAX_CHARS]
    own, its = (_names(text) - asked for text in (one, other))
    # A name that the other sentence holds in any form is no other name.
    return (
        bool(own and its)
        and not any(name in other for name in own)
        and not any(name in one for name in its)
    )


def _names(text: str) -> set[str]:
    """Last names of what looks like a person's first and last name."""
    found = _NAME.findall(_TITLES.sub("", text))
    return {name.split()[-1] for name in found if name.split()[0].casefold() not in _NO_FIRST_NAME}


def other_places(one: str, other: str, alike: Callable[[str, str], float]) -> bool:
    """Whether both name a room, a site, a street or a city, and none is that of the other."""
    for pattern in _PLACES:
        own, its = (
            [match.group() for match in pattern.finditer(text[:MAX_CHARS])] for text in (one, other)
        )
        if own and its:
            return max(alike(a, b) for a in own for b in its) < SAME_PLACE
    return False
