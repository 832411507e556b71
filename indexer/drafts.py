"""From files to drafts: read what is new, take over what is published."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from indexer.errors import ReadError
from indexer.previous import ContentKey, Previous
from indexer.reading.files import CorpusFile, ending, read_corpus_file
from indexer.reading.formats import READER_VERSION
from indexer.reading.pool import ReadingProcess
from indexer.reading.walk import Failed, Skipped, walk
from indexer.records import DocumentRecord
from indexer.seen import Hashes, Seen
from indexer.summary import Note, Progress, Summary
from indexer.types import Metadata, Reading

Change = Literal["added", "changed", "moved", "unchanged"]


@dataclass(slots=True)
class Draft:
    """A document on its way into the next generation."""

    folder: str  # the corpus folder, as it was given
    path: str  # below it
    change: Change
    metadata: Metadata  # as read
    read: Callable[[], Reading]  # everything; a published text is only read where it is needed
    file_sha256: str
    sidecar_sha256: str
    old: DocumentRecord | None  # the published record that its text was taken from
    published_id: str | None  # doc_id of what is published under this path
    kept: bool = False  # the file fails now, this is its published version
    reader: str = READER_VERSION  # which made the text
    fixed_id: str | None = None  # of an upload: the one that it was sent with
    doc_id: str = ""  # given when all drafts are known


def collect(
    folders: tuple[Path, ...],
    previous: Previous,
    originals: Path,
    summary: Summary,
    *,
    reread: bool,
    progress: Progress,
    seen: Seen,
    uploads: Path | None = None,
) -> Generator[Draft, None, None]:
    """Yield a draft of every file that is or was readable, in the order of folder and path.

    To be closed where it is not read to its end: it holds a process. New originals are copied into
    `originals` under their SHA-256. What fails keeps its published version, if it has one, and is
    noted in `summary`, as is what was skipped.
    """
    found = [(folder, entry) for folder in folders for entry in walk(folder)]
    files = {
        (str(folder), entry.relative) for folder, entry in found if isinstance(entry, CorpusFile)
    }
    with ReadingProcess() as reader:
        place = None if uploads is None else str(uploads)
        collector = _Collector(previous, originals, reader, files, reread, place, seen)
        for done, (folder, entry) in enumerate(found, start=1):
            if isinstance(entry, Skipped):
                summary.skipped.append(Note(entry.relative, entry.reason))
            elif isinstance(entry, Failed):
                summary.failed.append(Note(entry.relative, entry.reason))
                yield from collector.keep(str(folder), entry.relative)
            else:
                try:
                    draft = collector.draft(str(folder), entry)
                except ReadError as error:
                    summary.failed.append(Note(entry.relative, str(error)))
                    collector.files.discard((str(folder), entry.relative))
                    yield from collector.keep(str(folder), entry.relative)
                else:
                    yield draft
            progress("read", done, len(found))


@dataclass(slots=True)
class _Collector:
    previous: Previous
    originals: Path
    reader: ReadingProcess
    files: set[tuple[str, str]]  # every readable (folder, path) of this run
    reread: bool
    uploads: str | None
    seen: Seen

    def draft(self, folder: str, entry: CorpusFile) -> Draft:
        here = self.previous.by_path.get((folder, entry.relative))
        hashes = self.seen.hashes(folder, entry)
        if here is not None and not self.reread and self._is_published(here, hashes):
            return self._untouched(here)
        read_now = read_corpus_file(entry)
        data, sidecar = read_now.data, read_now.sidecar
        file_sha256 = hashlib.sha256(data).hexdigest()
        sidecar_sha256 = "" if sidecar is None else hashlib.sha256(sidecar).hexdigest()
        self.seen.note(folder, entry, read_now, (file_sha256, sidecar_sha256))
        key = (file_sha256, sidecar_sha256, ending(entry.relative))
        old, change = self._published(here, key)
        # What is published stays as it was cited, also when a library would now read it otherwise.
        if old is None or self.reread:
            reading = self.reader.read(data, entry.relative, sidecar)
            metadata, read, made_by = reading.metadata, partial(_identity, reading), READER_VERSION
        else:
            metadata, read, made_by = old.metadata, partial(self._reading, old), _reader_of(old)
        if self.reread or not self.previous.has_original(file_sha256):
            (self.originals / file_sha256).write_bytes(data)
        published_id = None if here is None else here.doc_id
        return Draft(
            folder,
            entry.relative,
            change,
            metadata,
            read,
            file_sha256,
            sidecar_sha256,
            old,
            published_id,
            reader=made_by,
            fixed_id=self._fixed_id(folder, entry.relative),
        )

    def _is_published(self, here: DocumentRecord, hashes: Hashes | None) -> bool:
        kept = self.previous.has_original(here.file_sha256)
        return kept and hashes == (here.file_sha256, here.sidecar_sha256)

    def keep(self, folder: str, path: str) -> Iterator[Draft]:
        """The published version of what cannot be read now: a file, or all below a folder."""
        known = self.previous.by_path
        whole = path.endswith("/") or folder == self.uploads
        one = known.get((folder, path))
        for old in known.values() if whole else [one] if one is not None else []:
            here = old.path.startswith(path) if path.endswith("/") else old.path == path
            if folder == self.uploads:  # sent in another format than before
                here = old.path.split("/")[0] == path.split("/", maxsplit=1)[0]
            if old.folder != folder or not here or (folder, old.path) in self.files:
                continue
            draft = self._untouched(old)
            draft.kept = True
            yield draft

    def _untouched(self, old: DocumentRecord) -> Draft:
        return Draft(
            old.folder,
            old.path,
            "unchanged",
            old.metadata,
            partial(self._reading, old),
            old.file_sha256,
            old.sidecar_sha256,
            old,
            old.doc_id,
            reader=_reader_of(old),
            fixed_id=self._fixed_id(old.folder, old.path),
        )

    def _fixed_id(self, folder: str, path: str) -> str | None:
        return path.split("/", maxsplit=1)[0] if folder == self.uploads else None

    def _published(
        self, here: DocumentRecord | None, key: ContentKey
    ) -> tuple[DocumentRecord | None, Change]:
        """Find the published record with this content: at this path, else at another one."""
        if here is not None and (here.file_sha256, here.sidecar_sha256) == key[:2]:
            return here, "unchanged"
        twin = self.previous.by_content.get(key)
        if here is not None:
            return twin, "changed"
        gone = twin is not None and (twin.folder, twin.path) not in self.files
        return twin, "moved" if gone else "added"

    def _reading(self, old: DocumentRecord) -> Reading:
        return Reading(
            text=self.previous.text(old),
            metadata=old.metadata,
            blocks=old.blocks,
            page_starts=old.page_starts,
            pages_without_text=old.pages_without_text,
        )


def _reader_of(record: DocumentRecord) -> str:
    return record.pipeline.get("reader", "unknown")


def _identity(reading: Reading) -> Reading:
    return reading
