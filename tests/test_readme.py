"""The README says what is true."""

from __future__ import annotations

import re
from pathlib import Path

from api.engine import Engine
from api.terminal import render_answer
from indexer.settings import ENVIRONMENT_PREFIX, Settings

ROOT = Path(__file__).parents[1]
TEXTS = (ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "api" / "README.md")
README = (ROOT / "README.md").read_text("utf-8")


def test_the_example_is_the_real_answer(engine: Engine) -> None:
    block = README.split("```console\n")[1].split("```")[0]
    command, _, shown = block.partition("\n")
    question = command.split('"')[1]
    assert shown.rstrip() == render_answer(engine.ask(question, k=1), styled=False).rstrip()


def test_every_file_that_the_texts_link_to_is_there() -> None:
    for text in TEXTS:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text.read_text("utf-8")):
            if not target.startswith("http"):
                assert (text.parent / target).exists(), f"{text.name} links to {target}"


def test_every_setting_that_the_texts_name_is_one() -> None:
    known = {ENVIRONMENT_PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    for text in TEXTS:
        named = set(re.findall(r"FUNDSTELLE_[A-Z_]+[A-Z]", text.read_text("utf-8")))
        assert named - known == set(), text.name
