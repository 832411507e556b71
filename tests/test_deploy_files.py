"""The Dockerfile and the systemd unit name what there is, and give no more than is needed.

No container engine and no running systemd is needed: both files are read, by a linter, by
systemd's own checks, and here.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

import pytest
from click.testing import CliRunner

from indexer.cli import main
from indexer.settings import ENVIRONMENT_PREFIX, Settings

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "Dockerfile"
UNIT = ROOT / "api" / "deploy" / "fundstelle.service"
MOST_EXPOSURE = 1.5  # of 10; "OK" begins below 4.5


def skip_without(tool: str, remedy: str) -> str:
    """The tool's path: beside the interpreter, else anywhere."""
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    found = shutil.which(tool, path=places)
    if found is None:
        pytest.skip(f"needs {tool}: {remedy}")
    return found


def stages() -> list[list[tuple[str, str]]]:
    """Each stage of the Dockerfile as pairs of instruction and argument, from FROM on."""
    text = re.sub(r"(?m)^\s*#.*\n", "", DOCKERFILE.read_text("utf-8")).replace("\\\n", " ")
    found: list[list[tuple[str, str]]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        instruction, _, argument = line.partition(" ")
        if instruction == "FROM":
            found.append([])
        found[-1].append((instruction, argument.strip()))
    return found


def last(instruction: str) -> str:
    """What the image that is shipped says last with this instruction."""
    return [argument for name, argument in stages()[-1] if name == instruction][-1]


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in last("ENV").split())


def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    linter = skip_without("hadolint", "pip install 'fundstelle[supply]'")
    done = subprocess.run([linter, DOCKERFILE], text=True, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_copies_what_is_there_and_is_not_ignored() -> None:
    names = {
        argument.split(" AS ")[1]
        for stage in stages()
        for name, argument in stage
        if name == "FROM" and " AS " in argument
    }
    sources = set[str]()
    for stage in stages():
        for name, argument in stage:
            if name == "COPY" and argument.startswith("--from="):
                assert argument.split()[0].removeprefix("--from=") in names
            elif name == "COPY":
                sources |= set(argument.split()[:-1])
    kept = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert {f"!{source}" for source in sources} == {one for one in kept if one.startswith("!")}
    assert all((ROOT / source).exists() for source in sources)
    # Without these the wheel cannot be built: pyproject.toml names them.
    assert {"indexer", "api", "eval", "pyproject.toml", "README.md", "LICENSE"} <= sources


def test_what_the_image_runs_is_a_command_and_nobody_in_particular_runs_it() -> None:
    assert json.loads(last("ENTRYPOINT")) == ["fundstelle"]
    command = json.loads(last("CMD"))
    assert CliRunner().invoke(main, [*command, "--help"]).exit_code == 0
    user, _, group = last("USER").partition(":")
    assert int(user) > 0  # a number: an orchestrator cannot tell whether a name is root
    assert int(group) > 0
    written = next(argument for name, argument in stages()[-1] if name == "RUN")
    assert f"--owner {user} --group {group}" in written
    assert written.endswith(last("VOLUME"))


def test_the_image_keeps_index_and_data_in_its_one_volume() -> None:
    values = environment()
    ours = {name for name in values if name.startswith(ENVIRONMENT_PREFIX)}
    fields = {ENVIRONMENT_PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    assert ours <= fields
    settings = Settings.load(values)
    volume = Path(last("VOLUME"))
    assert settings.index.parent == volume
    assert settings.data.parent == volume
    assert settings.port == int(last("EXPOSE"))
    assert volume not in settings.corpus[0].parents  # it is mounted read-only


def test_the_image_asks_for_its_health_by_itself() -> None:
    _, _, command = last("HEALTHCHECK").partition("CMD ")
    python, flag, module = json.loads(command)
    assert (python, flag) == ("python", "-m")
    assert find_spec(module) is not None


def test_the_image_installs_only_what_has_the_hash_of_what_was_collected() -> None:
    installs = [
        argument
        for stage in stages()
        for name, argument in stage
        if name == "RUN" and "pip install" in argument
    ]
    assert len(installs) == 1
    assert "--no-index" in installs[0]
    assert "--require-hashes" in installs[0]


def unit_values(key: str) -> list[str]:
    lines = UNIT.read_text("utf-8").splitlines()
    return [line.partition("=")[2] for line in lines if line.startswith(f"{key}=")]


def unit_for_checks(tmp_path: Path) -> Path:
    """The unit with a program that this machine has, which systemd looks for."""
    text = re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT.read_text("utf-8"))
    copy = tmp_path / UNIT.name
    copy.write_text(text, "utf-8")
    return copy


def analyze(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    program = skip_without("systemd-analyze", "apt-get install systemd")
    return subprocess.run([program, *arguments], text=True, capture_output=True, check=False)


def test_systemd_finds_no_fault_with_the_unit(tmp_path: Path) -> None:
    done = analyze("verify", unit_for_checks(tmp_path))
    assert (done.returncode, done.stderr) == (0, "")


def test_systemd_finds_the_unit_hardly_exposed(tmp_path: Path) -> None:
    unit = unit_for_checks(tmp_path)
    threshold = f"--threshold={round(MOST_EXPOSURE * 10)}"
    done = analyze("security", "--offline=true", threshold, "--no-pager", unit)
    assert done.returncode == 0, done.stdout


def test_the_unit_runs_our_command_and_writes_into_one_folder() -> None:
    (command,) = unit_values("ExecStart")
    program, *arguments = command.split()
    assert Path(program).name == "fundstelle"
    assert CliRunner().invoke(main, [*arguments, "--help"]).exit_code == 0
    values = dict(
        pair.split("=", 1) for line in unit_values("Environment") for pair in line.split()
    )
    ours = {name for name in values if name.startswith(ENVIRONMENT_PREFIX)}
    assert ours <= {ENVIRONMENT_PREFIX + name.upper() for name in Settings.__dataclass_fields__}
    settings = Settings.load(values)
    state = Path("/var/lib") / unit_values("StateDirectory")[0]
    assert settings.index.parent == settings.data.parent == state
    assert unit_values("ProtectSystem") == ["strict"]
    assert unit_values("User") == ["fundstelle"]


@pytest.mark.parametrize("ignored", [".venv", ".git", ".fundstelle", "wheelhouse", "tests"])
def test_an_image_is_not_built_of_what_stands_beside_the_program(ignored: str) -> None:
    kept = [
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    ]
    assert "*" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert not any(fnmatch(ignored, pattern) for pattern in kept)
