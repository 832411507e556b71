"""The console script: a group whose commands are imported when they are called.

Each package registers its own commands as entry points `fundstelle.commands`, so that this
module, at the bottom, knows none of the packages above it.
"""

from __future__ import annotations

import re
from importlib.metadata import EntryPoint, distribution
from typing import Any

import click

from indexer.errors import FundstelleError

GROUP = "fundstelle.commands"


class ErrorLines(click.Group):
    """A group that turns every foreseeable error into one line on stderr and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            extra = _extra_with(error.name or "")
            if extra is None:
                raise
            click.echo(
                f"fundstelle: {error.name} is not installed; "
                f"pip install 'fundstelle[{extra}]' brings what this command needs",
                err=True,
            )
            ctx.exit(1)
        except (FundstelleError, ValueError, OSError) as error:
            message = " ".join(str(error).split())
            click.echo(f"fundstelle: {message}", err=True)
            ctx.exit(1)


class LazyGroup(ErrorLines):
    """Finds its commands among the distribution's entry points."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [point.name for point in _entry_points()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for point in _entry_points():
            if point.name == cmd_name:
                command = point.load()
                return command if isinstance(command, click.Command) else None
        return None


def _extra_with(module: str) -> str | None:
    """The extra that installs a package of this name; None: no extra does."""
    wanted = re.compile(rf"{re.escape(module)}\b.*\bextra == ['\"](\w+)['\"]", re.IGNORECASE)
    found = map(wanted.match, distribution("fundstelle").requires or [])
    return next((match[1] for match in found if match), None)


def _entry_points() -> list[EntryPoint]:
    # One distribution is asked, not every installed one: --help stays instant.
    points = distribution("fundstelle").entry_points
    return [point for point in points if point.group == GROUP]


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="fundstelle")
def main() -> None:
    """Answer questions in German or English with quoted, cited passages."""
