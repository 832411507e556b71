"""`python -m api.deploy.wheelhouse FOLDER`: requirements with a hash for every wheel in a folder.

Whoever installs from them gets the bytes that were collected and looked at, or an error.
"""

from __future__ import annotations

import hashlib
import re
import sys
from pathlib import Path

REQUIREMENTS = "requirements.txt"


def requirements(folder: Path) -> str:
    """One line `name==version --hash=sha256:…` for each wheel, by name.

    Raises:
        ValueError: if there is no wheel, or two of one project, of which pip could take either.
    """
    lines: dict[str, str] = {}
    for wheel in sorted(folder.glob("*.whl")):
        # A wheel's name has no dash inside its parts (PEP 427).
        stated, version, *_ = wheel.name.split("-")
        name = re.sub(r"[-_.]+", "-", stated).lower()
        if name in lines:
            raise ValueError(f"{folder} holds {name} twice; collect into an empty folder")
        with wheel.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        lines[name] = f"{name}=={version} --hash=sha256:{digest}\n"
    if not lines:
        raise ValueError(f"{folder} holds no wheels; `make wheelhouse` collects them")
    return "".join(lines[name] for name in sorted(lines))


def main(folder: Path) -> None:
    """Write the requirements beside the wheels: whole or not at all."""
    text = requirements(folder)
    unfinished = folder / f".{REQUIREMENTS}"
    unfinished.write_text(text, "utf-8")
    unfinished.replace(folder / REQUIREMENTS)
    print(f"{folder / REQUIREMENTS}: {text.count(chr(10))} wheels")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
