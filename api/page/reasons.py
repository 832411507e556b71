"""What the indexer says about files, in German; it speaks English itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from api.page.texts import Interface

_DE = (
    (r"is empty", "ist leer"),
    (r"holds no text", "enthält keinen Text"),
    (
        r"holds no text, only images: .*",
        "enthält keinen Text, nur Bilder: zuerst eine Texterkennung laufen lassen "
        "(zum Beispiel ocrmypdf)",
    ),
    (r"holds no text, only attachments", "enthält keinen Text, nur Anhänge"),
    (r"is encrypted: .*", "ist verschlüsselt: bitte ohne Kennwort speichern"),
    (r"is a damaged PDF: its end is missing", "ist eine beschädigte PDF-Datei: ihr Ende fehlt"),
    (r"is a damaged PDF: it has no pages", "ist eine beschädigte PDF-Datei: sie hat keine Seiten"),
    (r"is a damaged PDF: .*", "ist eine beschädigte PDF-Datei"),
    (r"is a damaged (\.\w+|RTF) file: .*", r"ist eine beschädigte Datei (\1)"),
    (r"is not .* although it is named (\.\w+).*", r"ist keine \1-Datei, obwohl sie so heißt"),
    (r"is not HTML although it is named so: .*", "ist keine HTML-Datei, obwohl sie so heißt"),
    (r"is not text: it holds binary data", "ist keine Textdatei: sie enthält Binärdaten"),
    (r"is (.+), not (?:text|HTML|an e-mail)", r"ist in Wahrheit etwas anderes: \1"),
    (r"its character encoding could not be told.*", "Zeichensatz unklar: bitte als UTF-8 sichern"),
    (r"is larger than (\d+) MB", r"ist größer als \1 MB"),
    (r"took longer than ([\d.]+) s to read", r"war nach \1 Sekunden noch nicht gelesen"),
    (r"needs more than ([\d.]+) GB of memory .*", r"braucht zum Lesen mehr als \1 GB Speicher"),
    (r"its parser crashed .*", "brachte das Leseprogramm zum Absturz"),
    (r"is nested too deeply to be read", "ist zu tief verschachtelt"),
    (r"holds [\d,]+ parts, more than [\d,]+", "ist aus zu vielen Teilen gepackt"),
    (r"would unpack to .* bytes, more than (\d+) MB", r"wäre entpackt größer als \1 MB"),
    (r"holds an archive inside the archive: .*", "enthält ein gepacktes Archiv"),
    (r"holds a document type \(DTD\) .*", "enthält eine Dokumenttyp-Definition (DTD)"),
    (r"its part (.+) is damaged: .*", r"ist beschädigt, im Teil \1"),
    (r"begins like (.+) but cannot .*", r"beginnt wie \1, ist so aber nicht lesbar"),
    (r"the reading process gave no proper answer.*", "ließ sich nicht lesen"),
    (r"the (?:corpus )?folder cannot be listed: .*", "der Ordner darf nicht gelesen werden"),
    (r"(?:it |its sidecar )?cannot be read: Permission denied", "darf nicht gelesen werden"),
    (r".*cannot be read: .*", "ist nicht lesbar"),
    (r".*is not a regular file", "ist keine gewöhnliche Datei"),
    (r".* is larger than [\d,]+ (?:bytes|KB)", "ist zu groß"),
    (r"its name is not valid UTF-8", "hat einen Namen, der kein gültiges UTF-8 ist"),
    (r"another file has the same name, .*", "eine andere Datei heißt genauso"),
    (r"is a link that leads .*", "ist eine Verknüpfung, der nicht gefolgt wird"),
    (r"is a sidecar, but there is no file (.+)", r"beschreibt eine Datei, die fehlt: \1"),
    (r"its sidecar is a link .*", "ihre Angaben (.meta.yaml) liegen außerhalb des Ordners"),
    (
        r"(?:sidecar|front matter): (\w+) must be .*, not (.+)",
        r"die Angabe \1 ist so nicht gültig: \2",
    ),
    (r"(?:sidecar|front matter): .*", "die Angaben zur Datei sind nicht lesbar"),
    (r"doc_id (\S+) is already that of (.+)", r"die Kennung \1 hat schon \2"),
    (r"has id (\S+), because (.+) has (\S+)", r"hat die Kennung \1, weil \2 schon \3 hat"),
    (
        r"no text on page ([\d, ]+); .*",
        r"kein Text auf Seite \1: zuerst eine Texterkennung laufen lassen "
        r"(zum Beispiel ocrmypdf)",
    ),
    (r"no document has this id, so .*", "kein Dokument hat diese Kennung; nichts wurde entfernt"),
    (r"files ending in (\.\w+) are not read", r"Dateien mit der Endung \1 werden nicht gelesen"),
    (r"files whose name has no ending .*", "Dateien ohne Endung werden nicht gelesen"),
    (r"links to folders are not followed", "Verknüpfungen zu Ordnern wird nicht gefolgt"),
    (r"hidden", "versteckt"),
    (r"temporary file", "Zwischendatei eines Programms"),
    (r"sidecar", "Angaben zu einem Dokument (.meta.yaml)"),
    (r"README\.md describes its folder", "README.md beschreibt ihren Ordner"),
)


@dataclass(frozen=True, slots=True)
class Said:
    """A text and the language that it is in."""

    text: str
    language: Interface


@lru_cache(maxsize=4_096)
def said(reason: str, interface: Interface) -> Said:
    """Say a reason in the reader's language, where that is known, else as it is.

    >>> said("is larger than 50 MB", "de").text
    'ist größer als 50 MB'
    """
    if interface == "de":
        for pattern, german in _DE:
            if found := re.fullmatch(pattern, reason, re.DOTALL):
                return Said(found.expand(german), "de")
    return Said(reason, "en")
