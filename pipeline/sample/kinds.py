"""What a column that is withheld holds, as its name tells; and what is planted there to be looked for."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.sample import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The kind of a value that looks like a person and is rightly published.
ON_PURPOSE = "published-on-purpose"
#: What a name of a column holds, in small letters with underscores, tells; the first that is found counts.
_KINDS = tuple(
    (re.compile(pattern), kind)
    for pattern, kind in (
        (r"phone|mobile", "phone"),
        (r"e_?mail", "email"),
        (r"postcode", "postcode"),
        (r"vrm|plate|registration", "plate"),
        (r"dob|birth", "birth-date"),
        (r"sort_code|account_no|iban|card_n", "bank"),
        (r"collar|warrant", "collar"),
        (r"(text|notes?|log|narrative|comment|grounds|details|summary|title|issue|action)$", "text"),
        (r"sex$|gender|ethnicity|religion|disability|nationality", "trait"),
        (r"address|street|town$|house|premises|venue", "address"),
        (r"^is_|^has_|flag", "flag"),
        (r"(^|_)(on|at|from|to|date|day|time)$|^posting|^invoice_date", "day"),
        (r"amount|vat$|gross|price|cost$|total", "amount"),
        (r"name|holder|_by$|officer|owner|contact|forename|^caller$", "name"),
        (r"(^|_)(ref|reference|number|no|id|nominal)$", "reference"),
    )
)
_STARTS = (
    "Vanterpoole",
    "Krumbhorne",
    "Skeffle",
    "Quartermayne",
    "Plunkwhistle",
    "Dwerryhouse",
    "Pobblewock",
    "Thrumble",
)
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
    return next((kind for pattern, kind in _KINDS if pattern.search(name)), "detail")


def sow(kind: str, number: int) -> Sown:
    """Return a cell of ``kind`` that stands nowhere else; each ``number`` gives another one, in awkward forms too."""
    if kind == "text":
        return _narrative(number)
    cell = _FORMS.get(kind, _FORMS["name"])(number)
    return Sown(cell, ((kind, cell),))


def rare(number: int) -> str:
    """Return a made-up word that no other ``number`` has."""
    place, count = number * 7919, len(_SYLLABLES)
    return "".join(_SYLLABLES[place // count**power % count] for power in (0, 1, 2)).title()


def _name(number: int) -> str:
    forename, family = words.FORENAMES[number % len(words.FORENAMES)], _STARTS[number % len(_STARTS)]
    name = f"{rare(number)}-{family}"
    forms = (
        f"{forename} {name}",
        f"{forename.upper()} {name.upper()}",
        f"Mrs {name}",
        f"{forename}\n{name}",
        f"{forename[0]}.{family[0]}. {name}",
        f"{name}, {forename}-Björk O'{rare(number + 5000)}",
    )
    return forms[number % len(forms)]


def _phone(number: int) -> str:
    """Return a number of the ranges that are kept for drama, of those that no ordinary row has."""
    area = ("07700 900", "01632 960", "0116 4960")[number % 3]
    phone = f"{area}{900 + number // 3 % 100}"
    forms = (phone, " ".join(phone.replace(" ", "")), phone.replace(" ", "."))
    return forms[number // 3 % len(forms)]


def _birth(number: int) -> str:
    day = _FIRST_BIRTH + dt.timedelta(days=number * 5 % 12_000)
    return day.strftime("%d/%m/%Y") if number % 2 else day.isoformat()


def _narrative(number: int) -> Sown:
    name, other, phone = (
        f"Mrs {rare(number + 1000)}-{_STARTS[number % len(_STARTS)]}",
        _name(6 * number + 6001),
        f"+44 7700 900{900 + number % 100}",
    )
    alone = f"{rare(number + 2000)} S.-T."
    cell = f'IP is {name}, known as {other}.\n\nRang on {phone}, "not before noon";\r\nhis son {alone} denies all.'
    return Sown(cell, (("name", name), ("name", other), ("phone", phone), ("name", alone)))


_FORMS: Mapping[str, Callable[[int], str]] = {
    "name": _name,
    "phone": _phone,
    "email": lambda number: f"o.{rare(number).lower()}-squibb@zq.example",
    "postcode": lambda number: f"ZZ99 0{chr(65 + number % 26)}{chr(65 + number // 26 % 26)}",
    "plate": lambda number: f"QQ00 {chr(65 + number % 26)}{chr(65 + number // 26 % 26)}X",
    "birth-date": _birth,
    "bank": lambda number: f"99-4Q-{number:03d}X",
    "collar": lambda number: f"XQ9{number:04d}",
    "trait": lambda number: f"{rare(number)} (declared QX)",
    "address": lambda number: f"{number}B-QX {rare(number)} Rise",
    "reference": lambda number: f"QX-{rare(number)}-{number}",
    "detail": lambda number: f"{rare(number)}-QX-{number}",
}
