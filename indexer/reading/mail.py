"""E-mails: the text that was sent, with subject, date and sender as title, date and publisher."""

from __future__ import annotations

import re
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from indexer.errors import ReadError
from indexer.reading.canonical import canonicalise
from indexer.reading.decode import decode, other_format
from indexer.reading.html import read_markup
from indexer.reading.pieces import clean
from indexer.types import Block, Metadata, Reading

_HEADERS = ("from", "to", "subject", "date", "received", "message-id", "mime-version")


def read_mail(data: bytes) -> Reading:
    """Read an .eml file: its plain text part, else its HTML part; attachments are left out.

    Raises:
        ReadError: if it is no e-mail, or has neither part.
    """
    found = other_format(data)
    if found:
        raise ReadError(f"is {found}, not an e-mail")
    message = message_from_bytes(data, policy=default)
    if not any(message.get(name) for name in _HEADERS):
        raise ReadError("is not an e-mail although it is named .eml: it has no headers")
    body = message.get_body(preferencelist=("plain", "html"))
    if not isinstance(body, EmailMessage):
        raise ReadError("holds no text, only attachments")
    metadata = Metadata(
        title=clean(str(message.get("subject") or "")) or None,
        published=_sent(message),
        publisher=_sender(message),
    )
    text, blocks = _body(body)
    return Reading(text=text, metadata=metadata, blocks=blocks)


def _body(body: EmailMessage) -> tuple[str, tuple[Block, ...] | None]:
    content = body.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    declared = body.get_content_charset()
    text = canonicalise(decode(raw, declared))
    if body.get_content_type() == "text/html":
        reading = read_markup(text)
        return reading.text, reading.blocks
    if body.get_param("format") == "flowed":
        text = _unflowed(text, deletes_space=body.get_param("delsp") == "yes")
    return text, None


def _unflowed(text: str, *, deletes_space: bool) -> str:
    """Join the lines of a flowed text (RFC 3676): one that ends in a space goes on."""
    lines: list[str] = []
    goes_on = False
    for line in text.split("\n"):
        shown = line.removeprefix(" ") if line.startswith(" ") else line
        if goes_on:
            lines[-1] += shown
        else:
            lines.append(shown)
        goes_on = line.endswith(" ") and line != "-- "
        if goes_on and deletes_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def _sent(message: EmailMessage) -> date | None:
    moment = getattr(message.get("date"), "datetime", None)
    return moment.date() if isinstance(moment, datetime) else None


def _sender(message: EmailMessage) -> str | None:
    for address in getattr(message.get("from"), "addresses", ()):
        name = clean(re.sub(r"^[\"']|[\"']$", "", address.display_name or ""))
        return name or clean(address.addr_spec) or None
    return None
