"""Settings: option before environment before default."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.settings import Settings


def test_without_anything_the_defaults_are_those_of_the_contract() -> None:
    settings = Settings.load({})
    assert settings.corpus == (Path("corpus"),)
    assert settings.index == Path(".fundstelle/index")
    assert settings.data == Path(".fundstelle/index.data")
    assert settings.service == Path(".fundstelle/index.data/service.sqlite")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)


def test_the_environment_wins_over_the_default_and_an_option_over_both() -> None:
    environment = {"FUNDSTELLE_PORT": "9000", "FUNDSTELLE_CORPUS": "a:b", "FUNDSTELLE_THREADS": "2"}
    settings = Settings.load(environment, port=9100, index=None)
    assert settings.port == 9100
    assert settings.corpus == (Path("a"), Path("b"))
    assert settings.threads == 2


@pytest.mark.parametrize("text", ["yes", "1", "TRUE"])
def test_a_switch_can_be_turned_on(text: str) -> None:
    assert Settings.load({"FUNDSTELLE_ALLOW_DOWNLOAD": text}).allow_download


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("FUNDSTELLE_PORT", "eighty", "FUNDSTELLE_PORT must be a number, not 'eighty'"),
        ("FUNDSTELLE_ALLOW_DOWNLOAD", "ja", "FUNDSTELLE_ALLOW_DOWNLOAD must be 1 or 0, not 'ja'"),
    ],
)
def test_nonsense_in_the_environment_is_named(variable: str, value: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Settings.load({variable: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("keep_generations", -2),
        ("port", 99_999),
        ("threads", -1),
        ("answer_threshold", float("nan")),
        ("passage_tokens", 0),
    ],
)
def test_values_out_of_range_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name} must be from .* not {value}"):
        Settings.load({}, **{name: value})


def test_lists_are_joined_by_commas_and_spaces_around_them_do_not_count() -> None:
    settings = Settings.load({"FUNDSTELLE_ALLOWED_HOSTS": "suche.example.org, localhost,"})
    assert settings.allowed_hosts == ("suche.example.org", "localhost")
