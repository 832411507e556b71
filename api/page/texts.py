"""What the page says, in German and in English."""

from __future__ import annotations

from typing import Literal

Interface = Literal["de", "en"]

_DE = {
    "question": "Ihre Frage",
    "ask": "Fragen",
    "examples": "Zum Beispiel",
    "tagline": "Antworten aus Ihren Dokumenten, wörtlich zitiert.",
    "documents": "Dokumente",
    "api": "Schnittstelle",
    "other_language": "English",
    "skip": "Zum Inhalt",
    "answer": "Antwort",
    "sources": "Fundstellen",
    "nearest": "Nächstliegende Stellen",
    "nearest_note": "Diese Stellen liegen der Frage am nächsten. Sie sind keine Antwort.",
    "not_in_documents": "Das steht nicht in diesen Dokumenten.",
    "nothing_matches_filters": "Kein Dokument entspricht der Auswahl.",
    "question_unclear": "Diese Frage ist so nicht zu verstehen. Bitte anders fragen.",
    "conflict": "Die Dokumente widersprechen einander; das neueste steht zuerst.",
    "outdated": "überholt",
    "corrected": "Verstanden als",
    "confidence": "Sicherheit",
    "based_on": "Zusammenfassung nach",
    "publisher": "Herausgeber",
    "published": "Datum",
    "language": "Sprache",
    "page": "Seite",
    "also": "Gleicher Inhalt auch in",
    "open_here": "Hier im Dokument öffnen",
    "open_source": "In der Quelle öffnen",
    "open_file": "Originaldatei öffnen",
    "source": "Quelle",
    "characters": "Zeichen",
    "passages": "Abschnitte",
    "pages": "Seiten",
    "tags": "Schlagwörter",
    "translations": "Übersetzungen",
    "valid_until": "Gültig bis",
    "checksum": "Prüfsumme des Texts",
    "text": "Text",
    "title": "Titel",
    "earlier": "Vorige",
    "later": "Weitere",
    "of": "von",
    "empty": "Bitte eine Frage eingeben.",
    "too_long": "Die Frage ist zu lang: höchstens 1.000 Zeichen, bitte.",
    "no_such_document": "Dieses Dokument gibt es hier nicht.",
    "no_such_place": "Diese Stelle liegt nicht in diesem Dokument.",
    "bad_address": "Diese Adresse ist so nicht gültig.",
    "unavailable": "Der Index ist noch nicht bereit. Bitte gleich noch einmal versuchen.",
    "back": "Zur Startseite",
    "no_documents": "Noch sind keine Dokumente da.",
}
_EN = {
    "question": "Your question",
    "ask": "Ask",
    "examples": "For example",
    "tagline": "Answers from your documents, quoted word for word.",
    "documents": "Documents",
    "api": "API",
    "other_language": "Deutsch",
    "skip": "Skip to content",
    "answer": "Answer",
    "sources": "Sources",
    "nearest": "Nearest passages",
    "nearest_note": "These passages come closest to the question. They do not answer it.",
    "not_in_documents": "These documents do not answer that.",
    "nothing_matches_filters": "No document matches the selection.",
    "question_unclear": "This question cannot be understood. Please ask in another way.",
    "conflict": "The documents contradict each other; the newest stands first.",
    "outdated": "outdated",
    "corrected": "Understood as",
    "confidence": "Confidence",
    "based_on": "Summary based on",
    "publisher": "Publisher",
    "published": "Date",
    "language": "Language",
    "page": "Page",
    "also": "Same content also in",
    "open_here": "Open at this place",
    "open_source": "Open in the source",
    "open_file": "Open the original file",
    "source": "Source",
    "characters": "Characters",
    "passages": "Passages",
    "pages": "Pages",
    "tags": "Tags",
    "translations": "Translations",
    "valid_until": "Valid until",
    "checksum": "Checksum of the text",
    "text": "Text",
    "title": "Title",
    "earlier": "Previous",
    "later": "Next",
    "of": "of",
    "empty": "Please enter a question.",
    "too_long": "The question is too long: at most 1,000 characters, please.",
    "no_such_document": "There is no such document here.",
    "no_such_place": "This place is not in this document.",
    "bad_address": "This address is not valid.",
    "unavailable": "The index is not ready yet. Please try again in a moment.",
    "back": "To the start page",
    "no_documents": "There are no documents yet.",
}
TEXTS: dict[Interface, dict[str, str]] = {"de": _DE, "en": _EN}


def choose_interface(wanted: str | None, accept_language: str) -> Interface:
    """The language asked for, else the browser's first choice of the two, else English.

    >>> choose_interface(None, "fr, en;q=0.5, de-AT;q=0.8")
    'de'
    """
    if wanted in {"de", "en"}:
        return "de" if wanted == "de" else "en"
    best, best_weight = "en", 0.0
    for part in accept_language.split(","):
        tag, _, parameter = part.strip().partition(";")
        language = tag.partition("-")[0].lower()
        try:
            weight = float(parameter.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if language in {"de", "en"} and weight > best_weight:
            best, best_weight = language, weight
    return "de" if best == "de" else "en"
