"""What each part brings, and what others make of the same passages."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from api.engine import Engine
from api.filters import NO_FILTERS, Filters
from api.retrieval import Method
from eval.ablation import METHODS, ablate, table
from eval.ablation import main as ablation
from eval.asking import rankings
from eval.measuring import indexed
from eval.peers.__main__ import main as peers
from eval.questions import Judged, Question
from eval.suites.public import Collection
from eval.suites.suite import CROSSINGS, POOLS, Suite
from indexer.concepts import Reach

TEXTS = {
    "bridge": (
        "Die Brücke wurde im Jahr 1931 gebaut.",
        "The bridge was built in the year 1931.",
        "Wann entstand die Brücke?",
        "When was the bridge made?",
    ),
    "library": (
        "Die Stadtbibliothek öffnet um neun Uhr.",
        "The city library opens at nine o'clock.",
        "Wann öffnet die Bibliothek?",
        "When does the library open?",
    ),
    "pool": (
        "Das Schwimmbad kostet vier Euro Eintritt.",
        "The swimming pool costs four euros admission.",
        "Was kostet das Schwimmbad?",
        "How much is the swimming pool?",
    ),
}


@pytest.fixture(scope="module")
def suite() -> Suite:
    collection = Collection({})
    questions = []
    for name, (german, english, asked_de, asked_en) in TEXTS.items():
        gold = (
            Judged(collection.add(name, "de", german)),
            Judged(collection.add(name, "en", english)),
        )
        questions.append(Question(f"{name}-de", "de", asked_de, "answerable", gold))
        questions.append(Question(f"{name}-en", "en", asked_en, "answerable", gold))
    return Suite("tiny", collection.write, questions, views=(*CROSSINGS, *POOLS), unit="document")


@pytest.fixture(scope="module")
def tiny(suite: Suite) -> Iterator[Engine]:
    with indexed(suite) as engine:
        yield engine


def test_every_method_is_asked_the_same_and_the_shipped_one_finds_everything(
    suite: Suite,
) -> None:
    found = ablate(suite)
    assert list(found) == list(METHODS)
    assert {len(values) for rows in found.values() for values in rows.values()} == {3, 18}
    assert found["+ best sentence (ships)"]["de→en"].mean() == 1.0
    lines = table("tiny", found).splitlines()
    assert len(lines) == len(METHODS) + 2
    assert lines[-1].startswith("+ best sentence (ships)")


def test_words_alone_do_not_find_what_stands_in_the_other_language(tiny: Engine) -> None:
    plain = Reach(parts=False, translations=False, abbreviations=False, slips=False)
    words, translated = Method(0.0, 1.0, 0.0, plain), Method(0.0, 1.0, 0.0)
    english = Filters(language="en")
    asked = "Was kostet das Schwimmbad?"
    assert tiny.rank(asked, depth=5, filters=english, method=words) == []
    first = tiny.rank(asked, depth=5, filters=english, method=translated)[0]
    assert first.doc_id == "pool.en.txt"


def test_a_ranking_is_as_deep_as_it_is_asked_for(tiny: Engine) -> None:
    assert len(tiny.rank("Brücke", depth=4)) == 4
    assert len(tiny.rank("Brücke", depth=1_000)) == 6
    assert tiny.rank("Brücke", depth=5, filters=Filters(doc_ids=("nothing",))) == []


def test_a_pool_says_which_language_came_first(suite: Suite, tiny: Engine) -> None:
    pooled = [o for o in rankings(tiny, suite, suite.questions) if o.pair == "de→de+en"]
    assert len(pooled) == 3
    assert all(set(outcome.relevant.values()) == {"de", "en"} for outcome in pooled)


@pytest.mark.parametrize("name", ["bm25s + Snowball", "txtai hybrid", "Haystack hybrid"])
def test_a_peer_ranks_the_same_passages_by_their_text(
    name: str, suite: Suite, tiny: Engine
) -> None:
    pytest.importorskip(name.split(maxsplit=1)[0].lower(), reason="needs the extra peers")
    from eval.peers.__main__ import _passages
    from eval.peers.systems import PEERS

    places, texts = _passages(tiny)
    assert len(places) == 6
    peer = PEERS[name](places, texts)
    ranked = peer("When was the bridge built?", depth=3, filters=NO_FILTERS)
    assert ranked[0].doc_id == "bridge.en.txt"
    german = peer("Brücke gebaut", depth=9, filters=Filters(language="de"))
    assert {place.language for place in german} == {"de"}


def test_the_clock_runs_for_every_system_on_the_same_questions(suite: Suite) -> None:
    for package in ("bm25s", "txtai", "haystack"):
        pytest.importorskip(package, reason="needs the extra peers")
    from eval.peers.__main__ import timed

    found = timed(suite, 2)
    assert next(iter(found)) == "Fundstelle"
    assert {name: len(milliseconds) for name, milliseconds in found.items()} == dict.fromkeys(
        ["Fundstelle", "bm25s + Snowball", "all-MiniLM-L6-v2", "txtai hybrid", "Haystack hybrid"], 2
    )


@pytest.mark.parametrize("command", [ablation, peers])
def test_an_unknown_suite_is_a_wrong_usage(command: click.Command) -> None:
    result = CliRunner().invoke(command, ["xqaud"])
    assert result.exit_code == 2
    assert "no suite and no folder xqaud" in result.stderr
