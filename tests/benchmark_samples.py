"""The public benchmarks' formats, as files of a line or two, for tests."""

from __future__ import annotations

import json
from pathlib import Path


def write_benchmarks(folder: Path) -> Path:
    """Write every file, each as small as its format allows; return the folder."""
    for language, context, breaks in (
        ("de", "Eins. Zwei.", [[0, 5], [6, 11]]),
        ("en", "One. Two.", [[0, 4], [5, 9]]),
    ):
        answer = {"text": context[slice(*breaks[1])], "answer_start": breaks[1][0]}
        question = {"id": "q1", "question": f"Two? ({language})", "answers": [answer]}
        paragraph = {"context": context, "qas": [question], "sentence_breaks": breaks}
        article = {"title": "Counting", "paragraphs": [paragraph]}
        (folder / f"xquad-r.{language}.json").write_text(
            json.dumps({"data": [article], "version": "1"})
        )
        (folder / f"stsb-{language}-test.csv").write_text('"One, two.",One.,2.5\nOne.,One.,5.0\n')
    (folder / "tatoeba-1000.tsv").write_text("Eins.\tOne.\nZwei.\tTwo.\n")
    (folder / "ntrex.tsv").write_text("Eins.\tOne.\nEins.\tThe one.\n")
    (folder / "government-faq.jsonl").write_text(
        json.dumps({"id": "f", "q_de": "Was?", "a_de": "Das.", "q_en": "What?", "a_en": "That."})
        + "\n"
    )
    rows = [
        {
            "id": number,
            "city": "muenchen",
            "page": page,
            "question_de": f"Frage {number}?",
            "question_en": f"Question {number}?",
            "sentences_de": [f"Seite {page}.", "Ende."],
            "sentences_en": [f"Page {page}.", "End."],
            "answers_de": answers,
            "answers_en": answers,
        }
        for number, page, answers in ((1, 7, [0]), (2, 7, [1]), (3, 8, []))
    ]
    (folder / "municipal-qa-dev.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))
    return folder
