"""A few documents of an invented town, for what the shipped corpus does not have.

Two that contradict each other, one that announces what has passed, and one that holds whatever
could harm a page: markup, scripts, turned directions and a word of 10,000 characters.
"""

from __future__ import annotations

from pathlib import Path

CLOCK = "2026-11-21"  # the day on which the announcement has passed
MONSTER = "W" * 10_000
EVIL = "<script>document.title = 'owned'</script><img src=x onerror=alert(1)> \u202egnp.exe"
CONFLICT = "Wie viele Besucher hatte das Stadtfest 2023?"
OUTDATED = "Wann ist das Badfest?"
REFUSED = "Wie kocht man Nudeln al dente?"
HOSTILE = "Liegt der Zauberstab der Königin im Turm neben der Truhe?"

DOCUMENTS = {
    "stadtfest-juli.de.md": """---
title: "Stadtfest 2023: erste Bilanz"
language: de
published: 2023-07-01
publisher: Stadt Lindenau, Pressestelle
---
Das Stadtfest 2023 zählte 45.000 Besucher.
""",
    "stadtfest-dezember.de.md": """---
title: "Das Jahr 2023 in Lindenau"
language: de
published: 2023-12-28
publisher: Stadt Lindenau, Statistik
---
Das Stadtfest 2023 zählte 62.000 Besucher.
""",
    "badfest.de.md": """---
title: Badfest im Strandbad
language: de
published: 2024-05-02
publisher: Stadt Lindenau, Pressestelle
---
Das nächste Badfest findet am 14. Juni 2024 statt.
""",
    "zauberturm.de.md": f"""---
title: "<b>Turm</b> & <img src=x onerror=alert(1)> \u202eTXET"
publisher: "\\"><script>alert(2)</script>"
language: de
published: 2024-01-01
---

# Überschrift <u>mit</u> Tücken

Der Zauberstab der Königin 😀 liegt im **Turm** {EVIL} neben der Truhe.

Das lange Wort heißt {MONSTER} und steht auf der Truhe.

- Eine [Verweisung](javascript:alert(3)), die keine sein darf
- Eine [erlaubte](https://example.org/turm) Verweisung

| Zauberwort | Wirkung |
| --- | --- |
| Simsalabim | öffnet die Pforte |
| Abrakadabra | schließt die Pforte |

```
if (turm < 3) {{ alert("**nein**") }}
```
""",
}


def write(folder: Path) -> Path:
    """Write the documents into a folder, which is made."""
    folder.mkdir(parents=True)
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, "utf-8")
    return folder
