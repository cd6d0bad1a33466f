"""Months of a service, each read whole or not at all, and kept as a file of one item a line."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.errors import InputError
from pipeline.extract.given import line_of, parsed
from pipeline.extract.service.asking import OK, UNCHANGED
from pipeline.model.periods import MONTH
from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from pipeline.extract.service.asking import Answer, Asking

_PAGE: Final = frozenset({"page", "pages", "items"})
_MOST_PAGES: Final = 10_000
_FRESH_STARTS: Final = 3
_NEWEST: Final = 13
#: A strong entity tag (RFC 9110, 8.8.3).
_STRONG: Final = re.compile(r'"[\x21\x23-\x7e\x80-\xff]*"')


class Taken(NamedTuple):
    """What a run took: months whose files were written, months as before, months that the service does not hold."""

    written: tuple[str, ...]
    unchanged: tuple[str, ...]
    absent: tuple[str, ...]
    error: InputError | None = None


class _Page(NamedTuple):
    """One page: the state of its month, its number, how many there are, its items as lines."""

    etag: str
    number: int
    pages: int
    lines: tuple[bytes, ...]


class State(NamedTuple):
    """In which state of a service a month was taken last, and the sha256 of the file that it became."""

    etag: str
    sha256: str


class _ChangedError(Exception):
    """The month changed while it was read."""


def due_months(first: str, as_of: dt.date, taken: Collection[str], named: Collection[str] = ()) -> list[str]:
    """Return the months to ask for: the newest 13 that are over, others that were never taken, and those ``named``."""
    last = MONTH.neighbour(MONTH.of_day(as_of), -1)
    every = list(MONTH.between(first, last)) if first <= last else []
    return [each for each in every if each in every[-_NEWEST:] or each not in taken or each in named]


def known_of(memory: Path) -> dict[str, State]:
    """Return the state in which each month was taken last; nothing where that is lost: months are then read whole."""
    try:
        found = parsed(read_plain(memory)) if memory.is_file() else {}
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    sound = {month: each for month, each in found.items() if isinstance(each, list) and len(each) == len(State._fields)}
    states = {month: State(*map(str, each)) for month, each in sound.items()}
    return {month: each for month, each in states.items() if _STRONG.fullmatch(each.etag)}


def take_months(
    asking: Asking,
    months: Sequence[str],
    *,
    keys: Collection[str],
    folder: Path,
    memory: Path,
    say: Callable[[str], None] = lambda _: None,
) -> Taken:
    """Return what was taken: each month's items stand at once as `FOLDER/YYYY-MM.jsonl`, its state in ``memory``.

    ``keys`` are those that an item has.  The first error stops the service for this run; months before it stay.
    """
    written, unchanged, absent = list[str](), list[str](), list[str]()
    known = known_of(memory)
    for month in months:
        path = folder / f"{month}.jsonl"
        say(f"asking {asking.url} for {month}")
        try:
            state = known.get(month)  # where the file is not what was taken, the month is read whole
            held = state and path.is_file() and hashlib.sha256(read_plain(path)).hexdigest() == state.sha256
            found = _month(asking, month, keys, state.etag if state and held else "")
        except InputError as error:
            return Taken(tuple(written), tuple(unchanged), tuple(absent), error)
        if isinstance(found, _Page):
            content = b"".join(line + b"\n" for line in sorted(found.lines))
            replace_file(path, content)
            known[month] = State(found.etag, hashlib.sha256(content).hexdigest())
            replace_file(memory, json.dumps(known, sort_keys=True).encode() + b"\n")
            written.append(month)
        else:
            (unchanged if found else absent).append(month)
    return Taken(tuple(written), tuple(unchanged), tuple(absent))


def _month(asking: Asking, month: str, keys: Collection[str], etag: str) -> _Page | bool:
    """Return a month read whole; else true where it is as it was, false where the service does not hold it."""
    for fresh_start in range(_FRESH_STARTS + 1):
        if fresh_start:
            asking.patience.sleep(asking.patience.afresh)
        with suppress(_ChangedError):
            return _read(asking, month, keys, etag)
    fix = "nothing has changed; the next run asks again"
    raise InputError("service-unstable", f"{month} changed whenever it was read", where=asking.url, fix=fix)


def _read(asking: Asking, month: str, keys: Collection[str], etag: str) -> _Page | bool:
    """Return all pages of a month as one."""
    answer = asking.get({"month": month, "page": "1"}, unless=etag)
    if answer.status == UNCHANGED and not etag:
        raise asking.bad("the service answers 304 where nothing was known")
    if answer.status != OK:
        return answer.status == UNCHANGED
    first = _page(asking, answer, keys)
    if first.number != 1:
        raise _ChangedError
    lines = [*first.lines]
    for number in range(2, first.pages + 1):
        answer = asking.get({"month": month, "page": str(number)})
        if answer.status != OK:
            raise _ChangedError
        page = _page(asking, answer, keys)
        if page._replace(lines=()) != first._replace(number=number, lines=()):
            raise _ChangedError
        lines += page.lines
    return first._replace(lines=tuple(lines))


def _page(asking: Asking, answer: Answer, keys: Collection[str]) -> _Page:
    """Return a page as it was agreed."""
    etag = answer.headers.get("etag", "")
    if not _STRONG.fullmatch(etag):
        raise asking.bad("the answer has no strong ETag")
    page, wrong = None, ""
    try:
        page = parsed(answer.body)
    except UnicodeDecodeError:
        wrong = "the answer is no UTF-8"
    except ValueError:
        wrong = "the answer is no JSON, or a key stands in it twice"
    if wrong:
        raise asking.bad(wrong)
    if not isinstance(page, dict) or page.keys() != _PAGE:
        raise asking.bad("a page has other keys than page, pages and items")
    number, pages, items = page["page"], page["pages"], page["items"]
    if type(number) is not int or type(pages) is not int or not isinstance(items, list):
        raise asking.bad("page and pages are no whole numbers, or items is no list")
    if not 0 <= pages <= _MOST_PAGES or (not pages and (number != 1 or items)):
        raise asking.bad("pages is not a number from 1 to 10,000, or 0 of a month without items")
    return _Page(etag, number, pages, tuple(_lines(asking, items, keys)))


def _lines(asking: Asking, items: Sequence[object], keys: Collection[str]) -> Iterator[bytes]:
    """Yield each item as one line, always the same for the same item."""
    for item in items:
        if not isinstance(item, dict) or item.keys() != {*keys}:
            raise asking.bad("an item has not exactly the keys that were agreed")
        line = ""
        with suppress(ValueError):
            line = line_of(item)
        if not line:
            raise asking.bad("an item holds what no text in UTF-8 stands for")
        yield line.encode()
