"""A long document on the page: in parts, of which a citation finds its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient
from test_api_page import Page

from api.app import create_app
from api.engine import Engine
from api.page import document
from api.page.document import PART_CHARS, part_bounds
from indexer.settings import Settings

LONG = "sccon-2023.auszeichnungen.de.md"  # 1,500 characters


@pytest.fixture
def client(
    corpus_settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """With parts so short that a document of the corpus has several."""
    monkeypatch.setattr(document, "PART_CHARS", 300)
    with TestClient(create_app(corpus_settings, engine)) as client:
        yield client


def text_on(html: str) -> str:
    [shown] = re.findall(r'<div class="text flows"[^>]*>(.*?)</div>', html, re.S)
    return Page(shown).text


def test_the_parts_together_are_the_text(client: TestClient) -> None:
    text = client.get(f"/v1/documents/{LONG}/text").text
    read, url = "", f"/documents/{LONG}"
    for number in range(1, 20):
        html = client.get(url).text
        assert f"Part {number} of" in html
        read += text_on(html)
        later = re.search(r'href="([^"]+)" rel="next"', html)
        if later is None:
            break
        url = later[1]
    assert read == text
    assert number > 2


def test_a_passage_is_shown_whole_also_across_two_parts(client: TestClient) -> None:
    text = client.get(f"/v1/documents/{LONG}/text").text
    for start in range(0, len(text) - 200, 150):
        html = client.get(f"/documents/{LONG}?start={start}&end={start + 200}").text
        assert text[start : start + 200] in text_on(html)


def test_a_part_that_is_not_there_is_the_last_one(client: TestClient) -> None:
    assert 'rel="next"' not in client.get(f"/documents/{LONG}?part=99").text
    assert client.get(f"/documents/{LONG}?part=0").status_code == 422
    assert client.get(f"/documents/{LONG}?part=x").status_code == 422


@given(lines=st.lists(st.integers(0, 70_000), max_size=8))
def test_no_part_is_empty_or_too_long(lines: list[int]) -> None:
    text = "\n".join("x" * length for length in lines)
    bounds = part_bounds(text)
    assert bounds[0] == 0
    assert bounds[-1] == len(text)
    lengths = [end - begin for begin, end in pairwise(bounds)]
    assert all(length <= 1.5 * PART_CHARS for length in lengths)
    assert all(length > 0 for length in lengths) or not text


@pytest.mark.parametrize(
    "place", ["highlight=0-5", "highlight=60-20", "highlight=x-1", "highlight=25"]
)
def test_a_highlight_stands_inside_its_passage(client: TestClient, place: str) -> None:
    assert client.get(f"/documents/{LONG}?start=20&end=60&{place}").status_code == 422
    assert client.get(f"/documents/{LONG}?start=20&end=60&highlight=20-60").status_code == 200
