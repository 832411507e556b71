"""`python -m api.deploy.licences`: may everything that Fundstelle needs be used and passed on?

licences.toml says which licences may be. Needs the extra `supply`.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from license_expression import AND, OR, ExpressionError, get_spdx_licensing
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

RULES = Path(__file__).parent / "licences.toml"
# What a service can be installed with; tests, training and comparison run at home.
EXTRAS = ("eval", "tracing")
_SPDX = get_spdx_licensing()


@dataclass(frozen=True, slots=True)
class Package:
    """An installed package and the licence that it states, in its own words."""

    name: str
    version: str
    stated: str


def needed(root: str = "fundstelle", extras: tuple[str, ...] = EXTRAS) -> list[Package]:
    """Every installed package that `root` needs, directly or not, by name; without `root`."""
    found: dict[str, Package] = {}
    seen = set[tuple[str, frozenset[str]]]()
    waiting = [(root, frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop()
        if (name, wanted) in seen:
            continue
        seen.add((name, wanted))
        try:
            package = distribution(name)
        except PackageNotFoundError:  # of an extra that is not installed, so nobody passes it on
            continue
        found[name] = Package(name, package.version, _stated(package))
        waiting += [
            (canonicalize_name(requirement.name), frozenset(requirement.extras))
            for requirement in map(Requirement, package.requires or [])
            if _applies(requirement, wanted)
        ]
    del found[root]
    return [found[name] for name in sorted(found)]


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in {"", *extras})


def _stated(package: Distribution) -> str:
    """The licence: an expression, else all classifiers, else the free text; in this order."""
    about = package.metadata
    kinds = [
        line.rpartition(" :: ")[2]
        for line in about.get_all("Classifier", [])
        if line.startswith("License :: ") and not line.endswith("OSI Approved")
    ]
    expression = about.get_all("License-Expression", [])
    text = about.get_all("License", [])
    return next((one[0] for one in (expression, ["; ".join(kinds)], text) if any(one)), "")


def unacceptable(packages: list[Package], rules: dict[str, Any]) -> Iterator[str]:
    """One line for each package whose licence is unknown or not allowed."""
    for package in packages:
        stated = rules["read"].get(package.name) or " AND ".join(
            rules["words"].get(word, word) for word in package.stated.split("; ")
        )
        if any(fnmatch(package.name, pattern) for pattern in rules["accelerators"]):
            continue
        try:
            parsed = _SPDX.parse(stated, validate=True)
        except ExpressionError:
            parsed = None
        if parsed is None:
            shown = " ".join(package.stated.split())[:80] or "nothing"
            yield f"{package.name} {package.version} states {shown!r}: read it, then add it"
        elif not _allowed(parsed, frozenset(rules["allowed"])):
            yield f"{package.name} {package.version}: {parsed} is not allowed"


def _allowed(expression: Any, allowed: frozenset[str]) -> bool:
    """All parts of an AND must be allowed, and one of an OR."""
    if isinstance(expression, AND):
        return all(_allowed(part, allowed) for part in expression.args)
    if isinstance(expression, OR):
        return any(_allowed(part, allowed) for part in expression.args)
    return str(expression) in allowed


def main() -> None:
    """Print what was looked at; exit 1 and name each package that must not be."""
    rules = tomllib.loads(RULES.read_text("utf-8"))
    packages = needed()
    refused = list(unacceptable(packages, rules))
    for line in refused:
        print(f"{line} ({RULES.name})", file=sys.stderr)
    for package in packages:
        if any(fnmatch(package.name, pattern) for pattern in rules["accelerators"]):
            print(f"{package.name} is NVIDIA's; PyTorch's build for CPUs comes without it")
    print(f"{len(packages)} packages looked at, {len(refused)} refused")
    if refused:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
