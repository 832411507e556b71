"""`fundstelle keys`: who may ask, write and see what others did."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.commands import index_option
from indexer.settings import Settings

if TYPE_CHECKING:
    from api.key_store import KeyStore

SCOPES = ("ask", "write", "admin")
_DURATION = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


def _ends(ctx: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """When a key expires that was made with `--expires VALUE`."""
    if value is None:
        return None
    now = datetime.now(UTC)
    if found := _DURATION.fullmatch(value):
        return now + timedelta(hours=int(found[1]) * _HOURS[found[2]])
    try:
        last = date.fromisoformat(value)
        ends = datetime.combine(last, time.min, UTC) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise click.BadParameter(
            f"{value!r} is neither a day such as 2027-12-31 nor 12h, 90d or 52w"
        ) from None
    if ends <= now:
        raise click.BadParameter(f"{value} has passed")
    return ends


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of the service."""


@keys.command()
@click.argument("name")
@click.option("--scope", type=click.Choice(SCOPES), required=True, help="Each includes the former.")
@click.option(
    "--expires",
    metavar="DAY|12h|90d|52w",
    callback=_ends,
    help="The last day (UTC) or a duration. [default: never]",
)
@index_option
def create(name: str, scope: str, expires: datetime | None, index_folder: Path | None) -> None:
    """Make a key called NAME and print it, once: only its hash is kept."""
    from api.key_store import Scope

    settings, store = _opened(index_folder)
    key = store.create(name, Scope[scope.upper()], expires)
    _record(settings, "key created", name, scope)
    click.echo(key)
    click.echo("Keep it now: it cannot be shown again.", err=True)


@keys.command("list")
@index_option
def list_keys(index_folder: Path | None) -> None:
    """List all keys, also those that open nothing any more."""
    _, store = _opened(index_folder)
    rows = [("NAME", "SCOPE", "CREATED", "EXPIRES", "STATE")]
    for key in store.all():
        expires = "never" if key.expires is None else _minute(key.expires)
        state = key.fault or "in use"
        rows.append((key.name, key.scope.word, _minute(key.created), expires, state))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


@keys.command()
@click.argument("name")
@click.option(
    "--forget", is_flag=True, help="As if it had never been: without keys one machine is served."
)
@index_option
def revoke(name: str, forget: bool, index_folder: Path | None) -> None:
    """Let the key NAME open nothing any more, within a second, at every running server."""
    settings, store = _opened(index_folder)
    try:
        store.revoke(name, forget=forget)
    except KeyError:
        raise ValueError(f"no key in use is called {name}; `fundstelle keys list`") from None
    _record(settings, "key forgotten" if forget else "key revoked", name)
    click.echo(f"{name} opens nothing any more.", err=True)


def _opened(index_folder: Path | None) -> tuple[Settings, KeyStore]:
    from api.key_store import KeyStore
    from api.shared_state import SharedState

    settings = Settings.load(index=index_folder)
    return settings, KeyStore(SharedState(settings.service))


def _record(settings: Settings, action: str, name: str, scope: str | None = None) -> None:
    from api.audit import AuditLog

    AuditLog(settings.data).write(action, name, scope=scope)


def _minute(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M UTC")
