"""One cell at a time: which form of date, which form of amount, which pattern; nothing of it is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.dates import MONTHS
from pipeline.columns.money import money

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIME = (
    r"(?P<time>[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp][Mm])?(?:Z| ?[+-][0-9]{2}:?[0-9]{2})?)?"
)
_MONTHS = [name[:3] for name in MONTHS]
_MONTH = r"(?P<word>[A-Za-z]{3,9})\.?"
_NUMERIC = re.compile(
    rf"(?P<a>[0-9]{{1,2}})(?P<sep>[/.\- ])(?P<b>[0-9]{{1,2}})(?P=sep)(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_YEAR_FIRST = re.compile(rf"(?P<y>[0-9]{{4}})(?P<sep>[/.\-])(?P<a>[0-9]{{1,2}})(?P=sep)(?P<b>[0-9]{{1,2}}){_TIME}")
_WORDED = re.compile(
    rf"(?P<a>[0-9]{{1,2}})(?P<th>st|nd|rd|th)?(?P<sep>[/.\- ]?){_MONTH}(?P=sep),? ?(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}"
)
_MONTH_DAY = re.compile(rf"{_MONTH}(?P<sep>[ -])(?P<a>[0-9]{{1,2}})(?P<comma>,? |-)(?P<y>[0-9]{{4}}|[0-9]{{2}}){_TIME}")
_MONTH_ONLY = re.compile(rf"{_MONTH}(?P<sep>[/\- '])'?(?P<y>[0-9]{{4}}|[0-9]{{2}})")
_COMPACT = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LAST_MONTH, _LAST_DAY = 12, 31
#: The days from 2000 to 2049 as a spreadsheet counts them.
_SERIAL = range(36_526, 54_789)
_LONGEST = 40


class Dated(NamedTuple):
    """A date's form, as settings write it; ``order`` is 1 where only day first can be meant, -1 for month first."""

    form: str
    order: int = 0


def dated(text: str) -> Dated | None:
    """Return the form of the date that ``text`` is, None where it is none."""
    if len(text) > _LONGEST or not any(each.isdigit() for each in text):
        return None
    for reader, form in _READERS.items():
        if found := reader.fullmatch(text):
            return _told(found.groupdict(""), form)
    return Dated("YYYYMMDD") if _COMPACT.fullmatch(text) else None


#: How dates are written whose parts are called so: a day ``a``, a month ``b`` or ``word``, a year ``y``.
_READERS = {
    _NUMERIC: "DD{sep}MM{sep}{year}",
    _YEAR_FIRST: "YYYY{sep}MM{sep}DD",
    _WORDED: "DD{th}{sep}{name}{sep}{year}",
    _MONTH_DAY: "{name}{sep}DD{comma}{year}",
    _MONTH_ONLY: "{name}{sep}{year}",
}


def _told(found: Mapping[str, str], form: str) -> Dated | None:
    """Return the form with the signs and kinds of words that were ``found``, None where that is no day or month."""
    word = found.get("word", "")
    first, second = int(found.get("a", 1)), int(found.get("b", 1))
    order = 0
    if word:
        good = word[:3].casefold() in _MONTHS and first <= _LAST_DAY
    elif form.startswith("YYYY"):
        good = first <= _LAST_MONTH and second <= _LAST_DAY
    else:
        good = 1 <= min(first, second) <= _LAST_MONTH and max(first, second) <= _LAST_DAY
        order = 1 if first > _LAST_MONTH else -1 if second > _LAST_MONTH else 0
    is_short = len(word) <= len("Sept") and word.casefold() not in {"june", "july"}
    name, year = "Mon" if is_short else "Month", "YYYY" if len(found["y"]) > len("YY") else "YY"
    th = "th" if found.get("th") else ""
    return Dated(form.format_map({**found, "name": name, "year": year, "th": th}), order) if good else None


def month_first(form: str) -> str:
    """Return a form with day and month in the other order."""
    return form.replace("DD", "\0").replace("MM", "DD").replace("\0", "MM") if form.startswith("DD") else form


def is_serial(text: str) -> bool:
    """Return whether ``text`` may be a day as a spreadsheet counts them."""
    return bool(_NUMBER.fullmatch(text)) and "e" not in text.lower() and int(float(text)) in _SERIAL


def is_number(text: str) -> bool:
    """Return whether ``text`` is a number without signs of money."""
    return bool(_NUMBER.fullmatch(text))


_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+"
#: How amounts are written beside the agreed forms, as settings call it; the last ones no mapping can read.
_FORMS = {
    form: re.compile(pattern.replace("N", f"(?:{_DIGITS})"))
    for form, pattern in {
        "£": r"£[ \u00a0]*N|N ?£|(?:£ ?- ?|- ?£[ \u00a0]*)N",
        "GBP": r"GBP ?N|N ?GBP|(?:GBP ?-|-GBP ?)N",
        "trailing-minus": r"£? ?N ?-",
        "brackets": r"\( ?£? ?N ?\)|£ ?\(N\)",
        "CR": r"£? ?N ?CR",
        "DR": r"£? ?N ?DR",
        "blanks": r"-?[0-9]{1,3}(?:[ \u00a0][0-9]{3})+(?:\.[0-9]+)?",
        "+": r"\+ ?£? ?N",
        "-": r"£? ?[-\u2013]",
    }.items()
}
#: What of these a mapping can read.
READABLE = tuple(form for form in _FORMS if form not in {"+", "-"})


#: What only money is written with.
_SIGNED = re.compile(r"[£,()]|\.[0-9]{2}-?$|[0-9]-$")


class Amount(NamedTuple):
    """What an amount is written with: the ``forms`` beyond the agreed ones, and whether it shows that it is money."""

    forms: tuple[str, ...]
    plain: bool


def amount(text: str) -> Amount | None:
    """Return how an amount is written, None where ``text`` is none."""
    if not any(each.isdigit() for each in text):
        return Amount(("-",), plain=True) if text.strip("£ ") in {"-", "\u2013"} else None
    if money(text) is not None:
        return Amount((), plain=_SIGNED.search(text) is None)
    told = tuple(form for form, reads in _FORMS.items() if reads.fullmatch(text))
    return Amount(told[:1], plain=False) if told else None


def pattern(text: str) -> str:
    """Return a cell as a pattern: `A` for a capital, `a` for a small letter, `9` for a digit; long runs are cut."""
    shape = "".join(
        "9" if each.isdigit() else ("A" if each.isupper() else "a") if each.isalpha() else each for each in text
    )
    return re.sub(r"([Aa9])\1{9,}", r"\1...", shape)


def is_readable(form: str) -> bool:
    """Return whether a mapping can read dates of this form."""
    return form == "serial" or (
        "DD" in form and re.fullmatch(r"(?:YYYY|YY|MM|DD|Month|Mon|[-/. ,'])+", form) is not None
    )
