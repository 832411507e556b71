"""The README says what is true."""

from __future__ import annotations

from pathlib import Path

from api.engine import Engine
from api.terminal import render_answer
from indexer.settings import ENVIRONMENT_PREFIX, Settings

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_the_example_is_the_real_answer(engine: Engine) -> None:
    block = README.split("```console\n")[1].split("```")[0]
    command, _, shown = block.partition("\n")
    question = command.split('"')[1]
    assert shown.rstrip() == render_answer(engine.ask(question, k=1), styled=False).rstrip()


def test_every_setting_stands_in_the_table() -> None:
    for name in Settings.__dataclass_fields__:
        assert f"`{ENVIRONMENT_PREFIX}{name.upper()}`" in README


def test_the_default_threshold_in_the_table_is_the_one_in_force() -> None:
    assert f"| `FUNDSTELLE_ANSWER_THRESHOLD` | `{Settings().answer_threshold}` |" in README
