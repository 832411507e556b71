"""What is left out of a document: a closed list of named rules, each one line of a page's frame.

A rule sees one line that stands by itself and matches it from end to end, so that none of them
can take a sentence out of real text. A heading is never left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from indexer.text.markup import without_marker
from indexer.types import Block

MAX_RULE_CHARS = 300  # no line of a page's frame is longer; longer ones are not even matched


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of line that is no text of the document."""

    name: str
    reason: str
    pattern: re.Pattern[str]
    ends_teaser: bool = False  # what comes before must not glue to, nor govern, what comes after


@dataclass(frozen=True, slots=True)
class Kept:
    """What the rules leave of a document's blocks."""

    blocks: tuple[Block, ...]
    dropped_lines: dict[str, int]  # rule name -> lines left out
    teaser_ends: tuple[int, ...]  # offsets of the lines that ended a teaser, in order


def _rule(name: str, reason: str, pattern: str, *, ends_teaser: bool = False) -> Rule:
    return Rule(name, reason, re.compile(pattern, re.IGNORECASE), ends_teaser)


def _button(words: str) -> str:
    """Match a line of these words only, as a link or not, with or without an arrow or dots."""
    return rf"[\[»›→>\s]*(?:{words})\s*(?:\.{{3}}|…)?[\s»›→>]*(?:\]\([^()]*\))?"


_NETWORK = "Facebook|X|Twitter|LinkedIn|Xing|WhatsApp|Mastodon|Bluesky|Instagram|Telegram"

RULES = (
    _rule(
        "skip_link",
        "jumps over the navigation, for screen readers",
        _button(
            r"(?:skip|jump)(?: directly)? to (?:the )?(?:main )?(?:content|navigation|menu|search)"
            r"|skip (?:main )?navigation"
            r"|(?:direkt |springe )?zu[mr] (?:haupt)?(?:inhalt|navigation|menü|suche|seiteninhalt)"
            r"(?: springen| wechseln)?"
        ),
    ),
    _rule(
        "read_more",
        "leads from a teaser to another page",
        _button(
            r"(?:read|learn|see|show|find out) more|continue reading"
            r"|weiterlesen|weiter lesen|mehr (?:erfahren|lesen|anzeigen|dazu)|zum artikel"
        ),
        ends_teaser=True,
    ),
    _rule(
        "empty_link",
        "a button of the page: a link that leads nowhere",
        r"\[[^\[\]]*\]\(\s*#?\s*\)",
    ),
    _rule(
        "empty_image",
        "an image without any words",
        r"!\[\s*\]\([^()]*\)",
    ),
    _rule(
        "image_credit",
        "names the holder of an image",
        r"(?:(?:Foto|Bild|Photo|Image|Grafik)s?:?\s*)?©(?!.*[.!?]$)(?:\s*\S+){1,10}",
    ),
    _rule(
        "media_placeholder",
        "stands where a video could not be shown",
        r"The external media source .* is not supported\.(?: Please provide a valid .* URL\.)?",
    ),
    _rule(
        "translation_placeholder",
        "an image's description that nobody has translated",
        r"\[Translate to [a-z]+:\](?!.*[.!?]$).{0,160}",
    ),
    _rule(
        "breadcrumb",
        "the page's place in its site",
        r"(?:Sie sind hier|Sie befinden sich hier|You are here):(?:.*\s[›»>/]\s.*)?"
        r"|(?:Home|Start|Startseite|Homepage)(?:\s*[›»>/]\s*[^›»>/.!?]{1,60}){2,}",
    ),
    _rule(
        "cookie_button",
        "a button of the consent dialogue",
        _button(
            r"(?:alle )?cookies (?:akzeptieren|ablehnen|zulassen)|alle akzeptieren"
            r"|(?:nur )?notwendige cookies(?: akzeptieren| zulassen)?|cookie[- ]einstellungen"
            r"|(?:accept|reject|allow)(?: all)? cookies|accept all|reject all|cookie settings"
        ),
    ),
    _rule(
        "share_button",
        "offers to pass the page on",
        _button(
            r"(?:seite|artikel|beitrag) teilen|share (?:this|the) (?:page|article|post)"
            rf"|(?:auf|bei|via) (?:{_NETWORK}) teilen|share (?:on|via) (?:{_NETWORK})"
        ),
    ),
    _rule(
        "print_button",
        "offers to print the page",
        _button(r"(?:diese )?(?:seite|artikel|beitrag) drucken|print this (?:page|article)"),
    ),
    _rule(
        "top_link",
        "jumps to the top of the page or back to a list",
        _button(
            r"(?:zurück )?(?:nach oben|zum seitenanfang)|back to (?:the )?top"
            r"|zurück zur (?:übersicht|startseite)|back to (?:the )?overview"
        ),
    ),
    _rule(
        "no_words",
        "a line without any letter or digit",
        r"[\W_]+",
    ),
)


def rule_for(line: str) -> Rule | None:
    """Return the rule that leaves this line out, if any.

    >>> rule_for("» Weiterlesen").name
    'read_more'
    """
    line = without_marker(line.strip())
    if not any(character.isalnum() for character in line):
        return RULES[-1]
    if len(line) > MAX_RULE_CHARS:
        return None
    return next((rule for rule in RULES if rule.pattern.fullmatch(line)), None)


def apply(text: str, blocks: tuple[Block, ...]) -> Kept:
    """Leave out the blocks that a rule names; the first line of content stays even as a link."""
    kept: list[Block] = []
    dropped: dict[str, int] = {}
    teaser_ends: list[int] = []
    for block in blocks:
        line = text[block.start : block.end]
        rule = None if block.kind == "heading" else rule_for(line)
        if rule is None or (rule.name == "empty_link" and not kept):
            kept.append(block)
            continue
        dropped[rule.name] = dropped.get(rule.name, 0) + line.strip().count("\n") + 1
        if rule.ends_teaser:
            teaser_ends.append(block.start)
    return Kept(tuple(kept), dropped, tuple(teaser_ends))
