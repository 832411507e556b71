"""Text to index terms, each language in its own way. The only module on Snowball stemming."""

from __future__ import annotations

import re
import threading
import unicodedata
from importlib.metadata import version

import Stemmer

from indexer.text.compounds import part_forms, parts_version, split_compound
from indexer.types import Language

# Raised by hand when terms come out differently.
ANALYSIS_VERSION = f"2 snowball-{version('pystemmer')} compounds-{parts_version()}"

LANGUAGES: tuple[Language, ...] = ("de", "en", "other")

# A word may touch digits (5G, OZG2); a number keeps its separators (2.5, 15:30).
_TOKEN = re.compile(r"\d*[^\W\d_]+\d*|\d+(?:[.,:]\d+)*")
# 15.000, 15,000 and 15 000 are the same number.
_THOUSANDS = re.compile(r"(?<=\d)[.,\u00a0\u202f](?=\d{3}(?!\d))")
# Bürger:innen, Bürger*innen, Bürger_innen: the word with its ending, as Snowball knows it.
_GENDER_MARK = re.compile(r"(?<=[^\W\d_])[:*_](?=innen?\b)")

# E-Mail, Smart-City-Strategie: the words stand for themselves, and together for Email, Smartcity.
_HYPHENATED = re.compile(r"[^\W\d_]+(?:[-\u2010\u2011][^\W\d_]+)+")
# Snowball's German stems know Muenchen and Strasse; the others' do not know Köln.
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})

_OF_THREAD = threading.local()
_SNOWBALL = {"de": "german", "en": "english"}

# Function and question words: they say how something is asked, not what is asked for.
_STOP_WORDS = {
    "de": frozenset(
        """
        ab aber alle allem allen aller alles als also am an ander andere anderem anderen anderer
        anderes auch auf aus bei beim bin bis bist da dabei dafür damit dann daran darauf darin
        darüber das dass dazu dein deine dem den denn der deren des dessen die dies diese diesem
        diesen dieser dieses doch dort du durch ein eine einem einen einer eines er es etwa etwas
        euch euer eure für gab gebe geben gibt habe haben hat hatte hatten hätte ich ihm ihn ihnen
        ihr ihre ihrem ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes kann kannst
        kein keine keinem keinen keiner können könnte lässt man mein meine mich mir mit muss müssen
        nach nicht noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind
        so solche soll sollen sollte sondern sonst sowie über um und uns unser unsere unter vom von
        vor wann war waren warum was weil welche welchem welchen welcher welches wem wen wenn wer
        werde werden wessen weshalb wie wieso wieviel wieviele wird wo wobei woher wohin wollen
        wozu wurde wurden würde würden zu zum zur zwar zwischen
        """.split()
    ),
    "en": frozenset(
        """
        a about after all also am an and any are as at be because been before being both but by can
        could did do does doing for from further had has have having he her here hers him his how i
        if in into is it its itself just many me more most much my no nor not of off on once only or
        other our ours out over own same she should so some such than that the their theirs them
        then there these they this those through to too under until up very was we were what when
        where whether which while who whom whose why will with would you your yours
        """.split()
    ),
    "other": frozenset[str](),
}


def terms(text: str, language: Language) -> list[str]:
    """Split text into the terms that the lexical index holds, in order, with repetitions.

    >>> terms("Die Städte zählten 15.000 Besucher:innen", "de")
    ['stadt', 'zahlt', '15000', 'besuch']
    >>> terms("Cities counted 15,000 visitors", "en")
    ['citi', 'count', '15000', 'visitor']
    """
    stop_words = _STOP_WORDS[language]
    return stems([word for word in _words(text) if word not in stop_words], language)


def part_terms(text: str, language: Language) -> list[str]:
    """Terms that a text holds inside its words: parts of German compounds, hyphenated as one word.

    >>> part_terms("Die Digitalisierungsmesse zeigt E-Mail", "de")
    ['email', 'digitalisier', 'mess']
    """
    joined = [re.sub(r"\W", "", found) for found in _HYPHENATED.findall(text)]
    found = stems([word.casefold() for word in joined], language)
    if language == "de":
        for word in _words(text):
            parts = split_compound(word)
            if len(parts) > 1:
                found += stems_of_parts(parts)
    return found


def stems_of_parts(parts: tuple[str, ...]) -> list[str]:
    """Return the stems of a German compound's parts, without what links them."""
    return stems([*(part_forms(left)[-1] for left in parts[:-1]), parts[-1]], "de")


def hyphenated(text: str) -> list[list[str]]:
    """Return the words of each hyphenated compound: [["e", "mail"]]."""
    return [re.split(r"\W", found.casefold()) for found in _HYPHENATED.findall(text)]


def content_words(text: str) -> list[str]:
    """Words that say what a text is about, whichever of the two languages it is in.

    >>> content_words("und?"), content_words("Where is the Ukraine?")
    ([], ['ukraine'])
    """
    empty = _STOP_WORDS["de"] | _STOP_WORDS["en"]
    return [word for word in _words(text) if word not in empty]


def stem(word: str, language: Language) -> str:
    """Return the stem of one word in lower case."""
    return stems([word], language)[0]


def stems(words: list[str], language: Language) -> list[str]:
    """Return the stems of words in lower case, in their order."""
    if language != "de":
        words = [word if word.isascii() else word.translate(_WRITTEN_OUT) for word in words]
    if language not in _SNOWBALL:
        return words
    return list(_stemmer(language).stemWords(words))


def _stemmer(language: Language) -> Stemmer.Stemmer:
    """One for each thread: a stemmer keeps state between calls."""
    own = _OF_THREAD.__dict__
    if language not in own:
        own[language] = Stemmer.Stemmer(_SNOWBALL[language], 0)
    return own[language]


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFKC", _THOUSANDS.sub("", text))
    return _TOKEN.findall(_GENDER_MARK.sub("", text).casefold())
