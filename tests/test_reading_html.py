"""Web pages and e-mails."""

from __future__ import annotations

from datetime import date

import pytest
from reading_samples import mail_bytes

from indexer.errors import ReadError
from indexer.reading.formats import read_bytes
from indexer.types import Block, Metadata, Reading


def parts(reading: Reading) -> list[tuple[str, str]]:
    """Return kind (with level) and text of each block."""
    return [
        (f"{block.kind}{block.level or ''}", reading.text[block.start : block.end])
        for block in reading.blocks or ()
    ]


def page(body: str, head: str = "") -> Reading:
    return read_bytes(f"<html><head>{head}</head><body>{body}</body></html>".encode(), "a.html")


def refusal(data: bytes, name: str) -> str:
    with pytest.raises(ReadError) as caught:
        read_bytes(data, name)
    return str(caught.value)


def test_a_page_becomes_blocks_of_what_is_seen() -> None:
    reading = page(
        "<header>Stadt <h1>Kopf</h1></header><nav>Start</nav><main>"
        "<h1>Gebühren<!-- alt --></h1><template><p>Vorlage</p></template>"
        "<p>Erster <b>Satz</b> mit Ge\u00adbühr.<br>Weiter.<br><br>Neuer Absatz.</p>"
        "<p hidden>versteckt</p><p style='display: none'>weg</p><p aria-hidden=true>stumm</p>"
        "<ul><li>eins<ul><li>zwei</li></ul></li><li><p>drei</p></li></ul>"
        "<script>var x</script><noscript>ohne</noscript><style>p{}</style>nackt"
        "<h3>Unten</h3><div>Kasten<p>im Kasten</p>danach</div></main><footer>Impressum</footer>"
    )
    assert parts(reading) == [
        ("heading1", "Gebühren"),
        ("paragraph", "Erster Satz mit Gebühr. Weiter."),
        ("paragraph", "Neuer Absatz."),
        ("item", "eins"),
        ("item", "zwei"),
        ("item", "drei"),
        ("paragraph", "nackt"),
        ("heading3", "Unten"),
        ("paragraph", "Kasten"),
        ("paragraph", "im Kasten"),
        ("paragraph", "danach"),
    ]


def test_table_rows_are_lines_below_their_columns() -> None:
    reading = page(
        "<main><p>Vorher.</p><table><caption>Preise</caption>"
        "<tr><th rowspan=2>Leistung</th><th colspan=2>Gebühr</th></tr>"
        "<tr><th>Erwachsene</th><th>Kinder</th></tr>"
        "<tr><td rowspan=2>Bad</td><td>5&nbsp;€</td><td>3 €</td></tr>"
        "<tr><td>6 €<br>am Sonntag</td><td></td></tr>"
        "<tr><td colspan=3>Ermäßigung möglich</td></tr></table><p>Nachher.</p></main>"
    )
    assert reading.text == (
        "Vorher.\n\nPreise\n\nBad | 5 € | 3 €\nBad | 6 € am Sonntag\nErmäßigung möglich\n\nNachher."
    )
    columns = ("Leistung", "Gebühr Erwachsene", "Gebühr Kinder")
    assert [block.columns for block in reading.blocks or () if block.kind == "row"] == [columns] * 3


def test_layout_tables_are_read_as_text() -> None:
    reading = page(
        "<main><table><tr><td><h2>Links</h2><p>Text.</p></td><td>Rechts</td></tr></table></main>"
    )
    assert parts(reading) == [
        ("heading2", "Links"),
        ("paragraph", "Text."),
        ("paragraph", "Rechts"),
    ]


def test_a_page_without_main_part_loses_only_its_frame() -> None:
    body = "".join(f"<p>Absatz {n} erklärt die Gebühren der Stadt genau.</p>" for n in range(9))
    reading = page(
        "<header><a href=/>Stadt</a><h1>Gebühren</h1></header><div class='main-menu'>"
        "<a href=/a>Bürger</a></div><ul><li><a href=/b>Startseite der Verwaltung</a></ul>"
        f"{body}<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"
        "<p>Kontakt: 0123</p><ul><li><a href=/c>Impressum und Datenschutz</a></ul>"
        "<aside>Werbung</aside><footer>Fuß</footer>"
    )
    assert reading.text.startswith("Gebühren\n\nAbsatz 0 erklärt")
    assert reading.text.endswith(
        "Absatz 8 erklärt die Gebühren der Stadt genau.\n\n1 | 2\n\nKontakt: 0123"
    )


def test_teaser_articles_do_not_hide_the_body() -> None:
    long = "Die Stadt erklärt hier ausführlich ihre neuen Gebühren. " * 9
    assert "ausführlich" in page(f"<article>Kurz</article><div>{long}</div>").text
    assert page(f"<div>Am Rand</div><article><p>{long}</p></article>").text == long.strip()


def test_a_page_says_who_published_it_and_when() -> None:
    head = (
        "<title>Gebühren | Stadt</title><meta property='og:title' content='Gebühren'>"
        "<meta name='DC.publisher' content='Stadt Musterhausen'>"
        "<meta property='article:published_time' content='2023-11-09T08:00:00+01:00'>"
        "<link rel=canonical href='https://example.org/g'>"
    )
    html = f"<html lang='de-AT'><head>{head}</head><body><p>Text</p></body></html>"
    assert read_bytes(html.encode(), "a.html").metadata == Metadata(
        title="Gebühren",
        language="de",
        published=date(2023, 11, 9),
        publisher="Stadt Musterhausen",
        source="https://example.org/g",
    )
    bad = (
        "<meta name=date content='31.02.2023'><link rel=canonical href='javascript:x'>"
        '<script type=\'application/ld+json\'>[{"publisher": {"name": "Amt"}, "x": 1}, 2]'
        "</script><script type='application/ld+json'>kaputt</script>"
    )
    assert page("<h1>Titel</h1>", bad).metadata == Metadata(title="Titel", publisher="Amt")


def test_pages_are_decoded_as_they_declare() -> None:
    html = "<html><head><meta charset=iso-8859-1></head><body><p>Gebühr „5 €“</p></body></html>"
    assert read_bytes(html.encode("cp1252"), "a.htm").text == "Gebühr „5 €“"
    assert read_bytes(html.encode(), "a.htm").text == "Gebühr „5 €“"
    xml = '<?xml version="1.0" encoding="iso-8859-2"?><html><body><p>Łódź</p></body></html>'
    assert read_bytes(xml.encode("iso-8859-2"), "a.html").text == "Łódź"
    assert refusal(b"nur Text", "a.html").startswith("is not HTML")
    assert refusal(b"<html><body><script>x</script></body></html>", "a.html") == "holds no text"


def test_deeply_nested_pages_are_read_or_refused_but_not_cut() -> None:
    assert page("<div>" * 1_500 + "<p>Tief unten.</p>").text == "Tief unten."
    deep = b"<html><body>" + b"<div>" * 3_000 + b"<p>Zu tief.</p>"
    assert refusal(deep, "a.html") == "is nested too deeply to be read"


def test_a_mail_is_its_plain_text() -> None:
    reading = read_bytes(mail_bytes("Hallo,\n\nneue Gebühren.\n", "<p>HTML</p>"), "a.eml")
    assert reading == Reading(
        "Hallo,\n\nneue Gebühren.\n",
        Metadata(
            title="Neue Gebührensatzung",
            published=date(2023, 11, 9),
            publisher="Stadt Musterhausen",
        ),
    )


def test_a_mail_of_html_only_is_read_as_a_page() -> None:
    reading = read_bytes(mail_bytes(None, "<html><h1>A</h1><p>Text</p></html>"), "a.eml")
    assert parts(reading) == [("heading1", "A"), ("paragraph", "Text")]


def test_flowed_lines_are_joined_and_no_mail_is_refused() -> None:
    flowed = (
        b"Subject: x\r\nContent-Type: text/plain; format=flowed\r\n\r\nein \r\nSatz\r\n-- \r\nA"
    )
    assert read_bytes(flowed, "a.eml").text == "ein Satz\n-- \nA"
    assert refusal(b"kein Brief", "a.eml").startswith("is not an e-mail")
    attached = b"Subject: x\nContent-Type: application/pdf\n\nabc"
    assert refusal(attached, "a.eml") == "holds no text, only attachments"


def test_blocks_of_a_reading_never_overlap() -> None:
    reading = page("<main><h1>A</h1><p>B</p></main>")
    assert reading.blocks == (Block(0, 1, "heading", 1), Block(3, 4, "paragraph"))
