"""Sample files for the reading tests, made on the spot."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from importlib import import_module
from typing import Any

A4 = (595.27, 841.89)


def draw_pdf(*pages: Callable[[Any], object], **properties: str) -> bytes:
    """Return a PDF with one page for each function that draws on a canvas."""
    buffer = io.BytesIO()
    canvas = _reportlab("pdfgen.canvas").Canvas(
        buffer, pagesize=A4, encrypt=properties.get("password"), lang="de-DE"
    )
    if "title" in properties:
        canvas.setTitle(properties["title"])
    for draw in pages:
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def write_lines(
    canvas: Any,
    lines: Sequence[str],
    x: float = 72,
    top: float = 72,
    size: float = 10,
    font: str = "Helvetica",
    step: float | None = None,
) -> float:
    """Write lines below each other; an empty one is half a line of room. Return the next y."""
    y = top
    for line in lines:
        canvas.setFont(font, size)
        if line:
            canvas.drawString(x, A4[1] - y, line)
        y += (step or 1.2 * size) * (1 if line else 0.6)
    return y


def flow(text: str, size: float = 10, bold: bool = False) -> Any:
    """Return a paragraph that `platypus_pdf` breaks into lines."""
    style = _reportlab("lib.styles").ParagraphStyle(
        "sample",
        fontName="Helvetica-Bold" if bold else "Helvetica",
        fontSize=size,
        leading=1.2 * size,
        spaceAfter=8,
    )
    return _reportlab("platypus").Paragraph(text, style)


def grid(rows: Sequence[Sequence[str]], *, ruled: bool = True, bold: bool = False) -> Any:
    """Return a table for `platypus_pdf`; its first row repeats after a page break."""
    platypus = _reportlab("platypus")
    style: list[Any] = [("GRID", (0, 0), (-1, -1), 0.5, (0, 0, 0))] if ruled else []
    if bold:
        style.append(("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"))
    return platypus.Table(list(rows), repeatRows=1, style=platypus.TableStyle(style))


def platypus_pdf(*flowables: Any) -> bytes:
    """Return a PDF of flowing paragraphs and tables, as a word processor would set them."""
    buffer = io.BytesIO()
    _reportlab("platypus").SimpleDocTemplate(buffer, pagesize=A4).build(list(flowables))
    return buffer.getvalue()


def scan(canvas: Any) -> None:
    """Draw a picture without any text."""
    from PIL import Image

    picture = Image.effect_noise((80, 100), 40)
    canvas.drawImage(_reportlab("lib.utils").ImageReader(picture), 50, 50, width=480, height=700)


def use_unicode_font() -> str:
    """Register a font that comes with reportlab and knows ligatures; return its name."""
    font = _reportlab("pdfbase.ttfonts").TTFont("Vera", "Vera.ttf")
    _reportlab("pdfbase.pdfmetrics").registerFont(font)
    return "Vera"


def docx_bytes(build: Callable[[Any], object], **properties: str) -> bytes:
    """Return a Word document that `build` has filled."""
    import docx

    document = docx.Document()
    document.core_properties.title = properties.get("title", "")
    document.core_properties.language = properties.get("language", "")
    build(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def with_part(archive: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a zip archive with one part changed, or added where it did not exist."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(buffer, "w") as new:
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        before = old.read(name) if name in old.namelist() else b""
        new.writestr(name, change(before), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def odt_bytes(body: str, title: str = "", language: str = "") -> bytes:
    """Return an OpenDocument text with a body of XML."""
    names = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{uri}:1.0"'
        for prefix, uri in (
            ("office", "office"),
            ("text", "text"),
            ("table", "table"),
            ("draw", "drawing"),
        )
    )
    dublin = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:text>{body}"
            "</office:text></office:body></office:document-content>",
        )
        archive.writestr(
            "meta.xml",
            f"<office:document-meta {names} {dublin}><office:meta><dc:title>{title}</dc:title>"
            f"<dc:language>{language}</dc:language></office:meta></office:document-meta>",
        )
    return buffer.getvalue()


def pptx_bytes(slides: Sequence[tuple[str, Sequence[str]]]) -> bytes:
    """Return a presentation of slides with a title and bullets each, and a table on the last."""
    import pptx
    from pptx.util import Cm

    presentation = pptx.Presentation()
    slide = None
    for title, bullets in slides:
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(bullets)
    if slide is not None:
        table = slide.shapes.add_table(2, 2, Cm(2), Cm(12), Cm(10), Cm(2)).table
        for row, cells in enumerate((("Leistung", "Gebühr"), ("Ausweis", "37,00 €"))):
            for column, cell in enumerate(cells):
                table.cell(row, column).text = cell
    buffer = io.BytesIO()
    presentation.save(buffer)
    return buffer.getvalue()


def mail_bytes(text: str | None, html: str | None = None) -> bytes:
    """Return an e-mail with a plain part, an HTML part or both, and an attachment."""
    message = EmailMessage()
    message["Subject"] = "Neue Gebührensatzung"
    message["From"] = '"Stadt Musterhausen" <presse@musterhausen.example>'
    message["To"] = "alle@musterhausen.example"
    message["Date"] = "Thu, 09 Nov 2023 23:30:00 +0100"
    if text is not None:
        message.set_content(text)
    if html is not None and text is not None:
        message.add_alternative(html, subtype="html")
    elif html is not None:
        message.set_content(html, subtype="html")
    message.add_attachment("Geheime Anlage", filename="anlage.txt")
    return message.as_bytes()


def _reportlab(module: str) -> Any:
    return import_module(f"reportlab.{module}")
