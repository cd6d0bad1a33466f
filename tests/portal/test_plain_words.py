"""Public pages speak plain English: short sentences, words that people use, names of columns as code only."""

from __future__ import annotations

import html.parser
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.lib.product import Product

#: So many words a sentence has at most.
MOST = 25
#: Words of those who build this, which nobody else uses so.
OURS = ("corridor", "derivation", "fate", "feed", "handling", "quarantine", "treatment", "pseudonymise")
_OURS = re.compile(rf"\b(?:{'|'.join(OURS)})(?:s|d|ed)?\b", re.IGNORECASE)
_ALLOWED = ("Atom feed",)
_WORD = re.compile(r"\w[\w£%',.\-]*")
_COLUMN = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
_END = re.compile(r"(?<=[.!?])\s+")
_INLINE = {"a", "abbr", "b", "code", "em", "span", "strong", "time"}
_SILENT = {"code", "pre", "script", "style"}


class Words(html.parser.HTMLParser):
    """Collects what a page says, a block at a time; code is one word."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[str] = []
        self._now: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ANN401, ARG002 - as the parser has it
        if tag in _SILENT:
            self._silent += 1
            self._now.append("Code")
        if tag not in _INLINE:
            self.end()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent -= 1
        if tag not in _INLINE:
            self.end()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._now.append(data)

    def end(self) -> None:
        if text := " ".join("".join(self._now).split()):
            self.blocks.append(text)
        self._now = []


def sentences(history: Product) -> Iterator[tuple[str, str]]:
    """Yield every sentence of every public page with the page that it stands on first."""
    seen = set()
    for page in sorted(history.published.rglob("*.html")):
        words = Words()
        words.feed(page.read_text(encoding="utf-8"))
        for block in words.blocks:
            for each in _END.split(block):
                if each not in seen:
                    seen.add(each)
                    yield page.relative_to(history.published).as_posix(), each


def test_sentences_are_short_and_words_are_those_of_the_public(history: Product) -> None:
    every = list(sentences(history))
    assert len(every) > 500
    long = [(page, each) for page, each in every if len(_WORD.findall(each)) > MOST]
    assert long == []
    ours = [(page, each) for page, each in every if each not in _ALLOWED and _OURS.search(each)]
    assert ours == []
    named = [(page, each) for page, each in every if _COLUMN.search(each)]
    assert named == []


def test_a_long_sentence_and_a_word_of_ours_would_be_seen() -> None:
    words = Words()
    words.feed(f"<p>{'word ' * 26}</p><p>A <b>feed</b> of <code>raw_column</code>, and raw_column.</p>")
    assert [len(_WORD.findall(each)) for each in words.blocks] == [26, 6]
    assert _OURS.search(words.blocks[1])
    assert _COLUMN.findall(words.blocks[1]) == ["raw_column"]
