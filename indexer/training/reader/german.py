"""German questions made from German sentences by rule.

German puts its finite verb second: whatever stands before it can be taken out and asked for, and
the rest is a question already ("1989 gründete sie den Verein." – "Wann gründete sie den Verein?").
The same place filled with a word that says nothing ("Damals gründete sie den Verein.") is the
hardest sentence that does not answer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

_VERBS = """ist sind war waren wird werden wurde wurden hat haben hatte hatten gibt gab
liegt lag liegen lagen lebt lebte leben lebten steht stand stehen standen befindet
befinden befand kann können konnte konnten muss müssen darf soll sollte begann beginnt
endet endete findet finden fand fanden kam kamen kommt kommen ging gingen geht entstand
entstanden entsteht entstehen gehört gehörte gehören starb starben erhielt erhielten
bekam bekamen bekommt schrieb gewann gewannen gründete eröffnete zog wuchs trat traten
ließ ließen schloss nahm nahmen fiel fielen brach übernahm verließ erschien erschienen
bestand bestehen besteht gilt gelten verlor unterschrieb wählt spricht sprechen arbeitet
arbeiten wohnt wohnen herrscht herrschte blieb bleibt half sah hieß trug nennt nannte
leitet baut baute schuf verfasste erfand entdeckte heiratete studierte spielte regierte
komponierte malte unterrichtete besuchte zählt umfasst besitzt betrug beträgt
""".split()
_VERB = rf"(?:{'|'.join(_VERBS)}|[a-zäöüß]{{3,}}t(?:e|en))"
_MONTH = "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember"
_TIME = (
    r"(?:Im (?:Jahre? )?\d{4}|Am \d{1,2}\. (?:MONTH)(?: \d{4})?|(?:Im|Anfang|Ende|Mitte) "
    r"(?:MONTH)(?: \d{4})?|Seit (?:dem Jahr )?\d{4}|Um (?:das Jahr )?\d{4}|Ab \d{4}|"
    r"Von \d{4} bis \d{4}|Zwischen \d{4} und \d{4}|\d{4}|Im \d{1,2}\. Jahrhundert|"
    r"In den \d{4}er[- ]Jahren|Bis \d{4})"
).replace("MONTH", _MONTH)
_NO_PLACE = rf"""Jahr|Zeit|Folge|Regel|Gegensatz|Laufe|Anfang|Ende|Fall|Fälle|Vergleich|Rahmen
Mittelalter|Sommer|Winter|Frühling|Frühjahr|Herbst|{_MONTH}|Anschluss|Prinzip|Wesentlichen|Allgemeinen
Grund|Gegenzug|Beispiel|Wirklichkeit|Zukunft|Vergangenheit|Kindheit|Jugend|Krieg|Phase|Epoche|Woche
Monat|Tag|Nacht|Morgen|Abend|Stunde|Linie|Teil|Weise|Form|Bezug|Hinblick|Auftrag|Alter|Antike
Übrigen|Hinsicht|Verlauf|Sinn|Art|Praxis|Bedarf|Deutschen|Englischen|Volksmund""".replace("\n", "|")
_PLACE = (
    rf"(?:In|Auf|An|Am|Im|Bei|Vor|Unter) (?!(?:\w+ )*\w*(?:{_NO_PLACE})\w* )"
    r"(?:(?:der|dem|den|einer|einem) )?(?:[a-zäöü]+e[nr] )?[A-ZÄÖÜ][\w-]+(?: [A-ZÄÖÜ][\w-]+)?"
)
_COUNT = (
    r"(?P<about>rund |etwa |ungefähr |circa |ca\. |über |mehr als |fast |knapp |insgesamt )?"
    r"(?P<count>\d[\d.,]*(?: Millionen| Milliarden| Prozent)?|zwei|drei|vier|fünf|sechs|sieben|acht"
    r"|neun|zehn|elf|zwölf)"
)
_SUBJECT = r"(?P<subject>(?:Der|Die|Das|Ein|Eine|Er|Sie|Es)(?: [\w-]+){0,3}?|[A-ZÄÖÜ][\w-]+)"


@dataclass(frozen=True, slots=True)
class Question:
    """What a sentence answers, and the same sentence where that is left out."""

    text: str
    empty: str
    kind: str  # time, place, person, number, size or reason


def _time(chance: random.Random, match: re.Match[str]) -> Question:
    front, rest = match["front"], match["rest"]
    word = {"Seit": "Seit wann", "Ab": "Ab wann", "Bis": "Bis wann"}.get(front.split()[0], "Wann")
    if re.fullmatch(r"(?:Im Jahre? )?\d{4}", front) and chance.random() < 0.4:
        word = "In welchem Jahr"
    return Question(
        f"{word} {rest}?", f"{_any(chance, 'Danach Später Damals Dann')} {rest}.", "time"
    )


def _place(chance: random.Random, match: re.Match[str]) -> Question:
    rest = match["rest"]
    return Question(f"Wo {rest}?", f"{_any(chance, 'Dort Hier Daneben')} {rest}.", "place")


def _person(chance: random.Random, match: re.Match[str]) -> Question:
    rest = match["rest"]
    return Question(f"Wer {rest}?", f"{_any(chance, 'Man Jemand')} {rest}.", "person")


def _number(chance: random.Random, match: re.Match[str]) -> Question:
    subject, verb, what = _inside(match["subject"]), match["verb"], match["what"]
    many = "viel" if "Prozent" in match["count"] else "viele"
    return Question(
        f"Wie {many} {'Prozent der ' if many == 'viel' else ''}{what} {verb} {subject}?",
        f"{match['subject']} {verb} {_any(chance, 'viele einige wenige')} {what}.",
        "number",
    )


def _size(chance: random.Random, match: re.Match[str]) -> Question:
    subject, verb, size = match["subject"], match["verb"], match["size"]
    return Question(
        f"Wie {size} {verb} {_inside(subject)}?",
        f"{subject} {verb} {_any(chance, 'sehr recht besonders')} {size}.",
        "size",
    )


def _reason(chance: random.Random, match: re.Match[str]) -> Question:
    subject, verb, rest = match["subject"], match["verb"], match["rest"]
    return Question(
        f"Warum {verb} {_inside(subject)} {rest}?", f"{subject} {verb} {rest}.", "reason"
    )


_RULES: tuple[tuple[re.Pattern[str], Callable[[random.Random, re.Match[str]], Question]], ...] = (
    (re.compile(rf"(?P<front>{_TIME}) (?P<rest>{_VERB} .+)\."), _time),
    (re.compile(rf"(?P<front>{_PLACE}) (?P<rest>{_VERB} .+)\."), _place),
    (
        re.compile(
            rf"{_SUBJECT} (?P<verb>hat|hatte|haben|hatten|besitzt|umfasst|zählt|zählte|enthält"
            rf"|bekam) {_COUNT} (?P<what>(?:[a-zäöü]+e )?[A-ZÄÖÜ]\w+)(?: .+)?\."
        ),
        _number,
    ),
    (
        re.compile(
            rf"{_SUBJECT} (?P<verb>ist|sind|war|wird|werden) (?:\w+ )?{_COUNT} [\wäöü]+ "
            r"(?P<size>hoch|lang|breit|tief|groß|schwer|alt)(?: .+)?\."
        ),
        _size,
    ),
    (
        re.compile(
            rf"(?P<subject>(?:Der|Die|Das) \w+|Er|Sie|Es|Man) (?P<verb>{_VERB}) (?P<rest>[^,]+), "
            r"(?:weil|da) .+\."
        ),
        _reason,
    ),
)
# Another subject behind the verb, or a verb in the plural: what stands first is not the person.
_OF_A_PERSON = re.compile(
    rf"(?P<front>Er|Sie|[A-ZÄÖÜ][\w-]+) (?P<rest>(?!\w+n )(?!\w+ (?:er|sie|es|man)\b){_VERB} .+)\."
)
_PRONOUN = re.compile(r"\b(?:er|sie|es)\b")


def question_of(
    chance: random.Random, sentence: str, title: str, *, person: bool
) -> Question | None:
    """Ask for what stands before the verb, for a number or for a reason.

    Args:
        title: of the article; it takes the place of a pronoun, which nobody would ask with.
        person: the article is about one, so that its subject may be asked for with "Wer".
    """
    for pattern, make in _RULES:
        if match := pattern.fullmatch(sentence):
            made = make(chance, match)
            return replace(made, text=_PRONOUN.sub(lambda _: title, made.text, count=1))
    match = _OF_A_PERSON.fullmatch(sentence) if person else None
    if match and match["front"] in {"Er", "Sie", *title.split()}:
        return _person(chance, match)
    return None


def shortened(chance: random.Random, question: str) -> str:
    """Leave out what people would not type: a subordinate clause, some words."""
    text = question.rstrip("?")
    clauses = re.split(r", (?:der|die|das|den|dem|wobei|während|nachdem|als|um|bis|und|wo)\b", text)
    if len(clauses) > 1 and len(clauses[0].split()) >= 4:
        text = clauses[0]
    halves = text.split(" und ")
    if len(halves[0].split()) >= 6 and chance.random() < 0.5:
        text = halves[0]
    words = text.split()
    share = chance.choice((0.0, 0.0, 0.15, 0.3))
    kept = [
        word
        for place, word in enumerate(words)
        if place < 4 or word[:1].isupper() or chance.random() >= share
    ]
    return " ".join(kept).rstrip(",;:") + "?"


def keywords(chance: random.Random, sentence: str) -> str:
    """Type only some of the sentence's long words, as into a search engine."""
    words = [word.strip(".,;:()„“\"'") for word in sentence.split()]
    long = [word for word in words if len(word) > 4]
    return " ".join(word for word in long if chance.random() < 0.6) or " ".join(words[:3])


def asked_otherwise(chance: random.Random, question: Question, sentence: str) -> str | None:
    """Ask the same of another kind, which the sentence does not tell; None if it may."""
    words = question.text.split()
    first = 3 if words[0] == "In" else 2 if words[0] in {"Seit", "Ab", "Bis"} else 1
    if question.kind not in {"time", "place", "person"}:
        return None
    options = []
    if question.kind != "time" and not re.search(rf"\d{{4}}|Jahr|{_MONTH}", sentence):
        options.append("Wann")
    if not re.search(r"\b(?:weil|da|wegen|um|damit|aufgrund|durch|denn)\b", sentence):
        options.append("Warum")
    if question.kind == "time" and not re.search(r"\b(?:in|auf|an|bei|nach|im|am)\b", sentence):
        options.append("Wo")
    return " ".join([chance.choice(options), *words[first:]]) if options else None


def _inside(subject: str) -> str:
    """The subject as it stands behind the verb."""
    first, *rest = subject.split(" ")
    if first in {"Der", "Die", "Das", "Ein", "Eine", "Er", "Sie", "Es", "Man"}:
        first = first.lower()
    return " ".join([first, *rest])


def _any(chance: random.Random, words: str) -> str:
    return chance.choice(words.split())
