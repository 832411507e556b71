"""What a browser would see of a page, without a browser."""

from __future__ import annotations

from html.parser import HTMLParser

GERMAN, ENGLISH = {"accept-language": "de-DE,de;q=0.9"}, {"accept-language": "en-GB"}


class Seen(HTMLParser):
    """Collects a page's tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    @property
    def words(self) -> str:
        """The text with single spaces."""
        return " ".join(self.text.split())
