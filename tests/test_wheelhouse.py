"""The wheels alone, without network and outside of the checkout, are all of Fundstelle."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin
from urllib.request import urlopen

import pytest
from real_servers import ROOT, serving

QUESTION = "Wer war 2023 Partnerland der SCCON?"
ANSWER = "Als Partnerland der SCCON 2023 war die Ukraine ausgewählt worden."
# All that the Dockerfile copies, and the Makefile.
SOURCES = ("pyproject.toml", "constraints.txt", "README.md", "LICENSE", "Makefile")
PACKAGES = ("indexer", "api", "eval")

pytestmark = pytest.mark.long


def without_network() -> list[str]:
    """What a command is started with; empty, and so the test weaker, where nobody may do that."""
    for under in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if (
            shutil.which("unshare")
            and subprocess.run([*under, "true"], check=False).returncode == 0
        ):
            return under
    return []


@dataclass(frozen=True, slots=True)
class Installed:
    """Fundstelle from its wheels, in a folder of its own."""

    house: Path  # the sources that the wheels were made of, with wheelhouse/ and sbom.json
    runtime: Path
    folder: Path  # where commands run

    def run(self, *command: str, under: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*under, str(self.runtime / "bin" / command[0]), *command[1:]],
            cwd=self.folder,
            env=self.environment(),
            text=True,
            capture_output=True,
            check=False,
        )

    def environment(self) -> dict[str, str]:
        """Nothing of ours, so that nothing is found in the checkout."""
        return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.folder)}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    house = tmp_path_factory.mktemp("house")
    for name in SOURCES:
        shutil.copy(ROOT / name, house)
    for name in PACKAGES:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, house / name, ignore=ignored)
    runtime = tmp_path_factory.mktemp("elsewhere") / "runtime"
    tools = f"BIN={Path(sys.executable).parent}"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for command in (
        ["make", "--old-file=install", "wheelhouse", tools],
        [
            *without_network(),
            *["make", "--old-file=install", "--old-file=wheelhouse", "sbom", tools],
            f"RUNTIME={runtime}",
        ],
    ):
        done = subprocess.run(
            command, cwd=house, env=environment, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    installed = Installed(house, runtime, tmp_path_factory.mktemp("folder"))
    done = installed.run("fundstelle", "index", "--corpus", str(ROOT / "corpus"), "--strict")
    assert done.returncode == 0, done.stderr
    return installed


def test_every_wheel_has_its_hash_and_ours_is_among_them(installed: Installed) -> None:
    wheels = sorted((installed.house / "wheelhouse").glob("*.whl"))
    lines = (installed.house / "wheelhouse" / "requirements.txt").read_text().splitlines()
    assert len(lines) == len(wheels) > 50
    assert all(re.fullmatch(r"[a-z0-9-]+==\S+ --hash=sha256:[0-9a-f]{64}", line) for line in lines)
    assert sum(line.startswith("fundstelle==") for line in lines) == 1


def test_it_answers_from_the_wheels_alone_without_network(installed: Installed) -> None:
    where = installed.run("python", "-c", "import indexer; print(indexer.__file__)")
    assert where.stdout.startswith(str(installed.runtime))
    done = installed.run("fundstelle", "ask", QUESTION, "--json", under=tuple(without_network()))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["answer"][0]["text"] == ANSWER


def test_the_page_and_all_that_it_loads_are_served(installed: Installed) -> None:
    program = str(installed.runtime / "bin" / "fundstelle")
    with serving(
        [program, "serve"], installed.folder, environment=installed.environment()
    ) as address:
        for page in ("", "docs", "documents", "openapi.json"):
            with urlopen(f"{address}/{page}", timeout=30) as reply:  # noqa: S310  our own server
                html = reply.read().decode()
            loaded = re.findall(r'<(?:link|script|img)[^>]*?(?:href|src)="([^"]+)"', html)
            assert loaded or page == "openapi.json"
            for target in loaded:
                url = urljoin(f"{address}/", target)
                assert url.startswith(address)
                with urlopen(url, timeout=30) as reply:  # noqa: S310
                    assert reply.status == 200
                    assert reply.read()


def test_every_command_says_what_it_does(installed: Installed) -> None:
    listed = installed.run("fundstelle", "--help").stdout.split("Commands:\n")[1]
    names = re.findall(r"(?m)^  (\S+)", listed)
    assert {"index", "ask", "search", "serve", "eval", "status", "backup", "restore"} <= set(names)
    for name in names:
        done = installed.run("fundstelle", name, "--help")
        assert (done.returncode, done.stderr) == (0, ""), name


def test_measuring_says_which_extra_it_needs(installed: Installed) -> None:
    done = installed.run("fundstelle", "eval", "corpus", "--corpus", str(ROOT / "corpus"))
    assert done.returncode == 1
    assert done.stderr.startswith("fundstelle: ")
    assert "pip install 'fundstelle[eval]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_list_of_components_holds_what_ships_and_nothing_that_only_tests_need(
    installed: Installed,
) -> None:
    sbom = json.loads((installed.house / "sbom.json").read_text("utf-8"))
    assert sbom["bomFormat"] == "CycloneDX"
    lines = (installed.house / "wheelhouse" / "requirements.txt").read_text().splitlines()
    shipped = {line.partition("==")[0] for line in lines}
    listed = {re.sub(r"[-_.]+", "-", part["name"]).lower() for part in sbom["components"]}
    assert listed | {"fundstelle"} == shipped
    assert sbom["metadata"]["component"]["name"] == "fundstelle"
    assert {"pytest", "mypy", "ruff"}.isdisjoint(listed)
