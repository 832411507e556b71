"""YAML as far as metadata needs it: one mapping of words to words, lists and mappings.

Every value stays the text that was written (`no` is "no", `2023-11-09` is not yet a date), so
that a message can repeat it. Aliases and anchors are refused: nested, they grow without end.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from indexer.errors import ReadError


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}  # noqa: RUF012  PyYAML's own interface

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "anchor", None) is not None:  # aliases carry their anchor's name
            raise yaml.YAMLError("anchors (&) and aliases (*) are not allowed")
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [str(key.value) for key, _ in node.value]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise yaml.YAMLError(f"{', '.join(twice)} stands there twice")
        return super().construct_mapping(node, deep=True)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:null", re.compile(r"^(?:~|null|Null|NULL|)$"), None
)


def load_mapping(text: str, where: str, first_line: int = 1) -> dict[str, object]:
    """Return the one mapping that a text holds; nothing but white space is an empty one.

    Raises:
        ReadError: beginning with `where`, if it is no YAML, no mapping or holds aliases.
    """
    try:
        loaded = yaml.load(text, Loader=_Loader)  # noqa: S506  a SafeLoader
    except RecursionError as error:
        raise ReadError(f"{where}: is nested too deeply") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f" in line {mark.line + first_line}" if mark else ""
        raise ReadError(f"{where}: is not valid YAML{line}: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise ReadError(f"{where}: {str(error).splitlines()[0]}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ReadError(f"{where}: must be fields like `title: ...`, not {_shape(loaded)}")
    return {str(name): value for name, value in loaded.items()}


def _shape(value: object) -> str:
    return "a list" if isinstance(value, list) else repr(str(value)[:80])
