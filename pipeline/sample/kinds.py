"""What a column that is withheld holds, as its name tells; and what is planted there to be looked for."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from pipeline.sample.words import KINDS, word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The kind of a value that looks like a person and is rightly published.
ON_PURPOSE = "published-on-purpose"
_SYLLABLES = tuple(a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ay", "oo"))
_FIRST_BIRTH = dt.date(1901, 1, 1)


class Planted(NamedTuple):
    """One planted value: the feed and raw column it stands in, what it is, and the text as it stands there."""

    feed: str
    column: str
    kind: str
    value: str


class Sown(NamedTuple):
    """A cell that identifies somebody: its text, and the pieces of it that nobody may meet again, with their kinds."""

    cell: str
    pieces: tuple[tuple[str, str], ...]


def kind_of(column: str) -> str:
    """Return what a column holds: a kind of particulars, or `detail`."""
    name = re.sub(r"[^a-z0-9]+", "_", column.lower())
    return next((kind for kind, pattern in KINDS.items() if re.search(pattern, name)), "detail")


class Sower:
    """Gives cells that stand nowhere else, in awkward forms too."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def sow(self, kind: str) -> Sown:
        """Return the next cell of ``kind``."""
        number, turn = self._given.total(), self._given[kind]
        self._given[kind] += 1
        if kind == "text":
            return _narrative(number, turn)
        cell = _FORMS.get(kind, _name)(number, turn)
        return Sown(cell, ((kind, cell),))


def rare(number: int, part: int = 0) -> str:
    """Return a made-up word that no other ``number`` has, nor another ``part`` of it."""
    place, count = (8 * number + part) * 7919, len(_SYLLABLES)
    return "".join(_SYLLABLES[place // count**power % count] for power in (0, 1, 2)).title()


def _name(number: int, turn: int) -> str:
    forename, family = word("forenames", turn), word("planted_starts", number)
    name = f"{rare(number)}-{family}"
    forms = (
        f"{forename} {name}",
        f"{forename.upper()} {name.upper()}",
        f"Mrs {name}",
        f"{forename}\n{name}",
        f"{forename[0]}.{family[0]}. {name}",
        f"{name}, {forename}-Björk O'{rare(number, 1)}",
    )
    return forms[turn % len(forms)]


def _phone(_number: int, turn: int) -> str:
    """Return a number of the ranges that are kept for drama, of those that no ordinary row has."""
    area, rest = ("07700 900", "01632 960", "0116 4960")[turn % 3], turn // 3
    phone = f"{area}{900 + rest % 100}"
    return (phone, " ".join(phone.replace(" ", "")), phone.replace(" ", "."))[rest % 3]


def _narrative(number: int, turn: int) -> Sown:
    name, alone = f"Mrs {rare(number, 2)}-{word('planted_starts', turn)}", f"{rare(number, 3)} S.-T."
    other = f"{word('forenames', turn).upper()}  {rare(number, 4).upper()}"
    phone = f"+44 {_phone(number, 3 * (turn // 3 % 100) + turn % 3)[1:]}"
    cell = f'IP is {name}, known as {other}.\n\nRang on {phone}, "not before noon";\r\nhis son {alone} denies all.'
    return Sown(cell, (("name", name), ("name", other), ("phone", phone), ("name", alone)))


def _letters(turn: int) -> str:
    return f"{chr(65 + turn % 26)}{chr(65 + turn // 26 % 26)}"


_FORMS: Mapping[str, Callable[[int, int], str]] = {
    "phone": _phone,
    "birth-date": lambda _, turn: (_FIRST_BIRTH + dt.timedelta(days=turn * 5 % 12_000)).strftime(
        "%d/%m/%Y" if turn % 2 else "%Y-%m-%d"
    ),
    "email": lambda number, _: f"o.{rare(number).lower()}-squibb@zq.example",
    "postcode": lambda _, turn: f"ZZ99 0{_letters(turn)}",
    "plate": lambda _, turn: f"QQ00 {_letters(turn)}X",
    "bank": lambda number, _: f"99-4Q-{number:03d}X",
    "collar": lambda _, turn: f"XQ9{turn:04d}",
    "trait": lambda number, _: f"{rare(number)} (declared QX)",
    "address": lambda number, _: f"{number}B-QX {rare(number)} Rise",
    "record": lambda number, _: f"0077ZQ{number}",
    "reference": lambda number, _: f"QX-{rare(number)}-{number}",
    "detail": lambda number, _: f"{rare(number)}-QX-{number}",
}
