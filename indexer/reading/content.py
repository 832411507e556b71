"""Whether a file's first bytes can be what its name says; only its reader knows for certain."""

from __future__ import annotations

from pathlib import PurePosixPath

from indexer.reading.decode import other_format

HEAD_BYTES = 1024  # as far as a PDF may begin with something else
_ZIP = b"PK\x03\x04"
_BEGIN: dict[str, tuple[bytes, str]] = {
    ".pdf": (b"%PDF-", "a PDF"),
    ".docx": (_ZIP, "a Word document"),
    ".odt": (_ZIP, "an OpenDocument text"),
    ".pptx": (_ZIP, "a presentation"),
    ".rtf": (b"{\\rtf", "RTF"),
}
_HTML = (b"<!doctype html", b"<html")


def contradiction(head: bytes, name: str) -> str | None:
    """Say what is wrong where a file begins like another format than its name's; None: nothing.

    Nothing is parsed: this is for programs that must not open what strangers send.

    Args:
        head: the first HEAD_BYTES bytes of the file, or all of it.
        name: the file's name, of which only the ending counts.

    >>> contradiction(b"<!DOCTYPE html><p>404", "plan.pdf")
    'is not a PDF although it is named .pdf: it is HTML'
    """
    ending = PurePosixPath(name).suffix.lower()
    begin, what = _BEGIN.get(ending, (b"", "text"))
    if ending == ".pdf":
        fits = begin in head[:HEAD_BYTES]
    elif begin:
        fits = head.lstrip().startswith(begin)
    else:
        fits = other_format(head) is None
    if fits:
        return None
    html = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML)
    found = "HTML" if html else other_format(head)
    return f"is not {what} although it is named {ending}" + (f": it is {found}" if found else "")
