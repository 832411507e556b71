"""The large index that speed is measured in: documents of both languages, made from the files."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

from click.testing import CliRunner

from eval.scale import ARTICLES, PAGES, main, write_documents


def train(folder: Path) -> Path:
    folder.mkdir(parents=True)
    sections = [
        {"title": "Moor", "headings": [], "text": "Ein Moor ist nass. " * 20},
        {"title": "Moor", "headings": ["Tiere", "Vögel"], "text": "Dort brüten Kraniche. " * 20},
        {"title": "Deich", "headings": [], "text": "Ein Deich hält das Meer ab. " * 20},
    ]
    with lzma.open(folder / ARTICLES, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(section) + "\n" for section in sections)
    with lzma.open(folder / PAGES, "wt", encoding="utf-8") as file:
        file.writelines(f"Zeile {n}.\tThis is line {n} of it.\n" for n in range(100))
    return folder


def test_articles_and_pages_take_turns_until_there_is_enough(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    write_documents(tmp_path / "out", train=train(tmp_path / "train"), passages=3)
    written = {file.name: file.read_text("utf-8") for file in (tmp_path / "out").iterdir()}
    assert set(written) == {"000000.de.md", "000001.en.md"}
    assert written["000000.de.md"].startswith("# Moor\n\nEin Moor ist nass.")
    assert "\n\n## Vögel\n\nDort brüten" in written["000000.de.md"]
    assert written["000001.en.md"].startswith("This is line 0 of it.\n\nThis is line 1")


def test_the_table_has_every_stage(tmp_path: Path) -> None:
    train(tmp_path / "data" / "train")
    evaluation = tmp_path / "data" / "eval"
    evaluation.mkdir()
    for language, question in (("de", "Was brütet im Moor?"), ("en", "What is line 7?")):
        asked = {"data": [{"paragraphs": [{"qas": [{"question": question}]}]}]}
        (evaluation / f"xquad-r.{language}.json").write_text(json.dumps(asked), "utf-8")
    result = CliRunner().invoke(main, ["3", "--shared", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "2 documents, " in result.output
    for stage in ("dense", "lexical", "encoding", "all but the encoder", "search"):
        assert f"\n{stage}" in result.output


def test_missing_data_is_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["3", "--shared", str(tmp_path)])
    assert result.exit_code == 1
    assert f"{ARTICLES} is missing" in result.output
