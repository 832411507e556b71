"""What is there to run Fundstelle for real holds together: tables, wheels, licences, health."""

from __future__ import annotations

import hashlib
import inspect
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from api.deploy import settings_table
from api.deploy.licences import RULES, Package, needed, unacceptable
from api.deploy.wheelhouse import main as write_requirements
from api.deploy.wheelhouse import requirements
from indexer import settings as settings_module
from indexer.cli import ErrorLines
from indexer.settings import Settings

ROOT = Path(__file__).parents[1]
RUNNING = ROOT / "api" / "README.md"


def test_the_table_of_settings_is_the_one_that_the_settings_make() -> None:
    shown = RUNNING.read_text("utf-8").split("<!-- settings -->\n")[1]
    made = settings_table.table()
    assert shown.split("<!-- /settings -->")[0] == made, (
        "paste what `python -m api.deploy.settings_table` prints into api/README.md"
    )


def test_every_setting_stands_in_the_table_once() -> None:
    groups = settings_table.groups(inspect.getsource(settings_module))
    names = [name for group in groups for row in group.rows for name in row.names]
    assert names == list(Settings.__dataclass_fields__)


def test_the_table_takes_description_and_group_from_the_comments() -> None:
    source = """
class Settings:
    # The first group.
    port: int = 8000  # where it listens
    host: str = ""

    # The second.
    logo: str = "#"  # a file
"""
    assert settings_table.groups(source) == [
        settings_table.Group(
            "The first group.", [settings_table.Row("where it listens", ["port", "host"])]
        ),
        settings_table.Group("The second.", [settings_table.Row("a file", ["logo"])]),
    ]


def test_a_setting_that_nothing_describes_is_named() -> None:
    source = "class Settings:\n    # Group.\n    port: int = 8000\n"
    with pytest.raises(ValueError, match="port is the first of its group"):
        settings_table.groups(source)


def test_each_default_stands_as_the_environment_takes_it() -> None:
    shown = settings_table.table()
    assert f"| `FUNDSTELLE_ANSWER_THRESHOLD` | `{Settings().answer_threshold}` |" in shown
    assert "| `FUNDSTELLE_READER` | `1` |" in shown  # not True, which `load` takes as well
    assert "| `FUNDSTELLE_CORPUS` | `corpus` |" in shown
    assert "| `FUNDSTELLE_LOGO` |  |" in shown  # no file, which is not the folder "."


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with one wheel, of a package that only says hello."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    about = "hello_there-1.0.dist-info"
    with zipfile.ZipFile(folder / "hello_there-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("hello_there.py", "print('hello')\n")
        wheel.writestr(
            f"{about}/METADATA", "Metadata-Version: 2.1\nName: hello_there\nVersion: 1.0\n"
        )
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")
    return folder


def install(wheels: Path, target: Path) -> subprocess.CompletedProcess[str]:
    options = ["--no-index", "--find-links", str(wheels), "--require-hashes"]
    wanted = ["--target", str(target), "--requirement", str(wheels / "requirements.txt")]
    return subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, *wanted],
        text=True,
        capture_output=True,
        check=False,
    )


def test_pip_installs_the_wheels_that_were_collected_and_no_others(
    wheels: Path, tmp_path: Path
) -> None:
    write_requirements(wheels)
    (wheel,) = wheels.glob("*.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    expected = f"hello-there==1.0 --hash=sha256:{digest}\n"
    assert (wheels / "requirements.txt").read_text() == expected
    done = install(wheels, tmp_path / "installed")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "installed" / "hello_there.py").is_file()
    with zipfile.ZipFile(wheel, "a") as changed:
        changed.writestr("more.py", "print('something else')\n")
    done = install(wheels, tmp_path / "changed")
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr
    assert not (tmp_path / "changed").exists()


def test_two_versions_of_a_package_are_no_wheelhouse(wheels: Path) -> None:
    (wheels / "Hello.there-2.0-py3-none-any.whl").touch()
    with pytest.raises(ValueError, match="holds hello-there twice; collect into an empty folder"):
        requirements(wheels)


def test_an_empty_folder_is_no_wheelhouse(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no wheels; `make wheelhouse` collects them"):
        requirements(tmp_path)


def refused(*packages: Package) -> list[str]:
    return list(unacceptable(list(packages), tomllib.loads(RULES.read_text("utf-8"))))


def test_everything_that_is_needed_may_be_used_and_passed_on() -> None:
    packages = needed()
    assert {"torch", "faiss-cpu", "fastapi", "pydantic-core"} <= {one.name for one in packages}
    assert refused(*packages) == []


@pytest.mark.parametrize(
    "stated",
    [
        "MIT",
        "MIT License; BSD License",  # two classifiers
        "GPL-3.0-only OR MIT",  # one may choose
        "Apache-2.0 AND (MPL-2.0 OR LGPL-3.0-only)",
        "Apache-2.0 WITH LLVM-exception",
    ],
)
def test_a_licence_is_fine_where_each_of_its_parts_can_be_kept_to(stated: str) -> None:
    assert refused(Package("some", "1.0", stated)) == []


@pytest.mark.parametrize("stated", ["GPL-3.0-only", "MIT AND GPL-3.0-only", "MIT; AGPL-3.0-only"])
def test_a_licence_that_is_not_allowed_is_named_with_its_package(stated: str) -> None:
    (line,) = refused(Package("some", "1.0", stated))
    assert line.startswith("some 1.0: ")
    assert line.endswith(" is not allowed")


@pytest.mark.parametrize("stated", ["", "ask Bob", "MIT License; ask Bob", "Other/Proprietary"])
def test_a_licence_that_no_program_can_read_must_be_read_by_somebody(stated: str) -> None:
    (line,) = refused(Package("some", "1.0", stated))
    shown = repr(stated) if stated else "'nothing'"
    assert line == f"some 1.0 states {shown}: read it, then add it"


def test_libraries_for_other_hardware_come_on_their_own_terms() -> None:
    """PyTorch brings them where it is not installed for CPUs; a fresh checkout's tests pass."""
    assert refused(Package("nvidia-cublas-cu12", "12.8", "NVIDIA Proprietary Software")) == []


def test_every_package_that_is_needed_has_its_version_in_the_constraints() -> None:
    accelerators = ("cuda-", "nvidia-", "triton")  # torch itself names their versions exactly
    lines = (ROOT / "constraints.txt").read_text().lower().replace("_", "-").split()
    pinned = {line.partition("==")[0].replace(".", "-") for line in lines}
    names = {one.name for one in needed() if not one.name.startswith(accelerators)}
    assert names - pinned == set()


@click.command()
@click.argument("module")
def importing(module: str) -> None:
    """Need a module that is not there."""
    raise ModuleNotFoundError(f"No module named {module!r}", name=module)


def test_a_command_whose_packages_are_not_installed_names_the_extra_that_brings_them() -> None:
    group = ErrorLines(commands=[importing])
    result = CliRunner().invoke(group, ["importing", "ir_measures"])
    assert result.exit_code == 1
    assert result.stderr == (
        "fundstelle: ir_measures is not installed; "
        "pip install 'fundstelle[eval]' brings what this command needs\n"
    )
    # Another one that is missing is a mistake of ours or of the installation.
    result = CliRunner().invoke(group, ["importing", "no_such_module"])
    assert isinstance(result.exception, ModuleNotFoundError)


def test_everything_beside_the_code_is_packed_into_the_wheel() -> None:
    """What is not packed is missed only where there is no checkout."""
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    patterns = packed["package-data"]
    for package in ("indexer", "api", "eval"):
        for file in (ROOT / package).rglob("*"):
            if file.is_dir() or "__pycache__" in file.parts or file.suffix in {".py", ".pyc"}:
                continue
            path = file.relative_to(ROOT / package).as_posix()
            wanted = [*patterns["*"], *patterns.get(package, [])]
            is_text = path.count("/") <= 1 and file.suffix == ".md"  # for who reads the code
            is_packed = any(fnmatch(path, one) or fnmatch(file.name, one) for one in wanted)
            assert is_packed or is_text, f"{package}/{path} is matched by no pattern"
