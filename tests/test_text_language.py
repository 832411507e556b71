"""German, English and what is neither; the foreign paragraphs are written for this test."""

from __future__ import annotations

import pytest

from indexer.text.language import document_language, passage_language, question_language

GERMAN = (
    "Das Bürgerbüro im Rathaus nimmt Anträge auf Personalausweise entgegen. Bitte bringen Sie "
    "Ihren alten Ausweis und ein Passfoto mit, das nicht älter als sechs Monate ist."
)
ENGLISH = (
    "The citizens' office in the town hall accepts applications for identity cards. Please bring "
    "your old card and a photograph that is no older than six months."
)
OTHERS = {
    "French": "La mairie accueille le public du lundi au vendredi de huit heures à midi. Pour une "
    "carte d'identité, il faut apporter une photo récente et l'ancienne carte.",
    "Dutch": "Het gemeentehuis is van maandag tot en met vrijdag open van acht tot twaalf uur. "
    "Voor een identiteitskaart neemt u een recente pasfoto en uw oude kaart mee.",
    "Polish": "Urząd miasta jest czynny od poniedziałku do piątku w godzinach od ósmej do "
    "dwunastej. Do wniosku o dowód osobisty należy dołączyć aktualne zdjęcie.",
    "Turkish": "Belediye pazartesiden cumaya kadar saat sekizden on ikiye kadar açıktır. Kimlik "
    "kartı başvurusu için yeni bir fotoğraf ve eski kartınızı getirmeniz gerekir.",
    "Ukrainian": "Міська рада працює з понеділка до п'ятниці з восьмої до дванадцятої години. Для "
    "посвідчення особи потрібна нова фотографія та старе посвідчення.",
    "Danish": "Rådhuset har åbent fra mandag til fredag fra klokken otte til tolv. Til et nyt "
    "identitetskort skal du medbringe et nyt foto og dit gamle kort.",
    "Swedish": "Stadshuset har öppet från måndag till fredag mellan klockan åtta och tolv. För ett "
    "nytt identitetskort ska du ta med ett nytt foto och ditt gamla kort.",
    "Luxembourgish": "D'Gemeng ass vu méindes bis freides vun aacht bis zwielef Auer op. Fir "
    "eng nei Identitéitskaart musst Dir eng rezent Foto an Är al Kaart matbréngen.",
    "Afrikaans": "Die stadsaal is van Maandag tot Vrydag van agt tot twaalfuur oop. Vir 'n nuwe "
    "identiteitskaart moet u 'n onlangse foto en u ou kaart saambring.",
}
QUESTIONS = {
    "de": [
        "Wer war 2023 Partnerland der SCCON?", "Gebühren 2023", "Wo ist das?", "Wann?",
        "Öffnungszeiten", "Hundesteuer", "Was kostet ein Personalausweis?", "Was ist Kiezbox?",
        "Was war 2023?", "Anmeldung Wohnsitz", "wer hat gewonnen", "Was will Berlin?",
        "Müllabfuhr wann", "In welcher Halle war Berlin?",
    ],
    "en": [
        "Who won?", "opening hours", "when does the office open", "parking permit",
        "What is Kiezbox?", "fees 2023", "Where is it?", "Is parking free?", "What was decided?",
        "Who was the partner country in 2023?", "smart city strategy", "visitor numbers",
    ],
    "other": [
        "Qui a gagné le prix ?", "Kto wygrał nagrodę?", "Ödülü kim kazandı?",
        "Wie heeft de prijs gewonnen?", "Wat kost een paspoort?", "Hvem vandt prisen?",
        "Хто виграв приз?", "¿Quién ganó el premio?", "Quand ouvre la mairie ?", "谁赢了?",
        "Gdzie jest urząd?", "Belediye ne zaman açılıyor?", "Où est la mairie ?", "2023?", "",
    ],
}  # fmt: skip


def test_german_and_english_documents_are_told_apart() -> None:
    assert document_language(GERMAN) == "de"
    assert document_language(ENGLISH) == "en"


@pytest.mark.parametrize("name", OTHERS)
def test_a_document_in_another_language_is_never_taken_for_german_or_english(name: str) -> None:
    assert document_language(OTHERS[name]) == "other"


def test_a_short_document_is_recognised() -> None:
    assert document_language("Das Rathaus ist geschlossen.") == "de"
    assert document_language("The town hall is closed.") == "en"
    assert document_language("+++ 2023 +++") == "other"


def test_most_of_a_long_document_decides() -> None:
    assert document_language(ENGLISH + "\n\n" + (GERMAN + "\n\n") * 200) == "de"


def test_a_long_passage_may_leave_its_documents_language() -> None:
    assert passage_language(ENGLISH, "de") == "en"
    assert passage_language(GERMAN, "en") == "de"
    assert passage_language(OTHERS["Polish"], "de") == "other"
    assert passage_language(GERMAN, "other") == "de"


@pytest.mark.parametrize(
    "text",
    [
        "Smart Country Startup Award",
        "Open Data Strategy, Smart City, Deep Tech Awards",
        "Telefon: +49 30 27576-112",
        "https://www.example.org/the/city/and/the/state/of/the/art",
        "Aussteller: deZem, Fraunhofer FOKUS, InfraLab, CityLAB, Technologiestiftung Berlin",
    ],
)
def test_a_short_or_unclear_passage_stays_in_its_documents_language(text: str) -> None:
    assert passage_language(text, "de") == "de"
    assert passage_language(text, "en") == "en"


@pytest.mark.parametrize(
    ("language", "text"), [(n, q) for n, all_ in QUESTIONS.items() for q in all_]
)
def test_the_language_of_a_question(language: str, text: str) -> None:
    assert question_language(text) == language


def test_what_nothing_decides_is_german_or_english() -> None:
    assert question_language("SCCON 2023 Budget") in ("de", "en")
