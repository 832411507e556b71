"""What kind of thing a question asks for, and whether a text holds such a thing."""

from __future__ import annotations

import re
from typing import Literal

from indexer.text.values import MAX_CHARS, values

Kind = Literal["date", "time", "amount", "money", "person", "place"]

# In this order: "um wie viel Uhr" asks for a time, "wie viel kostet" for money.
_ASKED: tuple[tuple[Kind, str], ...] = (
    (
        "time",
        r"(?:um )?wie ?viel uhr|what time|öffnungszeit\w*|opening (?:hours|times)|sprechzeit\w*",
    ),
    (
        "money",
        r"was kostet|was kosten|wie teuer|wie ?viel (?:kostet|kosten|geld|euro)|how expensive|"
        r"how much money|how much .*(?:cost|pay|charge|fee|admission|price)|"
        r"(?:what|which) .*(?:fee|charge|price)|what (?:does|do|did) .+ cost|prize money|"
        r"welche (?:gebühr|kosten)\w*|wie hoch (?:ist|sind|war|waren) (?:die |der |das )?"
        r"(?:\w*gebühr|\w*kosten|\w*preis|\w*budget|\w*förder|\w*preisgeld)\w*",
    ),
    (
        "date",
        r"(?:seit|bis|ab|von) wann|wann|when|(?:in|seit|ab|bis) welche[ms] jahr|an welchem tag|"
        r"welches datum|(?:in|since|by|until) (?:what|which) (?:year|month)|(?:on )?(?:what|which) "
        r"(?:date|day|year)",
    ),
    (
        "amount",
        r"wie ?viele?n?|how (?:many|much|long|far|old|large|big|high|tall|often)|wie (?:hoch|"
        r"lange?|groß|alt|weit|oft|lang|breit|tief|schnell)|welcher anteil|(?:what|which) (?:share|"
        r"number|proportion|percentage|amount)|welche (?:anzahl|summe|zahl)",
    ),
    ("person", r"wer|wen|wem|who|whom|whose|(?:mit|von|für|durch) wem|which (?:person|minister|"
     r"mayor|politician|speaker)|welche[r]? (?:person|minister\w*|politiker\w*|bürgermeister\w*)"),
    (
        "place",
        r"wo|wohin|woher|where|(?:in|an|aus) welche[rmn]? (?:stadt|ort|land|halle|gebäude|messe\w*|"
        r"region|bezirk|bundesland)|(?:in|at) (?:what|which) (?:city|place|venue|country|hall|"
        r"building|district|town)|welcher ort|which (?:city|country|venue|place|town|district)",
    ),
)  # fmt: skip
_PATTERNS = [(kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for kind, words in _ASKED]
# A question word stands at the beginning of a question, or soon behind it ("Seit wann …").
_BEGINNING = 60  # characters
_NAME = re.compile(
    r"(?:Dr\.|Prof\.|Herrn?|Frau|Mr\.?|Ms\.?|Mrs\.?)\s+[A-ZÄÖÜ]\w+|"
    r"\b[A-ZÄÖÜ][a-zäöüßéèç]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?\s+(?:(?:von|van|de|zu|der)\s+)*"
    r"[A-ZÄÖÜ][a-zäöüßéèç]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?"
)
_PLACE = re.compile(
    r"\b(?:in|im|an|am|auf|bei|nach|aus|at|from|near|on|to)\s+(?:(?:der|dem|den|die|das|the)\s+)?"
    r"(?:\w+\s)?[A-ZÄÖÜ]\w+|\w+(?:straße|strasse|platz|allee|damm|halle|haus)\b|"
    r"\b[A-Z]\w+ (?:Street|Square|Road|Hall|Centre|Center)\b"
)
_DAY = re.compile(
    r"\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|monday|tuesday|wednesday|"
    r"thursday|friday|saturday|sunday|täglich|daily|frühjahr|frühling|sommer|herbst|winter|"
    r"spring|summer|autumn|jahrhundert|century|heute|today|morgen|tomorrow|gestern|yesterday|"
    r"jährlich|annually|yearly|every year)(?:s|e|en)?\b",
    re.IGNORECASE,
)


def asked_kind(question: str) -> Kind | None:
    """The kind of thing that a question asks for; None where its words do not tell.

    >>> asked_kind("Wann war die Messe?"), asked_kind("How many came?"), asked_kind("Warum?")
    ('date', 'amount', None)
    """
    beginning = question[:_BEGINNING]
    for kind, pattern in _PATTERNS:
        if pattern.search(beginning):
            return kind
    return None


def holds(kind: Kind, text: str) -> bool:
    """Whether a text holds a thing of this kind; names and places are recognised roughly."""
    text = text[:MAX_CHARS]
    if kind == "person":
        return _NAME.search(text) is not None
    if kind == "place":
        return _PLACE.search(text) is not None
    found = {value.kind for value in values(text)}
    if kind == "date":
        return "date" in found or _DAY.search(text) is not None
    if kind == "time":
        return "time" in found
    if kind == "money":
        return bool(found & {"money", "number"})
    return bool(found & {"number", "money", "percent", "measure", "time"})
