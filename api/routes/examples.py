"""Examples for the documentation, in both languages: what `corpus/` really answers."""

from __future__ import annotations

from typing import Any

_QUESTION_DE = "Wer war 2023 Partnerland der SCCON?"
_QUESTION_EN = "Which country was the partner country of SCCON 2023?"
BASED_ON = {
    "title": "Smart Country Convention zeigt, wie Städte und Behörden digital werden können "
    "(Bitkom, 9. November 2023)",
    "url": "https://www.bitkom.org/Presse/Presseinformation/"
    "Smart-Country-Convention-Staedte-und-Behoerden-digitaler",
}
ANSWER_ID = "5f0c7b2f6d2f4a0f9e0d1c2b3a495867"
INDEX = {"generation": 12, "published_at": "2026-11-20T22:40:03Z"}


def example(summary: str, value: dict[str, Any]) -> dict[str, Any]:
    """An example as OpenAPI has it."""
    return {"summary": summary, "value": value}


def _citation(
    doc_id: str, title: str, language: str, sentence: str, rest: str, start: int, sha256: str
) -> dict[str, Any]:
    text = f"{sentence} {rest}"
    end = start + len(text)
    return {
        "number": 1,
        "doc_id": doc_id,
        "title": title,
        "publisher": "Fundstelle example corpus",
        "source": None,
        "based_on": BASED_ON,
        "language": language,
        "published": "2026-11-21",
        "page": None,
        "start": start,
        "end": end,
        "text": text,
        "headings": [],
        "columns": [],
        "highlights": [[start, start + len(sentence)]],
        "score": 0.83,
        "link": None,
        "view": f"/documents/{doc_id}?start={start}&end={end}",
        "sha256": sha256,
        "also": [],
    }


def _answer(question: str, language: str, citation: dict[str, Any]) -> dict[str, Any]:
    [[start, end]] = citation["highlights"]
    sentence = {
        "text": citation["text"][: end - start],
        "citation": 1,
        "start": start,
        "end": end,
        "published": citation["published"],
        "outdated": False,
        "conflicting": False,
    }
    return {
        "id": ANSWER_ID,
        "question": question,
        "language": language,
        "answered": True,
        "refusal": None,
        "confidence": 0.94,
        "conflict": False,
        "answer": [sentence],
        "citations": [citation],
        "related": [],
        "index": INDEX,
        "took_ms": 6.2,
        "corrected": None,
    }


_CITATION_DE = _citation(
    "sccon-2023.partner-country-ukraine.de.md",
    "Die Ukraine als Gastland der SCCON 2023",
    "de",
    "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden.",
    "Sie war u. a. mit einem eigenen Stand auf der Messe vertreten.",
    44,
    "ddcddc5e0e969c7a4691286ef429b17a668571cc1b178c4c0618df6eb8d2b61f",
)
_CITATION_EN = _citation(
    "sccon-2023.partner-country-ukraine.en.md",
    "Ukraine as partner country of SCCON 2023",
    "en",
    "The partner country of SCCON 2023 was Ukraine.",
    "It came to Berlin with, among other things, an exhibition stand of its own.",
    45,
    "a8ffd24fc2aa755e2f34f638cf906e3e8a801e869a339939c6ee61ad22544881",
)
CITATIONS = {"de": _CITATION_DE, "en": _CITATION_EN}
_ANSWER_DE = _answer(_QUESTION_DE, "de", _CITATION_DE)
_ANSWER_EN = _answer(_QUESTION_EN, "en", _CITATION_EN)
_REFUSED = {
    **_answer("Wie hoch ist der Eiffelturm?", "de", _CITATION_DE),
    "answered": False,
    "refusal": "not_in_documents",
    "confidence": 0.03,
    "answer": [],
    "citations": [],
}
_ASK_DE = {"question": _QUESTION_DE, "k": 5, "max_sentences": 5, "filters": {"language": "de"}}
_ASK_EN = {"question": _QUESTION_EN, "filters": {"published_from": "2023-01-01"}}
_HITS_DE = {
    "query": "Partnerland SCCON",
    "language": "de",
    "hits": [_CITATION_DE],
    "total": 138,
    "index": INDEX,
    "took_ms": 4.1,
    "corrected": None,
}
_HITS_EN = {**_HITS_DE, "query": "partner country", "language": "en", "hits": [_CITATION_EN]}


def _quote(citation: dict[str, Any]) -> dict[str, Any]:
    return {name: citation[name] for name in ("doc_id", "start", "end", "text", "sha256")}


def _verdict(citation: dict[str, Any]) -> dict[str, Any]:
    return {
        "status": "unchanged",
        **{name: citation[name] for name in ("doc_id", "title", "start", "end", "text", "page")},
        "similarity": 1.0,
        "sha256": citation["sha256"],
        "same_text": True,
        "view": citation["view"],
        "index": INDEX,
    }


_REMOVED = {
    **dict.fromkeys(_verdict(_CITATION_DE)),
    "status": "removed",
    "same_text": False,
    "index": INDEX,
}
_LOGGED = {
    "id": ANSWER_ID,
    "asked": "2026-11-21T09:12:44Z",
    "question": "Wie hoch ist der Eiffelturm?",
    "language": "de",
    "answered": False,
    "refusal": "not_in_documents",
    "generation": 12,
    "citation": None,
    "thumb": "down",
}
_GROUP = {
    "question": "Wie hoch ist der Eiffelturm?",
    "count": 3,
    "unanswered": 3,
    "last_asked": "2026-11-21T09:12:44Z",
}

ASK = {"deutsch": example("Auf Deutsch", _ASK_DE), "english": example("In English", _ASK_EN)}
BATCH = {
    "deutsch": example("Auf Deutsch", {"questions": [_ASK_DE]}),
    "english": example("In English", {"questions": [_ASK_EN]}),
}
SEARCH = {
    "deutsch": example("Auf Deutsch", {"q": "Partnerland SCCON", "k": 3}),
    "english": example("In English", {"q": "partner country", "filters": {"tags": ["sccon-2023"]}}),
}
ANSWER = {
    "deutsch": example("Beantwortet", _ANSWER_DE),
    "english": example("Answered", _ANSWER_EN),
    "refused": example("Steht nicht in den Dokumenten", _REFUSED),
}
ANSWERS = {
    "deutsch": example("Auf Deutsch", {"answers": [_ANSWER_DE]}),
    "english": example("In English", {"answers": [_ANSWER_EN]}),
}
HITS = {
    "deutsch": example("Auf Deutsch", _HITS_DE),
    "english": example("In English", _HITS_EN),
}
VERIFY = {
    "deutsch": example("Auf Deutsch", _quote(_CITATION_DE)),
    "english": example("In English", _quote(_CITATION_EN)),
}
VERDICT = {
    "deutsch": example("Unverändert", _verdict(_CITATION_DE)),
    "english": example("Unchanged", _verdict(_CITATION_EN)),
    "removed": example("Entfernt", _REMOVED),
}
RATE = {
    "deutsch": example("Hat geholfen", {"id": ANSWER_ID, "thumb": "up"}),
    "english": example("A citation was opened", {"id": ANSWER_ID, "citation": 1}),
}
FEEDBACK = {
    "deutsch": example("Hat geholfen", {"id": ANSWER_ID, "thumb": "up", "citation": None}),
    "english": example("A citation was opened", {"id": ANSWER_ID, "thumb": None, "citation": 1}),
}
QUESTIONS = {
    "deutsch": example(
        "Was die Dokumente nicht beantworten",
        {
            "logging": True,
            "days": 30,
            "questions": [_LOGGED],
            "total": 1,
            "groups": [_GROUP],
            "total_groups": 1,
        },
    ),
    "english": example(
        "The log is turned off",
        {
            "logging": False,
            "days": 30,
            "questions": [],
            "total": 0,
            "groups": [],
            "total_groups": 0,
        },
    ),
}


def shown(examples: dict[str, Any], status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Examples of a successful reply, for OpenAPI."""
    return {status: {"content": {"application/json": {"examples": examples}}}}
