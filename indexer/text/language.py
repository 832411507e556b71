"""Which language a text is in: de, en or other; the one module that knows py3langid.

Documents decide by the identifier, passages leave their document's language only on clear
evidence, questions are too short for the identifier and are decided by their function words.
"""

from __future__ import annotations

import functools
import re
from typing import Any

from indexer.text.markup import plain
from indexer.types import Language

# Germany's neighbours, the languages of its larger communities, and what German is mistaken for.
KNOWN = (
    "de en af ar bg bs ca cs da el es et fa fi fr fy ga he hi hr hu hy id is it ja ka ko lb lt lv "
    "mk mt nl nn no pl pt ro ru sk sl sq sr sv sw ta th tr uk ur vi zh"
).split()

SAMPLE_CHARS = 4_000  # of a long document: this much of its beginning, middle and end
CLEAR_WORDS = 8  # a passage with fewer words never leaves its document's language
CLEAR_PROBABILITY = 0.9

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|(?<!\S)[^\s@]{1,64}@\S+")

# Words of one of the two languages only ("was", "die", "war", "in", "so", "also" are both's).
_GERMAN = frozenset(
    "aber als am auf aus bei beim bekomme bis brauche das dass dem den der des dies diese diesem "
    "diesen dieser dieses durch ein eine einem einen einer eines er es für gab gibt habe haben "
    "hatte hier ich ihr ihre im ist jede kann kein keine kostet können mein meine mich mir mit "
    "muss müssen nach nicht noch nur ob oder ohne pro sein seine seit sich sie sind soll sollen "
    "und uns unser unsere unter vom von vor wann waren warum welche welchem welchen welcher "
    "welches wem wen wenn wer werden wie wieso wieviel wird wo wofür woher wohin worum wurde "
    "wurden während zu zum zur zwischen über".split()
)
_ENGLISH = frozenset(
    "about after and any are as at be been before between by can can't could did do does doesn't "
    "don't for from get had has have he her his how i if into is isn't it it's its many may me my "
    "much must need no not of off on or our should since that the their them then there these they "
    "this those through to until us were what what's when where which while who who's whom "
    "whose why with without would you your".split()
)
_BOTH = frozenset("was die war in so also an am hat will man wie".split())
# French, Dutch, Scandinavian, Spanish, Italian, Portuguese, Polish, Turkish, Czech, Luxembourgish.
_OTHERS = (
    frozenset(
        "qui que quoi quel quelle quels quelles où quand comment pourquoi est les une des dans "
        "avec pour sont combien c'est de la le "
        "wat waar wanneer waarom welk hoe het een van voor zijn heeft "
        "hvem hvad hva hvor hvornår når er det ikke og af på til vem vad var när hur är och att "
        "quién qué cuándo dónde cómo cuánto cuál el los las una por para está son "
        "chi che cosa quando dove come perché quale il lo gli della sono quanto "
        "quem quando onde como quanto qual os uma não são "
        "kto co kiedy gdzie jak ile jest się czy dla nie który która "
        "kim ne nerede nasıl neden kaç hangi için bir mi mı var nedir "
        "kdo kde kdy proč je "
        "wéi wou wéini ass ech".split()
    )
    - _GERMAN
    - _ENGLISH
    - _BOTH
)
# "Was war ...?" consists of words that English has too, but not in this order.
_GERMAN_START = re.compile(r"\W*was (?:war|hat|will|die|man|so)\b")
_GERMAN_SHAPE = re.compile(
    r"[äöüß]|(?:ung|ungen|keit|heit|schaft|gie|stelle|zeiten|zeit|steuer|ausweis|tag|antrag|amt|haus"
    r"|platz|straße|nummer|geld|kosten|preis|verein|schule)$"
)
_ENGLISH_SHAPE = re.compile(
    r"(?:ing|ings|ment|ness|ship|ght|th|ty|ies|ities|ee|ees|ous|able|ions|ers|ure|wn|ck|sh)$"
)


@functools.cache
def _identifier() -> Any:
    from py3langid import langid

    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(KNOWN)
    identifier._full_model = None  # the other ninety languages, 28 MB that nothing asks for again
    return identifier


def _rank(text: str) -> list[tuple[str, float]]:
    ranked: list[tuple[str, float]] = _identifier().rank(text)
    return ranked


def _words(text: str) -> list[str]:
    return [word.replace("’", "'") for word in _WORD.findall(text.lower())]


def _language(code: str) -> Language:
    if code == "de":
        return "de"
    return "en" if code == "en" else "other"


def _share(words: list[str], function_words: frozenset[str]) -> float:
    return sum(word in function_words for word in words) / max(len(words), 1)


def document_language(text: str) -> Language:
    """Return the language of most of a document; a text without letters is `other`."""
    if len(text) > 3 * SAMPLE_CHARS:
        middle = (len(text) - SAMPLE_CHARS) // 2
        text = "\n".join(
            (text[:SAMPLE_CHARS], text[middle : middle + SAMPLE_CHARS], text[-SAMPLE_CHARS:])
        )
    words = _words(text := _ADDRESS.sub(" ", plain(text)))
    if not words:
        return "other"
    if len(words) < CLEAR_WORDS:
        return question_language(text)
    return _language(_rank(text)[0][0])


def passage_language(text: str, document_language: Language) -> Language:
    """Return a passage's language; the document's unless the passage clearly has another."""
    return clear_language(text) or document_language


def clear_language(text: str) -> Language | None:
    """Return the language of a passage that is long and clear enough to have one of its own."""
    words = _words(text := _ADDRESS.sub(" ", plain(text)))
    if len(words) < CLEAR_WORDS:
        return None
    code, probability = _rank(text)[0]
    if probability < CLEAR_PROBABILITY:
        return None
    german, english = _share(words, _GERMAN), _share(words, _ENGLISH)
    language = _language(code)
    if language == "de":
        return "de" if german > english and german >= 0.1 else None
    if language == "en":
        return "en" if english > german and english >= 0.1 else None
    # Names in a German or English sentence look foreign; its function words give it away.
    return "other" if max(german, english) < 0.15 else None


def question_language(text: str) -> Language:
    """Return the language of a question or a few keywords.

    Function words decide; then letters and endings of words; then the identifier. What nothing
    decides ("SCCON 2023 Budget") is German if the identifier finds German likelier than English.

    >>> question_language("Gebühren 2023"), question_language("opening hours")
    ('de', 'en')
    """
    words = _words(_ADDRESS.sub(" ", text))
    if not words or _is_foreign_script(text):
        return "other"
    ranked = _rank(text)
    german = sum(word in _GERMAN for word in words)
    german += 2 * (_GERMAN_START.match(text.lower()) is not None)
    english = sum(word in _ENGLISH for word in words)
    if _is_other(words, max(german, english), *ranked[0]):
        return "other"
    if german == english:
        german = sum(_GERMAN_SHAPE.search(word) is not None for word in words)
        english = sum(_ENGLISH_SHAPE.search(word) is not None for word in words)
    if german == english:
        likely = dict(ranked)
        return "de" if likely["de"] > likely["en"] else "en"
    return "de" if german > english else "en"


def _is_other(words: list[str], known: int, code: str, probability: float) -> bool:
    """Tell whether a question is in a third language.

    Args:
        known: number of its German or English function words.
        code: what the identifier takes it for, with its probability.
    """
    others = sum(word in _OTHERS for word in words)
    foreign = code not in ("de", "en") and (
        (probability >= 0.5 and len(words) >= 3) or probability >= 0.85
    )
    if known <= others:
        return foreign or others > known or (others > 0 and code not in ("de", "en"))
    return foreign and known * 3 <= len(words) and probability >= 0.9


def _is_foreign_script(text: str) -> bool:
    letters = [letter for letter in text if letter.isalpha()]
    return sum(ord(letter) > 0x24F for letter in letters) * 2 > len(letters)
