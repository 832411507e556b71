"""What must not be written down of a question: by what somebody could be reached or identified.

E-mail addresses, phone numbers, IBANs and long numbers give way to what they were. Years, dates,
times, amounts, paragraphs and numbers of laws stay: without them nobody knows what was asked. What
could be either goes. Names stay: nothing here could tell them from streets and titles.
"""

from __future__ import annotations

import re
import unicodedata

EMAIL, IBAN, PHONE, NUMBER = "[e-mail]", "[IBAN]", "[phone]", "[number]"
_IBAN_DIGITS = 8  # every country's account has so many; words that begin like an IBAN have not

# Letters that take no room could stand between the digits of a number.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

_LOCAL = r"(?:\"[^\"\n]{1,64}\"|(?<![\w.+-])[\w.!#$%&'*+/=?^`|~-]+)"
_AT = r"(?:@|[(\[{<]\s?(?:at|ät)\s?[)\]}>])"
_DOT = r"(?:\.|\s?[(\[{<]\s?(?:dot|punkt)\s?[)\]}>]\s?|\s(?:dot|punkt)\s)"
_EMAIL = re.compile(
    rf"{_LOCAL}\s?{_AT}\s?[\w-]+(?:{_DOT}[\w-]+)+"  # max.muster (at) example.org
    rf"|{_LOCAL}\s(?:at|ät)\s[\w-]+(?:\s(?:dot|punkt)\s[\w-]+)+"  # max at example dot org
    rf"|{_LOCAL}@[\w-]+",  # max@localhost
    re.IGNORECASE,
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}[ .-]?\d{2}(?:[ .-]?[A-Z0-9]){11,30}", re.IGNORECASE)

_YEAR = r"(?:1[5-9]|20|21)\d{2}"
_TIME = r"(?:[01]?\d|2[0-4])[.:][0-5]\d"
_DASH = "[-‐‑–—]"
_STAYS = (
    rf"{_YEAR}-\d{{2}}-\d{{2}}(?!\d)",  # 2023-01-31
    rf"\d{{1,2}}(?P<sep>[./-])\d{{1,2}}(?P=sep)(?:{_YEAR}|\d{{2}})(?!\.?\d)",  # 31.01.2023
    rf"\d{{1,2}}\.\s\d{{1,2}}\.\s{_YEAR}(?!\d)",  # 31. 1. 2023
    r"(?:[0-2]?\d|3[01])\.(?:0?\d|1[0-2])\.(?!\d)",  # 31.01.
    rf"(?:0?[1-9]|1[0-2])[./]{_YEAR}(?!\d)",  # 01/2023
    rf"{_TIME}\s?(?:{_DASH}|bis|to)\s?{_TIME}(?!\d)",  # 08.00-12.30
    r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d{1,2})?(?![\d.]*\d)",  # 1.250.000,50
    r"(?:[1-9]\d{0,2}[ '’]\d{3}|[1-9](?:[ '’]\d{3}){2})(?:,\d{1,2})?(?![ \d]*\d)",  # 15 000
    rf"{_YEAR}(?!\d)",
)
_BETWEEN = r"[\s./()‐‑–—-]{0,3}"  # what people write between the digits of a phone number
_PHONE = (
    rf"(?<![\w+:.,])(?:\+|00)\s?[1-9](?:{_BETWEEN}\d){{6,14}}(?!\d)",  # +49 (0)30 1234567
    rf"(?<![\w:.,])\(?0[1-9]\d{{0,4}}\)?(?:{_BETWEEN}\d){{5,13}}(?!\d)",  # 030/123 45 67
    rf"\((?!{_YEAR}\))\d{{2,5}}\)[\s/-]?\d(?:[\s./-]?\d){{4,}}",  # (555) 123-4567
)
_SAID = (
    r"\b(?:tel(?:efon|ephone)?|fax|handy|mobil|phone|mobile|cell|durchwahl|rufnummer|whatsapp)"
    r"(?:nummer)?\W{0,3}(?:(?:number|nr|no)\b\W{0,3})?"
)
_NUMBER = (
    r"\d{7,}",
    r"\d(?:[ ./‐‑–—-]?\d){8,}",  # 12 345 678 901, 4111-1111-1111-1111
)
_DIGITS = re.compile(
    rf"(?P<said>{_SAID})[+(]*\d(?:{_BETWEEN}\d){{4,14}}"  # Tel. 90-1820
    rf"|(?<!\d)(?:(?P<stays>{'|'.join(_STAYS)})|(?P<phone>{'|'.join(_PHONE)})"
    rf"|(?P<number>{'|'.join(_NUMBER)}))",
    re.IGNORECASE,
)


def redacted(question: str) -> str:
    """Return the question in compatibility form, without what must not be written down.

    >>> redacted("Wo melde ich max.muster@example.org für 2024 an? Tel. 030/123 45 67")
    'Wo melde ich [e-mail] für 2024 an? Tel. [phone]'
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", question))
    text = _EMAIL.sub(EMAIL, text)
    text = _IBAN.sub(_without_iban, text)
    return _DIGITS.sub(_without_digits, text)


def _without_iban(match: re.Match[str]) -> str:
    """Replace the longest beginning that is an IBAN: the words behind it look like more of it."""
    found = match.group()
    for end in range(len(found), 14, -1):
        if (
            found[end - 1].isalnum()
            and not found[end : end + 1].isalnum()
            and _is_iban(found[:end])
        ):
            return IBAN + found[end:]
    return found


def _is_iban(text: str) -> bool:
    """Whether the check digits are right: ISO 7064, MOD 97-10."""
    plain = re.sub(r"[ .-]", "", text).upper()
    account = plain[4:]
    if not 11 <= len(account) <= 30 or sum(map(str.isdigit, account)) < _IBAN_DIGITS:
        return False
    return int("".join(str(int(letter, 36)) for letter in account + plain[:4])) % 97 == 1


def _without_digits(match: re.Match[str]) -> str:
    if match["stays"]:
        return match["stays"]
    if match["said"]:
        return match["said"] + PHONE
    return PHONE if match["phone"] else NUMBER
