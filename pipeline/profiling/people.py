"""Who is in a column: what leads to somebody, told by its form or by what the column is called.

Only shares are returned, never a cell.  A sign that is missed is why a column that nobody decided about is withheld.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.plain import read_plain
from pipeline.profiling.names import words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: A smaller share of filled cells than this is chance, in a column whose name says nothing.
_SOME = 0.005
_EMAIL = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/.-])(?:\+44[\s()-]*0?|0044[\s-]*|\(?0)(?:[\s()-]*[0-9]){9,10}(?![\w/-])")
_POSTCODE = re.compile(
    r"\b(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKPSTUW]? ?[0-9][ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE
)
_PLATE = re.compile(r"\b(?:[A-Z]{2}[0-9]{2} ?[A-Z]{3}|[A-Z][0-9]{1,3} ?[A-Z]{3}|[A-Z]{3} ?[0-9]{1,3}[A-Z])\b")
_INSURANCE = re.compile(r"\b(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:[0-9]{2} ?){3}[A-D]\b")
#: A sort code, or an IBAN.
_BANK = re.compile(r"\b[0-9]{2}-[0-9]{2}-[0-9]{2}\b|\bGB[0-9]{2} ?[A-Z]{4} ?(?:[0-9]{4} ?){3}[0-9]{2}\b")
#: The eight digits of an account beside words, which are no day.
_ACCOUNT = re.compile(
    r"(?<![\w/.-])(?!(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])|[0-3][0-9][01][0-9](?:19|20))[0-9]{8}(?![\w/-])"
)
_CARD = re.compile(r"[3-6][0-9]{12,18}")
_COLLAR = re.compile(r"\b(?:P[CS]|DC|DS|PCSO|SGT|INSP) ?[0-9]{2,5}\b", re.IGNORECASE)
_TITLE = re.compile(
    r"\b(?:mr|mrs|ms|miss|mx|dr|prof|rev|revd|sir|dame|lady|cllr|pc|dc|sgt|insp|pcso)\b\.? +[a-z]", re.IGNORECASE
)
_LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_FIRM = re.compile(
    r"\b(?:ltd|limited|llp|plc|inc|gmbh|cic|council|authority|trust|nhs|university|college|school|police|services?|"
    r"group|company|solutions|association|society|department|hmrc|church|centre|hotel|consult\w*|bank)\b",
    re.IGNORECASE,
)
#: What makes eight digits the number of something else.
_REFERENCE = re.compile(r"\b(?:inv(?:oice)?|po|order|ref|no|nr|number|tel|ticket|job|contract|batch)\b", re.IGNORECASE)
_MOST_WORDS = 4
#: What is told by the form of a cell alone.
_FORMS: Mapping[str, Callable[[str], object]] = {
    "e-mail": _EMAIL.search,
    "phone": _PHONE.search,
    "postcode": _POSTCODE.search,
    "registration": _PLATE.search,
    "bank details": lambda text: (
        _BANK.search(text)
        or _is_card(text)
        or (_ACCOUNT.search(text) and _LETTERS.search(text) and not _REFERENCE.search(text))
    ),
    "national insurance": _INSURANCE.search,
    "collar number": _COLLAR.search,
}
#: What a column is, by words of its name: all of one of these sets stand in it.
_BY_NAME: Mapping[str, tuple[frozenset[str], ...]] = {
    kind: tuple(frozenset(each.split("+")) for each in every.split())
    for kind, every in {
        "name": (
            "surname given+name forename forenames firstname lastname middlename maiden first+name last+name full+name "
            "officer+name victim+name suspect+name caller+name holder cardholder recipient contact+name "
            "reporting+person complainant victim suspect offender witness nominal officer attendee organiser applicant "
            "alias staff+name employee+name member informant caller oic aggrieved chair processed+by handled+by "
            "approved+by raised+by entered+by authorised+by requested+by created+by updated+by recorded+by owner"
        ),
        "phone": "phone telephone mobile landline",
        "e-mail": "email mail",
        "postcode": "postcode pcode post+code",
        "date of birth": "birth birthday birthdate",
        "age": "age",
        "collar number": "collar shoulder warrant badge",
        "registration": "registration plate vehicle+registration vehicle+number",
        "bank details": "sort+code account+number bank+account iban bic card+number bank",
        "national insurance": "insurance",
        "address": "address street house+number house premises flat",
        "ethnicity": "ethnicity ethnic religion disability",
        "sex": "sex gender",
        "exact place": "latitude longitude lat lon easting northing xcoord ycoord xcord ycord uprn grid+reference",
    }.items()
}
#: Words that turn an account of a ledger, or a registration of something else, into no person's.
_NOT_OF_PEOPLE = {
    "name": {"ethnicity", "present", "number", "collar", "type", "code", "id", "count", "age", "gender", "reference"},
    "bank details": {"code", "cost", "ledger"},
    "registration": {"date", "vat", "company"},
}
_OLDEST, _YOUNGEST, _GROWN = 1910, 2020, 1995


def people_in(name: str, cells: Mapping[str, int], *, years: Mapping[int, int] | None = None) -> dict[str, float]:
    """Return the share of filled cells by what leads to somebody in them; 1 where the name of the column says so.

    ``cells`` are distinct cells with how often they stand there, ``years`` those of a column of dates.
    """
    filled = sum(cells.values())
    if not filled:
        return {}
    if years is not None:
        # births lie far apart and far back
        past = sum(count for year, count in years.items() if _OLDEST <= year < _GROWN)
        between = bool(years) and min(years) >= _OLDEST - 10 and max(years) <= _YOUNGEST
        found = {"date of birth": 1.0} if between and past > sum(years.values()) / 3 else {}
    else:
        forms = {**_FORMS, "name": is_person}
        counts = {kind: sum(count for text, count in cells.items() if is_it(text)) for kind, is_it in forms.items()}
        found = {kind: count / filled for kind, count in counts.items() if count / filled >= _SOME}
    said = set(words(name))
    for kind, sets in _BY_NAME.items():
        of_things = said & _NOT_OF_PEOPLE.get(kind, set()) or (kind == "name" and years is not None)
        if any(each <= said for each in sets) and kind not in found and not of_things:
            found[kind] = 1.0
    return found


@cache
def _forenames() -> frozenset[str]:
    text = read_plain(Path(__file__).with_name("forenames.txt")).decode()
    return frozenset(text.partition("\n")[2].split())


def _is_card(text: str) -> bool:
    """Return whether a text is the number of a payment card, by its check digit (ISO/IEC 7812)."""
    digits = re.sub("[ -]", "", text)
    if not _CARD.fullmatch(digits):
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(each - 9 * (each > 9) for each in doubled) % 10 == 0  # noqa: PLR2004 - the sum of two digits


def is_person(text: str) -> bool:
    """Return whether a text names a person: by a title, or by a forename where a name has one."""
    if _TITLE.search(text):
        return True
    found = _LETTERS.findall(text) or [""]
    if len(found) > _MOST_WORDS:
        # a forename and a surname in a sentence, each with one capital at its beginning
        pairs = pairwise(found)
        return any(one.istitle() and two.istitle() and one.casefold() in _forenames() for one, two in pairs)
    if len(found) == 1 or is_firm(text) or any(each.isdigit() for each in text.rstrip("0123456789 :/-")):
        return False
    behind = _LETTERS.findall(text.partition(",")[2])
    surname_first = bool(behind) and (len(behind[0]) == 1 or behind[0].casefold() in _forenames())
    return surname_first or found[0].casefold() in _forenames()


def is_firm(text: str) -> bool:
    """Return whether a text holds a word that organisations have and people have not."""
    return bool(_FIRM.search(text))
