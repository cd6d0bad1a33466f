"""How settings are read: each value is asked for once, by name and form, and every mistake is collected.

No message holds a value: a setting may be a secret, or an address that holds one.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pipeline.columns.text import is_damaged_text, is_formula_text
from pipeline.errors import SettingsError
from pipeline.model import periods
from pipeline.model.source import Secret

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

_Number = TypeVar("_Number", bound=float)
_NAME_LIKE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
_NEAR = 0.6
#: So many letters of a name are enough to guess the rest.
_BEGINS = 3


class Form(NamedTuple):
    """What a text setting must look like: a pattern for all of it, and the same in words."""

    pattern: str
    words: str
    published: bool = False

    def fits(self, value: object) -> bool:
        """Say whether ``value`` is a text of this form; one to be published is undamaged and no formula."""
        if not isinstance(value, str) or re.fullmatch(self.pattern, value) is None:
            return False
        return not (self.published and (is_damaged_text(value) or is_formula_text(value)))


LABEL = Form(
    r"(?! )[^\x00-\x1f\x7f]{1,300}(?<! )",
    "a text of one line, without blanks around it, unseen characters or a sign such as `=` at its beginning",
    published=True,
)
PATTERN = Form(r"[^\x00-\x1f\x7f]{1,300}", "a regular expression of one line")
SLUG = Form(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*", "a name in small letters with hyphens")
ORGANISATION = Form(r"[a-z0-9_-]{2,100}", "the organisation's name as it stands in its CKAN address, small letters")
MONTH = Form(periods.MONTH.pattern, "a month such as 2010-12")
#: Days that a run or a decision may have: others are slips, and at the calendar's ends no day is left to count to.
FIRST_YEAR, LAST_YEAR = 2000, 2100
DAY = Form(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", f"a day such as 2024-04-10, from {FIRST_YEAR} to {LAST_YEAR}")
#: A role is known by one of these words; a person's name alone has none of them.
_POSTS = (
    *("accountant", "adviser", "analyst", "board", "chair", "chief", "commissioner", "constable", "controller"),
    *("director", "executive", "head", "inspector", "lead", "manager", "officer", "owner", "secretary"),
    *("superintendent", "team", "treasurer"),
)
ROLE = Form(
    rf"(?i:[^\x00-\x1f\x7f]{{0,200}}\b(?:{'|'.join(_POSTS)})\b[^\x00-\x1f\x7f]{{0,100}})",
    "a post of one line, such as 'Head of Information Management', without unseen characters, and no person's name",
    published=True,
)
LICENCE = Form(r"[A-Za-z0-9][A-Za-z0-9._-]{1,99}", "a licence's short name such as CC-BY-4.0")
WEB = Form(r"https?://[^\s\x00-\x1f\x7f]{3,300}", "an address that begins with https:// or http://")
MONEY = Form(r"(?:0|[1-9][0-9]{0,7})\.[0-9]{2}", "an amount in quotation marks, with pence, such as '500.00'")
GSS = Form(r"[EKNSW][0-9]{8}", "a code of the Office for National Statistics such as E23000021")
GROUP = Form(r"[a-z_][a-z0-9_-]{0,31}", "the name of a group of this machine")
PATH = Form(r"[^\x00-\x1f]+", "a path in quotation marks")
_PORT = r"(?::(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
#: Addresses of pages and files are made by adding to it: no `?`, `#` or password, and no step that leads elsewhere.
SITE = Form(
    r"https?://(?:[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*|\[[0-9A-Fa-f:.]{2,45}\])"
    + _PORT
    + r"(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+)*/?",
    "the whole address at which data/published is served, such as https://data.example.org/police/, without a "
    "password, `?`, `#` or a doubled `/` in it",
)
#: A token travels to this address: only over TLS, or to this machine itself.  No name, password or query in it.
PORTAL = Form(
    r"(?:https://[A-Za-z0-9.-]+|http://(?:127\.0\.0\.1|localhost|\[::1\]))" + _PORT + r"(?:/[A-Za-z0-9._~/-]*)?",
    "an address that begins with https:// (http:// only for this machine), without a password or a `?` in it; a port "
    "is 65535 at most",
)
TOKEN = Form(r"[\x21-\x7e]{8,}", "a CKAN API token: one line, no blanks")
DATABASE = Form(r"[a-z][a-z0-9_]*(?:\+[a-z0-9_]+)?://[^\x00-\x1f]*", "a SQLAlchemy address such as sqlite:///FILE")


def day(text: str) -> dt.date:
    """Return the day of the calendar that ``text`` names in the one form that is allowed; `ValueError` otherwise."""
    if not DAY.fits(text):
        raise ValueError
    found = dt.date.fromisoformat(text)
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError
    return found


def nearest(word: str, names: Iterable[str]) -> str:
    """Return the one of ``names`` that ``word`` is nearly, or begins; "" where none is near."""
    every = list(names)
    begun = [name for name in every if len(word) >= _BEGINS and name.startswith(word.lower())]
    return next(iter(begun if len(begun) == 1 else difflib.get_close_matches(word.lower(), every, n=1)), "")


@dataclass(slots=True)
class Reader:
    """One settings file and the variables that win over it, with every mistake found so far.

    ``absent`` are the agreed columns that a mapping says the systems do not hold, each with the reason.
    """

    file: Path
    environ: Mapping[str, str]
    mistakes: list[SettingsError] = field(default_factory=list)
    sections: list[Section] = field(default_factory=list)
    absent: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, message: str, *, where: str, fix: str) -> None:
        """Keep one mistake."""
        self.mistakes.append(SettingsError(code, message, where=where, fix=fix))

    def finish(self) -> None:
        """Add every setting that nothing asked for, with the nearest name that exists."""
        for section in self.sections:
            for key in sorted(section.table.keys() - section.asked):
                self._add_unknown(section, key)

    def _add_unknown(self, section: Section, key: str) -> None:
        if not _NAME_LIKE.fullmatch(key):
            message, fix = "a name that is no setting's is here", "remove the line"
            self.add("unknown-setting", message, where=section.place(), fix=fix)
            return
        names = {name.lower(): name for name in section.asked}
        near = difflib.get_close_matches(key.lower(), names, n=1, cutoff=_NEAR)
        elsewhere = [other.title for other in self.sections if other is not section and key in other.asked]
        if near:
            fix = f"did you mean `{names[near[0]]}`?"
        elif elsewhere:
            fix = f"it belongs to {elsewhere[0] or 'the top of the file'}: move it there"
        else:
            fix = f"remove it; what may stand here: {', '.join(sorted(section.asked)) or 'nothing'}"
        self.add("unknown-setting", "there is no such setting", where=section.place(key), fix=fix)


@dataclass(slots=True)
class Section:
    """One table of the settings file; each question marks its setting as known and returns a usable value."""

    reader: Reader
    title: str
    table: Mapping[str, object]
    asked: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.reader.sections.append(self)

    def place(self, key: str = "") -> str:
        """Name a setting as a reader finds it: file, table, key."""
        name = " ".join(filter(None, (self.title, key)))
        return f"{self.reader.file}, {name}" if name else str(self.reader.file)

    def bad(self, key: str, expected: str, *, fix: str = "correct this line") -> None:
        """Keep the mistake that ``key`` is not what is expected."""
        self.reader.add("bad-setting", f"expected {expected}", where=self.place(key), fix=fix)

    def missing(self, key: str, expected: str) -> None:
        """Keep the mistake that ``key``, which has no default, is absent."""
        fix = f"add a line that begins with {key} = and holds {expected}"
        self.reader.add("missing-setting", "this setting must be there", where=self.place(key), fix=fix)

    def value(self, key: str) -> object:
        """Return what the file says of ``key``, None when nothing, and mark it as known."""
        self.asked.add(key)
        return self.table.get(key)

    def section(self, key: str) -> Section:
        """Return the table below this one; an absent one is empty."""
        found = self.value(key)
        inner = f"{self.title[1:-1]}.{key}" if self.title else key
        if found is not None and not isinstance(found, dict):
            self.bad(key, f"a table: a line [{inner}] with its settings below it")
        return Section(self.reader, f"[{inner}]", found if isinstance(found, dict) else {})

    def names(self, allowed: Collection[str] = ()) -> list[str]:
        """Return the keys of this table that are ``allowed`` (or any slug, when nothing is said)."""
        self.asked |= set(allowed) or {key for key in self.table if SLUG.fits(key)}
        return sorted(self.table.keys() & self.asked)

    def text(self, key: str, form: Form, *, default: str | None = None, variable: str = "") -> str:
        """Return the text of ``key``; a set ``variable`` wins.  Without a default it must be there."""
        if variable and self.reader.environ.get(variable):
            found: object = self.reader.environ[variable]
            if not form.fits(found):
                self.reader.add("bad-setting", f"expected {form.words}", where=variable, fix="correct this variable")
            self.asked.add(key)
            return str(found)
        found = self.value(key)
        if found is None and default is None:
            self.missing(key, form.words)
        elif found is not None and not form.fits(found):
            self.bad(key, form.words)
        return found if isinstance(found, str) and form.fits(found) else default or ""

    def texts(self, key: str, form: Form, words: str) -> tuple[str, ...]:
        """Return a list of texts, none where it is not there; an empty one is a mistake."""
        found = self.value(key)
        if isinstance(found, list) and found and all(map(form.fits, found)):
            return tuple(found)
        if found is not None:
            self.bad(key, words)
        return ()

    def choice(self, key: str, options: Collection[str], default: str) -> str:
        """Return one of ``options``."""
        found = self.value(key)
        if found is not None and found not in options:
            near = difflib.get_close_matches(str(found), options, n=1, cutoff=_NEAR)
            expected = " or ".join(f"`{option}`" for option in options)
            self.bad(key, expected, fix=f"did you mean `{near[0]}`?" if near else "correct this line")
        return found if isinstance(found, str) and found in options else default

    def number(self, key: str, *, low: float, high: float, default: _Number) -> _Number:
        """Return a number from ``low`` to ``high``, both included: a whole one where the default is one."""
        found = self.value(key)
        kind = type(default)
        if found is None:
            return default
        if isinstance(found, int | float) and type(found) in {int, kind} and low <= found <= high:
            return kind(found)
        what = "a number" if kind is float else "a whole number"
        self.bad(key, f"{what} from {low} to {high}, without quotation marks")
        return default

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        found = self.value(key)
        if found is not None and not isinstance(found, bool):
            self.bad(key, "true or false, without quotation marks")
        return found if isinstance(found, bool) else default

    def money(self, key: str, *, low: str, high: str, default: str) -> Decimal:
        """Return an amount in pounds and pence; in the file it is text, so that no pence are lost."""
        found = Decimal(self.text(key, MONEY, default=default))
        if not Decimal(low) <= found <= Decimal(high):
            self.bad(key, f"an amount from {low} to {high}")
        return found

    def path(self, key: str, *, variable: str = "") -> Path | None:
        """Return a path: the file's are relative to the file's folder, a variable's to the current one."""
        text = self.text(key, PATH, default="", variable=variable)
        if not text:
            return None
        base = Path() if variable and self.reader.environ.get(variable) else self.reader.file.parent
        home = self.reader.environ.get("HOME", "~")
        return base / (f"{home}{text[1:]}" if text.startswith("~/") else text)

    def day(self, key: str) -> dt.date | None:
        """Return a calendar day: a date, or the same as text."""
        found = self.value(key)
        return None if found is None else self._day(found, self.place(key))

    def variable_day(self, variable: str) -> dt.date | None:
        """Return the calendar day that ``variable`` holds, None when it is not set."""
        found = self.reader.environ.get(variable)
        return self._day(found, variable) if found else None

    def _day(self, found: object, where: str) -> dt.date | None:
        try:
            return day(str(found))
        except ValueError:
            self.reader.add("bad-setting", f"expected {DAY.words}", where=where, fix="correct it")
            return None

    def secret(self, variable: str, form: Form) -> Secret[str] | None:
        """Return the secret that ``variable`` holds, None when it is not set."""
        found = self.reader.environ.get(variable)
        if found and not form.fits(found):
            self.reader.add("bad-setting", f"expected {form.words}", where=variable, fix="correct this variable")
        return Secret(found) if found else None

    def refuse_secret(self, key: str, variable: str) -> None:
        """Keep the mistake that a secret stands in the file: there it is no setting, and not offered as one."""
        if key in self.table:
            self.table = {name: value for name, value in self.table.items() if name != key}
            self.reader.add(
                "secret-in-file",
                "this is a secret, and a settings file is no place for one",
                where=self.place(key),
                fix=f"remove the line, set the variable {variable} instead, and make a new secret if others saw it",
            )
