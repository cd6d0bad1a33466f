"""The list of texts that all sheets of a workbook share: how long each is, and which are marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.header import is_header
from pipeline.extract.marking import is_marked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from pipeline.extract.workbook.cells import Row
    from pipeline.extract.workbook.package import Attributes, Package

#: So many texts may be said to be there whatever is there: they take little memory.
_FEW = 1_000_000


class Strings(NamedTuple):
    """The length of each shared text, the numbers of those that hold a marking, and a few texts by number."""

    lengths: Sequence[int]
    marked: frozenset[int]
    texts: Mapping[int, str]


def shared_strings(package: Package, part: str, heads: Iterable[Mapping[int, Row]]) -> Strings:
    """Return what is known of the shared texts, with the texts of those that the rows ``heads`` use.

    A list that says it is longer than it is gets refused: calamine takes memory for as many texts as it says.
    """
    asked = {cell for rows in heads for row in rows.values() for cell in row.values() if isinstance(cell, int)}
    said: list[str] = []
    lengths: list[int] = []
    marked: set[int] = set()
    texts: dict[int, str] = {}
    pieces: list[str] = []

    def finish() -> None:
        number, text = len(lengths) - 1, "".join(pieces)
        pieces.clear()
        if number < 0:
            return
        lengths[number] = len(text)
        if is_marked(text):
            marked.add(number)
        if number in asked:
            texts[number] = text

    def start(tag: str, attributes: Attributes) -> bool:
        if tag == "si":
            finish()
            lengths.append(0)
        elif tag == "sst":
            said.append(attributes.get("uniqueCount", "0"))
        return bool(lengths)

    if part:
        package.parse(part, start, pieces.append)
        finish()
    if not all(count.isdecimal() and float(count) <= max(len(lengths), _FEW) for count in said):
        raise package.broken("the list of its texts is not as long as it says")
    return Strings(lengths, frozenset(marked), texts)


def has_header(rows: Mapping[int, Row], strings: Strings, declared: Collection[str]) -> bool:
    """Return whether one of the ``rows`` is the declared header, odd blanks and case aside."""
    return any(
        is_header(
            [strings.texts.get(cell, "") if isinstance(cell, int) else cell for cell in row.values()], [*declared]
        )
        for row in rows.values()
    )
