"""What is kept of a question names no address, phone number, account or long number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.redaction import EMAIL, IBAN, NUMBER, PHONE, redacted


@pytest.mark.parametrize(
    "address",
    [
        "max.mustermann@example.org",
        "MAX_MUSTER+amt@sub.example.museum",
        "müller@bürgeramt.example",
        '"max muster"@example.org',
        "max@localhost",
        "max @ example.org",
        "max.mustermann (at) example.org",
        "max.mustermann [at] example [punkt] org",
        "max{ät}example.org",
        "max at example dot org",
        "max＠example．org",  # full-width letters
        "max\u200b@\u00adexample.org",  # letters that take no room
    ],
)
def test_an_address_is_removed_however_it_is_written(address: str) -> None:
    assert redacted(f"Antwort bitte an {address}, danke!") == f"Antwort bitte an {EMAIL}, danke!"


@pytest.mark.parametrize(
    "number",
    [
        "+49 (0)30 1234567",
        "+49-30-1234567",
        "+4930 1234567",
        "0049 30 1234567",
        "030/123 45 67",
        "030 / 901 82 - 0",
        "(030) 9025-0123",
        "0171-1234567",
        "0171 123 45 67",
        "0800 1234",
        "(555) 123-4567",
        "+1 (555) 123-4567",
        "020 7946 0958",
        "01.42.68.53.00",
        "０３０ １２３４５６７",
        "030\u200b1234567",
    ],
)
def test_a_phone_number_is_removed_however_it_is_written(number: str) -> None:
    assert redacted(f"Bitte {number} anrufen") == f"Bitte {PHONE} anrufen"


@pytest.mark.parametrize("said", ["Tel. ", "Tel.: ", "Telefonnummer ", "Fax: ", "phone number "])
def test_a_short_number_is_a_phone_number_where_the_word_says_so(said: str) -> None:
    assert redacted(f"{said}90-1820 besetzt") == f"{said}{PHONE} besetzt"


@pytest.mark.parametrize(
    "iban",
    [  # the examples of the IBAN registry
        "DE89 3704 0044 0532 0130 00",
        "de89370400440532013000",
        "DE89-3704-0044-0532-0130-00",
        "GB29 NWBK 6016 1331 9268 19",
        "NL91ABNA0417164300",
        "MT84 MALT 0110 0001 2345 MTLC AST0 01S",
        "NO93 8601 1117 947",
    ],
)
def test_an_iban_is_removed_and_the_words_behind_it_stay(iban: str) -> None:
    assert redacted(f"Mein Konto {iban} ist leer") == f"Mein Konto {IBAN} ist leer"


def test_of_an_iban_with_a_slip_the_account_is_removed() -> None:
    assert redacted("DE11 3704 0044 0532 0130 00 falsch") == f"DE{NUMBER} falsch"


@pytest.mark.parametrize(
    "number",
    ["1234567", "12 345 678 901", "4111 1111 1111 1111", "4111-1111-1111-1111", "65 180539 K 003"],
)
def test_a_long_number_is_removed(number: str) -> None:
    kept = redacted(f"Nummer {number}?")
    assert not re.search(r"\d{5}|\d.\d{3}.\d{3}", kept.replace("180539", ""))


@pytest.mark.parametrize(
    "question",
    [
        "Was galt 2023, was gilt 2024?",
        "Haushalt 2023/2024, 2025-2026 und 2019 2020 2021 2022",
        "§ 22 Abs. 1 SGB II, §§ 100-105, § 5 (a) Satz. 2",
        "Verordnung (EU) 2016/679 und Nr. 910/2014",
        "Drucksache 19/12345, DIN EN 301 549, ISO 9001:2015",
        "15.000 Euro, 1.250.000,50 €, 15 000 Euro, 1,000,000 euros, 3,5 Mio.",
        "100.000-200.000 Einwohner",
        "am 01.02.2023, 1. 2. 2023, 01.02.23, 1/2/2023, 2023-02-01, 02/2023",
        "vom 01.02.-03.04.2023, vom 1.1.2023–31.12.2023, bis 31.12. offen",
        "08:00-18:00 Uhr, Mo 08.00-12.30, Di 9.00–12.30 Uhr",
        "10115 Berlin und 01067 Dresden",
        "Notruf 110, Behördennummer 115, Bus 100, 200, 300",
        "am 12 Dezember 2024 um 1530 Uhr im Bürgeramt Mitte 4",
        "Treffen @ Rathaus",
        "What can I do at berlin.de in 2025?",
    ],
)
def test_what_the_question_is_about_stays(question: str) -> None:
    assert redacted(question) == question


def test_several_in_one_question() -> None:
    asked = "Bin max@example.org, 030 1234567, DE89370400440532013000: was gilt seit 01.01.2024?"
    assert redacted(asked) == f"Bin {EMAIL}, {PHONE}, {IBAN}: was gilt seit 01.01.2024?"


_WORDS = st.sampled_from("Wann gilt das neue Gesetz im Jahr 2023 für § 5 und 15.000 Euro?".split())
_FORMS = st.sampled_from(
    ["{0}{1}{2}", "{0} {1} {2}", "{0}/{1}-{2}", "({0}) {1} {2}", "+49{0}{1}{2}"]
)


@given(
    st.lists(_WORDS, max_size=6),
    _FORMS,
    st.from_regex(r"0[1-9]{3}", fullmatch=True),
    st.from_regex(r"[0-9]{3}", fullmatch=True),
    st.from_regex(r"[0-9]{4}", fullmatch=True),
    st.lists(_WORDS, max_size=6),
)
def test_wherever_a_phone_number_stands_its_digits_are_not_kept(
    before: list[str], form: str, area: str, middle: str, last: str, after: list[str]
) -> None:
    kept = redacted(" ".join([*before, "Nummer", form.format(area, middle, last), "und", *after]))
    assert "Nummer [phone] und" in kept or "Nummer [number] und" in kept


@given(st.text(max_size=1_000))
def test_no_question_is_too_strange(question: str) -> None:
    assert "@" not in (kept := redacted(question)) or not re.search(r"\w@\w", kept)
    assert not re.search(r"\d{7}", kept)
