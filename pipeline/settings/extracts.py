"""The mappings `[extracts.FEED]`: how a force's own exports become the agreed extracts, read and checked before a file.

What a mapping says of the agreed columns is held against the declaration: nothing is forgotten, and nothing weakened.
Every mistake is collected, with the place and the nearest name; no message holds a value of the settings.
"""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from pipeline.columns.dates import is_form
from pipeline.columns.money import MONEY_FORMS
from pipeline.errors import SettingsError
from pipeline.model.mapping import (
    FILE,
    FIND,
    MARKS,
    NONE,
    ROW,
    SHEET,
    ExportMapping,
    Fate,
    folded,
    gives_period,
    marks_in,
)
from pipeline.plain import read_plain
from pipeline.printable import printable
from pipeline.settings.reader import LABEL, Form, Reader, Section, nearest
from pipeline.settings.toml import read_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pipeline.model.declaration import Feed


ENCODINGS: Final = ("utf-8", "cp1252", "utf-16")
DELIMITERS: Final = MappingProxyType({",": ",", ";": ";", "\t": "\t", "tab": "\t", "|": "|"})
#: What a workbook may hold that otherwise stops it.
ALLOWED: Final = (
    *("hidden-sheet", "hidden-cells", "pivot-cache", "comment", "macro", "external-link", "data-model"),
    *("embedded-file", "connection", "custom-xml", "unknown-part"),
)
_LAST_HEADER_ROW: Final = 1_000
_SHOWN: Final = 8
_CELL = Form(r"[^\x00-\x08\x0a-\x1f\x7f]{0,300}", "a text of one line")
_NAME = Form(r"(?=.*\S)[^\x00\x7f]{1,300}", "the name of a column as their header has it")
_TABLE = Form(r"[A-Za-z_][A-Za-z0-9_.$]{0,127}", "the name of a table or a view")
_QUERY = Form(r"(?is)\s*(?:select|with)\b[^;\x00]{1,20000};?\s*", "one SELECT, without a semicolon in it")
_FEED_KEYS: Final = tuple(each.name for each in fields(ExportMapping) if each.name != "feed")
_PARTS = ("columns", "constants", "keys", "absent")


def read_extracts(top: Section, feeds: Mapping[str, Sequence[Feed]]) -> Mapping[str, ExportMapping]:
    """Return the mapping of each feed that has one: of `[extracts.FEED]`, or of the file that `extracts` names.

    ``feeds`` are the declared ones by name; where there are none, no column is checked.
    """
    if isinstance(top.value("extracts"), str):
        path = top.path("extracts")
        own = Reader(path or top.reader.file, {}, top.reader.mistakes)
        try:
            within = Section(own, "", read_toml(own.file)).section("extracts")
        except SettingsError as mistake:
            own.mistakes.append(mistake)
            return {}
        found = _each(within, feeds)
        own.finish()
    else:
        found = _each(top.section("extracts"), feeds)
    top.reader.absent |= {name: why for each in found.values() for name, why in each.absent.items()}
    return MappingProxyType(found)


def unsettled(top: Section) -> str:
    """Return which lines of the mappings still bear the CHECK of a draft, in words; "" where none does."""
    chosen = top.value("extracts")
    path = top.path("extracts") if isinstance(chosen, str) else top.reader.file
    try:
        lines = read_plain(path).decode().splitlines() if path else []
    except (OSError, UnicodeDecodeError):
        return ""
    numbers = [number for number, line in enumerate(lines, start=1) if re.search(r"#\s*CHECK\b", line)]
    if not numbers:
        return ""
    which = ", ".join(map(str, numbers[:_SHOWN])) + (" ..." if len(numbers) > _SHOWN else "")
    count = "1 line still says" if len(numbers) == 1 else f"{len(numbers):,} lines still say"
    return f"{path}: {count} # CHECK, which somebody has to settle: {which}"


def _each(section: Section, feeds: Mapping[str, Sequence[Feed]]) -> dict[str, ExportMapping]:
    names = section.names(tuple(feeds))
    return {name: _mapping(section.section(name), name, feeds.get(name, ())) for name in names}


def _mapping(section: Section, name: str, feeds: Sequence[Feed]) -> ExportMapping:
    """Return what one block says; what is mistaken in it is left out, and is in the list of mistakes."""
    section.asked.update(_FEED_KEYS)
    mapping = ExportMapping(
        feed=name,
        files=_texts(section, "files", _is_pattern, "paths below data/raw such as 'finance/AP {month}.xlsx'"),
        sheets=_texts(section, "sheets", _is_text, 'names of sheets, or "*" for every one', ("*",)),
        header=_header(section),
        encoding=section.choice("encoding", ENCODINGS, "utf-8"),
        delimiter=DELIMITERS.get(section.choice("delimiter", tuple(DELIMITERS), ","), ","),
        dates=_texts(section, "dates", is_form, 'forms of dates such as "DD/MM/YY", "DD-Mon-YYYY" or "serial"'),
        money=_texts(section, "money", MONEY_FORMS.__contains__, f"one or more of {', '.join(MONEY_FORMS)}"),
        month=section.text("month", _NAME, default=FILE),
        stop_at=section.text("stop_at", _CELL, default=""),
        allow=_texts(section, "allow", ALLOWED.__contains__, f"one or more of {', '.join(ALLOWED)}"),
        table=section.text("table", _TABLE, default=""),
        query=section.text("query", _QUERY, default="").strip().rstrip(";"),
        columns=_columns(section),
        constants=_pairs(section, "constants"),
        codes={agreed: _pairs(table, "") for agreed, table in _tables(section, "codes").items()},
        keys=_keys(section),
        absent=_reasons(section),
        withheld=_withheld(section),
    )
    _check_source(section, mapping, feeds)
    check_columns(section, mapping, feeds)
    return mapping


def _check_source(section: Section, mapping: ExportMapping, feeds: Sequence[Feed]) -> None:
    """Keep what is wrong with where the export is, and with where a row's period stands."""
    if sum(map(bool, (mapping.files, mapping.table, mapping.query))) != 1:
        section.missing("files", "the paths of its files; or one of table and query, for a database")
    for feed in feeds:
        if mapping.is_database and ROW in {part for parts in mapping.keys.values() for part in parts}:
            section.bad("keys", "columns: the rows of a database have no place of their own")
        if mapping.is_database and not feed.source.name:
            section.bad("table" if mapping.table else "query", "files: this extract is read from no database")
        period = [pattern for pattern in mapping.files if not gives_period(pattern, feed.period.of_files)]
        if mapping.month == FILE and period:
            section.bad(
                "month", f"`{SHEET}` or a column: not every name in `files` gives a {feed.period.of_files.noun}"
            )
    if mapping.header == NONE and not all(
        re.fullmatch(r"column [a-z]{1,3}", folded(name)) for names in mapping.theirs() for name in names
    ):
        section.bad("header", "names such as `column D`: without a header columns are called by letter")


def _is_pattern(text: str) -> bool:
    parts = PurePosixPath(text).parts
    plain = LABEL.fits(text) and not text.startswith("/") and ".." not in parts and "\\" not in text
    return plain and set(marks_in(text)) <= set(MARKS) and PurePosixPath(text).suffix != ""


def _is_text(text: str) -> bool:
    return _CELL.fits(text) and bool(text.strip())


def _texts(
    section: Section, key: str, fits: Callable[[str], bool], words: str, default: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """Return the texts of a key: one, or a list."""
    found = section.value(key)
    if found is None:
        return default
    every = found if isinstance(found, list) else [found]
    if not every or not all(isinstance(each, str) and fits(each) for each in every):
        section.bad(key, words)
        return default
    return tuple(every)


def _header(section: Section) -> str:
    found = section.value("header")
    if isinstance(found, int) and not isinstance(found, bool) and 1 <= found <= _LAST_HEADER_ROW:
        return str(found)
    if found not in (None, FIND, NONE):
        section.bad("header", f'"{FIND}", "{NONE}" or the number of a row')
    return found if found == NONE else FIND


def _table(section: Section, key: str) -> Section:
    """Return a table whose keys are names of columns or cells, none of them a setting's."""
    found = section.section(key) if key else section
    found.asked.update(found.table)
    return found


def _pairs(section: Section, key: str, form: Form = _CELL) -> dict[str, str]:
    """Return a table of texts."""
    table = _table(section, key)
    for name, text in table.table.items():
        if not form.fits(text):
            table.bad(name if LABEL.fits(name) else "", form.words)
    return {name: text for name, text in table.table.items() if isinstance(text, str) and form.fits(text)}


def _reasons(section: Section) -> dict[str, str]:
    """Return the reasons of absent columns; one without a reason that can be shown is named all the same."""
    table = _table(section, "absent")
    for name, why in table.table.items():
        if not LABEL.fits(why):
            table.bad(name if LABEL.fits(name) else "", f"the reason, for the public: {LABEL.words}")
    return {name: why if isinstance(why, str) and LABEL.fits(why) else "" for name, why in table.table.items()}


def _tables(section: Section, key: str) -> dict[str, Section]:
    table = _table(section, key)
    return {name: table.section(name) for name in table.table}


def _columns(section: Section) -> dict[str, tuple[str, ...]]:
    table = _table(section, "columns")
    found = {name: _texts(table, name, _NAME.fits, _NAME.words) for name in table.table}
    return {name: tuple(dict.fromkeys(each)) for name, each in found.items() if each}


def _keys(section: Section) -> dict[str, tuple[str, ...]]:
    table = _table(section, "keys")
    found = {name: _texts(table, name, _NAME.fits, f'names of their columns, or "{ROW}"') for name in table.table}
    for name, parts in found.items():
        if ROW in parts and len(parts) > 1:
            table.bad(name, f'"{ROW}" alone: file, sheet and row number')
    return {name: parts for name, parts in found.items() if parts}


def _withheld(section: Section) -> dict[str, Fate]:
    table = _table(section, "withheld")
    found: dict[str, Fate] = {}
    for name, said in table.table.items():
        if isinstance(said, dict):
            inner = Section(section.reader, table.title, said)
            fate = Fate(inner.text("why", LABEL), inner.text("whom", LABEL, default=""))
        else:
            fate = Fate(said if isinstance(said, str) else "")
        if LABEL.fits(fate.why) and _NAME.fits(name):
            found[name] = fate
        elif not isinstance(said, dict):
            table.bad("", 'for each column the reason in quotation marks, or {why = "...", whom = "..."}')
    return found


def check_columns(section: Section, mapping: ExportMapping, feeds: Sequence[Feed]) -> None:
    """Keep every mistake about columns."""
    for name in mapping.named:
        places = [part for part in _PARTS if name in getattr(mapping, part)]
        if len(places) > 1:
            _add(section, places[1], name, f"one place for a column, and it stands in {' and '.join(places)}")
    theirs = {folded(name) for names in mapping.columns.values() for name in names}
    if any(folded(name) in theirs for name in mapping.withheld):
        section.bad("withheld", "no column that `columns` maps: what is mapped has the fate of its agreed column")
    for name in mapping.codes.keys() - mapping.columns.keys():
        _add(section, "codes", name, "a column that `columns` maps")
    for feed in feeds:
        _check_names(section, mapping, feed)
        for part, name, expected in _weakening(mapping, feed):
            _add(section, part, name, expected)


def _check_names(section: Section, mapping: ExportMapping, feed: Feed) -> None:
    """Keep the names that no agreed column has, and the agreed columns that are read and not mentioned."""
    folds = {folded(name): name for name in feed.declared}
    for part in (*_PARTS, "codes"):
        for name in getattr(mapping, part):
            if name not in feed.declared:
                near = folds.get(folded(name)) or folds.get(nearest(folded(name), folds), "")
                hint = f"did you mean `{near}`?" if near else f"`pipeline datasets` lists the columns of `{feed.name}`"
                place = _place(section, part, name)
                section.reader.add("unknown-setting", "no agreed column has this name", where=place, fix=hint)
    lacking = [name for name in feed.used if name not in (*mapping.named, *feed.periods)]
    if lacking:
        section.reader.add(
            "missing-setting",
            f"nothing says where these agreed columns come from: {', '.join(f'`{name}`' for name in lacking)}",
            where=section.place("columns"),
            fix="name their column in `columns`, or give each in `constants`, `keys` or `absent`",
        )


def _weakening(mapping: ExportMapping, feed: Feed) -> Iterator[tuple[str, str, str]]:
    """Yield what would protect less or be no reference: the part of the mapping, the column, what is expected."""
    decisive = {each.column: each for each in feed.decisive}
    read = set(feed.used)
    for name in read.intersection(mapping.absent):
        if not feed.may_lack(name):
            why = "without it less would be protected" if name in decisive else "without it every row would be bad"
            yield "absent", name, f"another place for this column: {why}; see `columns` and `constants`"
    for name, text in mapping.constants.items():
        protecting = decisive.get(name)
        if name in feed.identifying:
            yield "constants", name, "another place for this column: a reference is not the same in every row"
        elif protecting and not protecting.constant and text not in protecting.closed:
            allowed = " or ".join(protecting.closed) or "another place"
            yield "constants", name, f"{allowed}: one value for all would protect nobody; see `columns` and `absent`"
        elif not text and name in read and not feed.may_lack(name):
            yield "constants", name, "a text: this column may not be blank"
    for name in mapping.keys:
        if name in read and name not in feed.identifying:
            yield "keys", name, "a reference that is never published itself: only such a column can be made"


def _add(section: Section, part: str, name: str, expected: str) -> None:
    place = _place(section, part, name)
    section.reader.add("bad-setting", f"expected {expected}", where=place, fix="correct this line")


def _place(section: Section, part: str, name: str) -> str:
    return f"{section.reader.file}, [{section.title[1:-1]}.{part}] {printable(name)}"
