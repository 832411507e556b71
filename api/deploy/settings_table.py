"""`python -m api.deploy.settings_table`: every setting as a Markdown table, from its own comment.

The comments in indexer/settings.py are the only description; a test compares what is published.
"""

from __future__ import annotations

import ast
import inspect
import io
import os
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path

from indexer import settings
from indexer.settings import ENVIRONMENT_PREFIX, Settings


@dataclass(slots=True)
class Row:
    """Settings that share one comment."""

    what: str
    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """Settings below a comment of their own line."""

    title: str
    rows: list[Row] = field(default_factory=list)


def groups(source: str) -> list[Group]:
    """Every field of the class `Settings` in this source, in its order.

    Raises:
        ValueError: if the first field of the class or of a group has no comment.
    """
    comments = dict(_comments(source))
    found: list[Group] = []
    for line, name in _fields(source):
        above, alone = comments.get(line - 1, ("", False))
        if alone:
            found.append(Group(above))
        what = comments.get(line, ("", False))[0]
        if what and found:
            found[-1].rows.append(Row(what))
        if not found or not found[-1].rows:
            raise ValueError(f"{name} is the first of its group in Settings and lacks a comment")
        found[-1].rows[-1].names.append(name)
    return found


def _comments(source: str) -> Iterator[tuple[int, tuple[str, bool]]]:
    """Each comment by its line, and whether it stands there alone."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield (
                token.start[0],
                (token.string.lstrip("# "), not token.line[: token.start[1]].strip()),
            )


def _fields(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ClassDef) and node.name == Settings.__name__:
            for line in node.body:
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
                    yield line.lineno, line.target.id


def table() -> str:
    """The Markdown of every group, in the form in which the environment takes a value."""
    parts = []
    for group in groups(inspect.getsource(settings)):
        lines = [group.title, "", "| environment | default | what |", "|---|---|---|"]
        for row in group.rows:
            variables = ", ".join(f"`{ENVIRONMENT_PREFIX}{name.upper()}`" for name in row.names)
            defaults = ", ".join(filter(None, map(_default, row.names)))
            lines.append(f"| {variables} | {defaults} | {row.what.replace('|', '&#124;')} |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _default(name: str) -> str:
    (default,) = (field.default for field in fields(Settings) if field.name == name)
    text = _as_environment(default)
    return f"`{text}`" if text else ""


def _as_environment(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, tuple):
        joint = os.pathsep if any(isinstance(one, Path) for one in value) else ","
        return joint.join(map(_as_environment, value))
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value == Path() else str(value)  # no file is no default


if __name__ == "__main__":
    print(table(), end="")
