"""What lies in a corpus folder."""

from __future__ import annotations

import os
import socket
import unicodedata
from pathlib import Path

import pytest

from indexer.errors import ReadError
from indexer.reading.files import MAX_FILE_BYTES, CorpusFile, read_corpus_file
from indexer.reading.walk import Failed, Skipped, walk


def put(folder: Path, *names: str, text: str = "Text") -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def reasons(folder: Path, kind: type[Skipped] | type[Failed]) -> dict[str, str]:
    return {entry.relative: entry.reason for entry in walk(folder) if isinstance(entry, kind)}


def files(folder: Path) -> list[str]:
    return [entry.relative for entry in walk(folder) if isinstance(entry, CorpusFile)]


def test_known_files_are_found_in_one_order_with_their_sidecars(tmp_path: Path) -> None:
    put(tmp_path, "b/z.md", "b/a.PDF", "a.txt", "b.html", "c.eml", "b/z.md.meta.yaml")
    found = [entry for entry in walk(tmp_path) if isinstance(entry, CorpusFile)]
    assert [file.relative for file in found] == ["a.txt", "b.html", "b/a.PDF", "b/z.md", "c.eml"]
    assert [file.sidecar for file in found if file.sidecar] == [str(tmp_path / "b/z.md.meta.yaml")]
    contents = read_corpus_file(found[3])
    assert (contents.data, contents.sidecar) == (b"Text", b"Text")
    assert contents.stamp == found[3].stamp
    assert found[0].stamp[0] == 4


def test_what_is_no_document_is_skipped_with_a_reason(tmp_path: Path) -> None:
    put(tmp_path, ".git/a.md", ".hidden.md", "~$brief.docx", "x.tmp", "README.md", "sub/README.md")
    put(tmp_path, "a.xlsx", "Makefile", "a.md", "a.md.meta.yaml")
    assert files(tmp_path) == ["a.md"]
    assert reasons(tmp_path, Failed) == {}
    assert reasons(tmp_path, Skipped) == {
        ".git/": "hidden",
        ".hidden.md": "hidden",
        "Makefile": "files whose name has no ending are not read",
        "README.md": "README.md describes its folder",
        "a.md.meta.yaml": "sidecar",
        "a.xlsx": "files ending in .xlsx are not read",
        "sub/README.md": "README.md describes its folder",
        "x.tmp": "temporary file",
        "~$brief.docx": "temporary file",
    }


def test_empty_large_and_special_files_fail(tmp_path: Path) -> None:
    put(tmp_path, "empty.md", text="")
    with (tmp_path / "large.pdf").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)  # sparse: takes no room
    os.mkfifo(tmp_path / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.md"))
        assert reasons(tmp_path, Failed) == {
            "empty.md": "is empty",
            "large.pdf": "is larger than 50 MB",
            "pipe.txt": "is not a regular file",
            "socket.md": "is not a regular file",
        }


def test_links_are_followed_to_files_inside_and_nowhere_else(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    put(corpus, "a.md", "sub/b.md")
    put(tmp_path, "outside.md")
    (corpus / "inside.md").symlink_to("sub/b.md")
    (corpus / "out.md").symlink_to(tmp_path / "outside.md")
    (corpus / "outfolder").symlink_to(tmp_path)
    (corpus / "nowhere.md").symlink_to("gone.md")
    (corpus / "circle.md").symlink_to("circle.md")
    (corpus / "sub" / "up").symlink_to("..")
    (corpus / "again").symlink_to("sub")
    assert files(corpus) == ["a.md", "inside.md", "sub/b.md"]
    assert reasons(corpus, Failed) == {
        "circle.md": "is a link that leads in a circle",
        "nowhere.md": "is a link that leads nowhere",
        "out.md": "is a link that leads out of the corpus",
        "outfolder": "is a link that leads out of the corpus",
        "sub/up": "is a link that leads in a circle",
    }
    assert reasons(corpus, Skipped) == {"again/": "links to folders are not followed"}


def test_sidecars_without_a_file_or_of_a_wrong_kind_fail(tmp_path: Path) -> None:
    put(tmp_path, "a.md", "b.md", "c.md", "gone.md.meta.yaml")
    (tmp_path / "a.md.meta.yaml").mkdir()
    (tmp_path / "b.md.meta.yaml").write_text("x" * 65_537)
    (tmp_path / "c.md.meta.yaml").symlink_to("/etc/hostname")
    assert files(tmp_path) == []
    assert reasons(tmp_path, Failed) == {
        "a.md": "its sidecar is not a regular file",
        "b.md": "its sidecar is larger than 64 KB",
        "c.md": "its sidecar is a link that leads out of the corpus",
        "gone.md.meta.yaml": "is a sidecar, but there is no file gone.md",
    }


def test_names_are_normalised_and_clashes_fail(tmp_path: Path) -> None:
    put(tmp_path, unicodedata.normalize("NFD", "Gebühr.md"))
    assert files(tmp_path) == ["Gebühr.md"]
    put(tmp_path, unicodedata.normalize("NFC", "Gebühr.md"))
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system normalises names itself")
    assert files(tmp_path) == ["Gebühr.md"]
    assert list(reasons(tmp_path, Failed)) == ["Gebühr.md"]


def test_a_name_that_is_no_utf8_fails_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Text")
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/geb\xfchr.md")).write_text("Text")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    assert files(tmp_path) == ["a.md"]
    assert reasons(tmp_path, Failed) == {"geb\ufffdhr.md": "its name is not valid UTF-8"}


def test_unreadable_files_and_folders_fail(tmp_path: Path) -> None:
    put(tmp_path, "a.md", "closed/b.md", "c.md")
    (tmp_path / "a.md").chmod(0)
    (tmp_path / "closed").chmod(0)
    expected = {
        "a.md": "cannot be read: Permission denied",
        "closed/": "the folder cannot be listed: Permission denied",
    }
    try:
        if os.geteuid() != 0:
            assert reasons(tmp_path, Failed) == expected
        else:
            assert _as_somebody_else(tmp_path) == expected
    finally:
        (tmp_path / "closed").chmod(0o700)


def _as_somebody_else(folder: Path) -> dict[str, str]:
    """List a folder as a user who may not read everything; root may."""
    for above in (folder, *folder.parents):
        if above.stat().st_mode & 0o005 != 0o005 and above.is_relative_to("/tmp"):  # noqa: S108
            above.chmod(0o755)
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            os.write(write_end, repr(reasons(folder, Failed)).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return dict(eval(said)) if said else {}  # noqa: S307  our own words


def test_a_missing_corpus_is_an_error_and_not_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not exist or is not a folder"):
        walk(tmp_path / "gone")


def test_a_file_that_changed_since_the_walk_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "a.md")
    (file,) = [entry for entry in walk(tmp_path) if isinstance(entry, CorpusFile)]
    (tmp_path / "a.md").unlink()
    with pytest.raises(ReadError, match="cannot be read: No such file"):
        read_corpus_file(file)
    os.mkfifo(tmp_path / "a.md")
    with pytest.raises(ReadError, match="is not a regular file"):
        read_corpus_file(file)
