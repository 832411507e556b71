"""`fundstelle ask`, `fundstelle search` and `fundstelle serve`."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from indexer.commands import corpus_option, index_option
from indexer.reporting import reporter
from indexer.settings import DEFAULT_K, MAX_K, MAX_QUESTION_CHARS, Settings

if TYPE_CHECKING:
    from api.answers import Answer, Hits
    from api.engine import Engine

BACKLOG = 2048

k_option = click.option(
    "-k", type=click.IntRange(1, MAX_K), default=DEFAULT_K, show_default=True, help="Passages."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print what HTTP replies.")


def _question(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    # An argument that is not UTF-8 arrives with lone surrogates.
    value = value.encode("utf-8", "replace").decode("utf-8").replace("\x00", "\ufffd").strip()
    if not 1 <= len(value) <= MAX_QUESTION_CHARS:
        raise click.BadParameter(
            f"must have 1 to {MAX_QUESTION_CHARS} characters, has {len(value)}"
        )
    return value


@click.command()
@click.argument("question", callback=_question)
@index_option
@k_option
@click.option("--language", type=click.Choice(["de", "en"]), help="The question's language.")
@json_option
def ask(question: str, index_folder: Path | None, k: int, language: Any, as_json: bool) -> None:
    """Answer QUESTION with sentences of the documents, or say that they do not answer it."""
    from api.terminal import render_answer

    answer = _open(index_folder).ask(question, k=k, language=language)
    click.echo(_json(answer) if as_json else render_answer(answer, styled=_styled()))


@click.command()
@click.argument("query", callback=_question)
@index_option
@k_option
@json_option
def search(query: str, index_folder: Path | None, k: int, as_json: bool) -> None:
    """Rank the passages for QUERY."""
    from api.terminal import render_hits

    hits = _open(index_folder).search(query, k=k)
    click.echo(_json(hits) if as_json else render_hits(hits, styled=_styled()))


def _open(index_folder: Path | None) -> Engine:
    from api.engine import Engine

    return Engine.open(Settings.load(index=index_folder))


def _json(reply: Answer | Hits) -> str:
    from pydantic_core import to_json

    return to_json(reply).decode()


def _styled() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


@click.command()
@index_option
@corpus_option
@click.option("--host", help="Address to listen on; this machine only. [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65_535), help="0: any. [default: 8000]")
@click.option("--root-path", help="Where a reverse proxy mounts the service.")
@click.option(
    "--public-ask", is_flag=True, default=None, help="Everybody may ask and read, without a key."
)
@click.option("--workers", type=click.IntRange(1, 64), help="Processes. [default: 1]")
@click.option("--json-logs", is_flag=True, help="Log one JSON object a line, also each request.")
def serve(
    index_folder: Path | None,
    corpus: tuple[Path, ...],
    host: str | None,
    port: int | None,
    root_path: str | None,
    public_ask: bool | None,
    workers: int | None,
    json_logs: bool,
) -> None:
    """Serve the HTTP API and the page; without an index the corpus is indexed first."""
    settings = Settings.load(
        index=index_folder,
        corpus=corpus or None,
        host=host,
        port=port,
        root_path=root_path,
        public_ask=public_ask,
        workers=workers,
        json_logs=json_logs or None,
    )
    _refuse_to_be_open_to_all(settings)
    with _listen(settings.host, settings.port) as listening:  # before the work, not after it
        _index_if_there_is_none(settings)
        _serve(settings, listening)


def _refuse_to_be_open_to_all(settings: Settings) -> None:
    """Only this machine is served without keys, unless it is said that all may ask."""
    from api.addresses import is_loopback
    from api.key_store import KeyStore
    from api.shared_state import SharedState

    if settings.public_ask or is_loopback(settings.host):
        return
    if all(key.fault for key in KeyStore(SharedState(settings.service)).all()):
        raise click.BadParameter(
            f"{settings.host} can be reached from other machines, and there is no key that would "
            "tell who may ask; make one with `fundstelle keys create NAME --scope ask`, or let "
            "everybody ask with --public-ask",
            param_hint="--host",
        )


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = os.strerror(error.errno or 0)  # the error's own text repeats the address
        raise ValueError(f"cannot listen on {host} port {port}: {reason}") from error


def _index_if_there_is_none(settings: Settings) -> None:
    from indexer.manifest import current_name

    if current_name(settings.index) is None:
        from indexer.building import bring_up_to_date

        click.echo(f"no index at {settings.index} yet, indexing {_named(settings)}", err=True)
        bring_up_to_date(settings, progress=reporter("bar" if sys.stderr.isatty() else "none"))


def _named(settings: Settings) -> str:
    return ", ".join(map(str, settings.corpus))


def _serve(settings: Settings, listening: socket.socket) -> None:
    from api.mounting import mounted_at
    from api.serving import serve

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    port = listening.getsockname()[1]
    click.echo(f"http://{host}:{port}{mounted_at(settings)}/")
    serve(settings, listening)
