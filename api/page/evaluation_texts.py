"""What the page of the evaluation says, in German and in English."""

from __future__ import annotations

from api.page.texts import Interface

_DE = {
    "title": "Messung",
    "intro": "Wie gut Fundstelle die richtigen Stellen findet und wie oft sie richtig antwortet: "
    "gemessen an Fragen, deren Fundstellen vorher festgelegt wurden.",
    "made": "Gemessen am {moment} mit Fundstelle {version}, Encoder {encoder}.",
    "none": "Noch ist nichts gemessen. Dieser Befehl misst und legt das Ergebnis hier ab:",
    "unreadable": "Das letzte Ergebnis ist nicht lesbar. Dieser Befehl macht es neu:",
    "suites": "Fragensammlungen",
    "questions": "Fragen",
    "pair": "Sprachen",
    "quality": "Rangfolge der Stellen, nDCG@10",
    "quality_note": "Balken: Mittel über die Fragen; Strich: 95-%-Intervall.",
    "table": "Alle Maße: {suite}",
    "answers": "Antworten",
    "answered": "beantwortet",
    "right": "richtig, von allen",
    "wrong": "falsch, von gezeigten",
    "of": "{count} von {total}",
    "interval": "95 %: {low}–{high}",
    "refused": "Fragen, auf die kein Dokument antwortet",
    "refused_note": "Anteil, bei dem Fundstelle richtigerweise nicht antwortet.",
    "kind": "Art",
    "share": "abgelehnt",
    "latency": "Wie lange eine Rangfolge dauert",
    "latency_note": "Je Frage, mit Encodieren; das langsamste Hundertstel ist weggelassen.",
    "latency_text": "Die meisten Fragen brauchen {from_ms} bis {to_ms} ms, die langsamste gezeigte "
    "{last_ms} ms.",
    "stages": "Schritte einer Rangfolge",
    "stages_note": "Balken: Median; Strich: bis zum 95. von 100.",
    "stage": "Schritt",
    "lost": "Anders gestellte Fragen",
    "lost_note": "Wie viel Success@3 verloren geht, wenn Fragen anders gestellt werden.",
    "way": "Art der Frage",
    "meaning": "Was die Zahlen bedeuten",
    "meaning_pair": "„de→en“: deutsche Fragen, englische Stellen; „de+en“: beide zugleich.",
    "meaning_ndcg": "nDCG@10: wie weit oben unter den ersten zehn Stellen die richtigen stehen; "
    "1 heißt: ganz oben.",
    "meaning_rr": "RR@10: Kehrwert des Rangs der ersten richtigen Stelle.",
    "meaning_success": "Success@k: Anteil der Fragen, bei denen eine richtige Stelle unter den "
    "ersten k ist.",
    "meaning_recall": "R@100: Anteil der richtigen Stellen, die unter den ersten 100 sind; "
    "AP: Mittel der Genauigkeit an jeder richtigen Stelle.",
    "meaning_answers": "Richtig ist eine Antwort, deren erster Satz in einer der bestimmten "
    "Stellen steht.",
}
_EN = {
    "title": "Evaluation",
    "intro": "How well Fundstelle finds the right passages and how often it answers rightly: "
    "measured by questions whose passages were settled beforehand.",
    "made": "Measured {moment} with Fundstelle {version}, encoder {encoder}.",
    "none": "Nothing has been measured yet. This command measures and leaves the result here:",
    "unreadable": "The last result cannot be read. This command makes it anew:",
    "suites": "Sets of questions",
    "questions": "Questions",
    "pair": "Languages",
    "quality": "Ranking of passages, nDCG@10",
    "quality_note": "Bar: mean over the questions; line: 95 % interval.",
    "table": "All measures: {suite}",
    "answers": "Answers",
    "answered": "answered",
    "right": "right, of all",
    "wrong": "wrong, of those shown",
    "of": "{count} of {total}",
    "interval": "95 %: {low}–{high}",
    "refused": "Questions that no document answers",
    "refused_note": "Share that Fundstelle rightly does not answer.",
    "kind": "Kind",
    "share": "refused",
    "latency": "How long a ranking takes",
    "latency_note": "For each question, encoding included; the slowest hundredth is left out.",
    "latency_text": "Most questions take {from_ms} to {to_ms} ms, the slowest one shown "
    "{last_ms} ms.",
    "stages": "Stages of a ranking",
    "stages_note": "Bar: median; line: up to the 95th of 100.",
    "stage": "Stage",
    "lost": "Questions put otherwise",
    "lost_note": "How much Success@3 is lost where questions are put otherwise.",
    "way": "Way of asking",
    "meaning": "What the figures mean",
    "meaning_pair": "“de→en”: German questions, English passages; “de+en”: both languages at once.",
    "meaning_ndcg": "nDCG@10: how high the right passages stand among the first ten; "
    "1 means on top.",
    "meaning_rr": "RR@10: one over the rank of the first right passage.",
    "meaning_success": "Success@k: share of questions with a right passage among the first k.",
    "meaning_recall": "R@100: share of the right passages that are among the first 100; "
    "AP: mean precision at each right passage.",
    "meaning_answers": "An answer is right if its first sentence stands in one of the judged "
    "passages.",
}
EVALUATION_TEXTS: dict[Interface, dict[str, str]] = {"de": _DE, "en": _EN}

# The evaluation's own words; what is not named here is shown as it is, as English.
_GERMAN_NAMES = {
    "all": "alle",
    "missing_fact": "Angabe fehlt",
    "missing_detail": "Einzelheit fehlt",
    "wrong_year": "anderes Jahr",
    "wrong_name": "anderer Name",
    "false_premise": "falsche Voraussetzung",
    "off_topic": "anderes Thema",
    "small_talk": "Plauderei",
    "other_language": "andere Sprache",
    "unclear": "unverständlich",
    "typos": "mit Tippfehlern",
    "wrong keys": "mit Nachbartasten",
    "no umlauts": "ohne Umlaute",
    "lower case": "klein geschrieben",
    "keywords": "nur Stichwörter",
    "mixed": "beide Sprachen gemischt",
    "filters": "Auswahl",
    "question": "Frage lesen",
    "encoding": "Encodieren",
    "dense": "Bedeutung vergleichen",
    "lexical": "Wörter vergleichen",
    "fusion and second stage": "Zusammenführen",
    "all but encoding": "alles außer Encodieren",
}


def name_of(word: str, interface: Interface) -> tuple[str, Interface]:
    """What a reader calls one of them, and the language that it is in.

    >>> name_of("off_topic", "en")
    ('off topic', 'en')
    """
    if interface == "de" and word in _GERMAN_NAMES:
        return _GERMAN_NAMES[word], "de"
    return word.replace("_", " "), "en"
