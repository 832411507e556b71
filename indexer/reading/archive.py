"""Office files are zip archives of XML: opened only after they are known to be harmless."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from lxml import etree

from indexer.errors import ReadError

MAX_UNPACKED_BYTES = 200_000_000
MAX_MEMBERS = 10_000
_ZIP = b"PK\x03\x04"
# A document type can define entities that grow without end or name files outside.
_DOCTYPES = tuple(
    "<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp037")
)
_XML_ENDINGS = (".xml", ".rels")
_EMBEDDED = ("word/embeddings/", "ppt/embeddings/", "word/fonts/", "ppt/media/", "word/media/")


def checked_archive(data: bytes, ending: str) -> zipfile.ZipFile:
    """Open an office file, after looking at what it would unpack to.

    Raises:
        ReadError: if it is no zip archive, damaged, encrypted, holds archives as parts or a
            document type, or would unpack to more than 200 MB or 10,000 parts.
    """
    if not data.startswith(_ZIP):
        raise ReadError(f"is not an office file although it is named {ending}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise ReadError(f"is a damaged {ending} file: {error}") from error
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise ReadError(f"holds {len(members):,} parts, more than {MAX_MEMBERS:,}")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED_BYTES:
        megabytes = MAX_UNPACKED_BYTES // 1_000_000
        raise ReadError(f"would unpack to {unpacked:,} bytes, more than {megabytes} MB")
    if any(member.flag_bits & 1 for member in members):
        raise ReadError("is encrypted: save it without a password")
    for member in members:
        _check_member(archive, member, ending)
    return archive


def part(archive: zipfile.ZipFile, name: str) -> Any | None:
    """Return the root element of an XML part, None where there is no such part.

    Raises:
        ReadError: if the part is damaged.
    """
    if name not in archive.namelist():
        return None
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
    )
    try:
        return etree.fromstring(archive.read(name), parser=parser)
    except etree.XMLSyntaxError as error:
        raise ReadError(f"its part {name} is damaged: {error.msg}") from error


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, ending: str) -> None:
    name = member.filename.lower()
    try:
        with archive.open(member) as file:
            # zipfile reads no further than the size it states, so no part can outgrow its share.
            content = file.read() if name.endswith(_XML_ENDINGS) else file.read(len(_ZIP))
    except Exception as error:  # the family of no one: each decompressor raises its own
        raise ReadError(f"is a damaged {ending} file: {member.filename}: {error}") from error
    if content.startswith(_ZIP) and not name.startswith(_EMBEDDED):
        raise ReadError(f"holds an archive inside the archive: {member.filename}")
    if any(doctype in content for doctype in _DOCTYPES):
        raise ReadError(f"holds a document type (DTD) in its part {member.filename}")
