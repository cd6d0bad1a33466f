"""A drafted mapping: a complete block `[extracts.FEED]` for a file, with `# CHECK` where something is not sure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.model.mapping import ROW, SHEET, folded
from pipeline.profiling import columns as kinds
from pipeline.profiling.cells import READABLE, is_readable
from pipeline.profiling.container import Kind
from pipeline.profiling.file_pattern import file_pattern, months_by
from pipeline.profiling.grid import letter
from pipeline.profiling.likeness import SURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.profiling.columns import Column
    from pipeline.profiling.likeness import Likeness, Synonyms
    from pipeline.profiling.profile import Profile

_ISO = "YYYY-MM-DD"


class Line(NamedTuple):
    """A line of the block; ``check`` is what somebody has to look at, "" where nothing is in doubt."""

    text: str
    check: str = ""

    def __str__(self) -> str:
        """Return it as it stands in the file."""
        return f"{self.text}{'  ' if self.text else ''}# CHECK: {self.check}" if self.check else self.text


def draft(found: Profile, synonyms: Synonyms, *, raw: Path, bodies: Sequence[str]) -> str:
    """Return the block for a file that resembles a feed; ``bodies`` are the codes of the settings' bodies."""
    best = found.best
    if best is None:
        return ""
    return "\n".join(map(str, _Block(found, best, synonyms, raw, bodies).lines())) + "\n"


class _Block:
    """What is drafted of one file, for one feed."""

    def __init__(self, found: Profile, best: Likeness, synonyms: Synonyms, raw: Path, bodies: Sequence[str]) -> None:
        self.found, self.feed, self.synonyms, self.raw = found, best.feed, synonyms, raw
        self.bodies = bodies
        #: The columns by agreed name, of all sheets: those that are taken for it, the main sheet's first.
        self.mapped: dict[str, list[Column]] = {}
        self.scores: dict[str, float] = {}
        for sheet in found.chosen:
            for place, match in sheet.best.matches.items() if sheet.best else ():
                self.mapped.setdefault(match.agreed, []).append(sheet.column(place))
                self.scores[match.agreed] = min(match.score, self.scores.get(match.agreed, 1.0))
        for agreed in [name for name, columns in self.mapped.items() if not self._may_be_mapped(name, columns)]:
            del self.mapped[agreed]

    def _may_be_mapped(self, agreed: str, columns: Sequence[Column]) -> bool:
        """Return whether a column is there in each sheet, tells rows apart where it should, and says several things."""
        meaning = self.synonyms.meaning(agreed)
        if len(columns) < len(self.found.chosen):
            return False
        if meaning.within:
            return all(sheet.is_key((meaning.within, agreed)) for sheet in self.found.chosen)
        return meaning.holds != "body" or any(column.distinct > 1 for column in columns)

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the block."""
        yield Line(f"[extracts.{self.feed.name}]")
        yield from self._source()
        yield from self._layout()
        parts: dict[str, list[Line]] = {"columns": [*self._columns()]}
        for part, line in self._lacking():
            parts.setdefault(part, []).append(line)
        parts["withheld"] = [*self._withheld()]
        for part in ("columns", "constants", "keys", "absent", "withheld"):
            if parts.get(part):
                yield Line("")
                yield Line(f"[extracts.{self.feed.name}.{part}]")
                yield from parts[part]

    # --- where it is and how it is laid out ------------------------------------------------------------

    def _source(self) -> Iterator[Line]:
        found = self.found
        if found.kind is Kind.SQLITE:
            yield Line(f"table = {_text(found.main.table.name)}")
            return
        pattern = file_pattern(found.path, self.feed, self.raw)
        yield Line(f"files = [{_text(pattern)}]", "where the files lie below data/raw, and how they are named")
        every = [sheet.table.name for sheet in found.sheets if not sheet.table.hidden]
        chosen = [sheet.table.name for sheet in found.chosen]
        if found.kind is not Kind.TEXT and set(chosen) != set(every):
            yield Line(f"sheets = {_texts(chosen)}", "the other sheets are not read" if len(every) > 1 else "")
        month = months_by(pattern, chosen, self.feed, found.path)
        if month == SHEET:
            yield Line(f"month = {_text(SHEET)}")
        elif month:
            date = self._date_column()
            why = "a row belongs to the month of this date, as nothing else gives a month"
            yield Line(f"month = {_text(date)}", why) if date else Line("", "nothing gives the month of a row")

    def _date_column(self) -> str:
        dated = [*filter(None, (self.feed.dated_by,)), *self.feed.dates]
        return next((_name(self.mapped[agreed][0]) for agreed in dated if agreed in self.mapped), "")

    def _layout(self) -> Iterator[Line]:
        found = self.found
        text, header = found.text, found.main.header
        if not header.row and found.main.table.names is None:
            yield Line('header = "none"', "columns are called by their letters")
        elif header.row > 30:  # noqa: PLR2004 - a mapping looks for it in the first thirty rows
            yield Line(f"header = {header.row}")
        if text and text.encoding != "utf-8":
            yield Line(f"encoding = {_text(text.encoding)}")
        if text and text.delimiter != ",":
            yield Line(f"delimiter = {_text('tab' if text.delimiter == chr(9) else text.delimiter)}")
        yield from self._forms()
        words = list(dict.fromkeys(sheet.footers.word for sheet in found.chosen if sheet.footers.word))
        if words:
            more = f"; others begin with {', '.join(words[1:])}" if words[1:] else ""
            yield Line(f"stop_at = {_text(words[0])}", f"no row of the table may begin so{more}")
        if found.holds:
            yield Line(f"allow = {_texts(found.holds)}", "look at what it is; without this line it stops the file")

    def _forms(self) -> Iterator[Line]:
        """Yield how dates and amounts are written, of the columns that are read."""
        dates = self._united(self.feed.dates, "dates")
        if set(dates) - {_ISO}:
            good = [form for form in dates if is_readable(form)]
            bad = [form for form in dates if not is_readable(form)]
            doubt = any(column.order_in_doubt for agreed in self.feed.dates for column in self.mapped.get(agreed, ()))
            checks = [f"no mapping reads {', '.join(bad)}"] if bad else []
            checks += ["nothing shows whether the day or the month comes first"] if doubt else []
            yield Line(f"dates = {_texts(good)}", "; ".join(checks))
        money = self._united(self.feed.amounts, "amounts")
        unread = [form for form in money if form not in READABLE]
        check = f"no mapping reads amounts with {', '.join(unread)}" if unread else ""
        if money:
            yield Line(f"money = {_texts([form for form in money if form in READABLE])}", check)

    def _united(self, agreed: Iterable[str], forms: str) -> list[str]:
        columns = (column for name in agreed for column in self.mapped.get(name, ()))
        return list(dict.fromkeys(form for column in columns for form in getattr(column, forms)))

    # --- what becomes of each agreed column ------------------------------------------------------------

    def _columns(self) -> Iterator[Line]:
        for agreed in self.feed.declared:
            if agreed in self.mapped:
                yield self._column(agreed)

    def _column(self, agreed: str) -> Line:
        columns = self.mapped[agreed]
        checks = []
        if self.scores[agreed] < SURE:
            checks.append("is it this one?")
        if any(column.odd for column in columns):
            checks.append("some cells are not of its kind")
        if agreed in self.feed.used and self.synonyms.meaning(agreed).holds in {"code", "body"}:
            place = f"[extracts.{self.feed.name}.codes.{_text(agreed)}]"
            checks.append(f"cells that are not the agreed codes need {place}")
        return _pair(agreed, _spellings(columns), "; ".join(checks))

    def _lacking(self) -> Iterator[tuple[str, Line]]:
        """Yield each agreed column that is read and that the export lacks: the part of the block, and its line."""
        for name in self.feed.used:
            if name in self.mapped or name in self.feed.periods:
                continue
            handling = next((each for each in self.feed.handlings if name in each.columns), None)
            required, codelist = getattr(handling, "value", ""), getattr(handling, "codelist", "")
            decisive = next((each for each in self.feed.decisive if each.column == name), None)
            if self.synonyms.meaning(name).holds == "body" and self.bodies:
                check = f"{' or '.join(self.bodies)}: whose records these are" if len(self.bodies) > 1 else ""
                yield "constants", _pair(name, self.bodies[0], check)
            elif required:
                yield "constants", _pair(name, required)
            elif self.feed.may_lack(name):
                yield "absent", _pair(name, "not exported", self.synonyms.meaning(name).absent)
            elif name in self.feed.identifying:
                yield "keys", self._key(name)
            elif decisive and decisive.constant and decisive.closed:
                yield "constants", _pair(name, decisive.closed[0], "this keeps everything back")
            elif codelist and not decisive:
                codes = CodeLists(CODELISTS, {}).read(codelist).values(getattr(handling, "key", "code"))
                yield "constants", _pair(name, codes[0], f"one of {', '.join(codes)}, the same in every row")
            else:
                yield self._needed(name)

    def _needed(self, name: str) -> tuple[str, Line]:
        """Return the line for an agreed column that has to be there: another one, a word or a question."""
        other = next((each for each in self.synonyms.meaning(name).instead if each in self.mapped), "")
        if other:
            theirs = _spellings(self.mapped[other])
            return "columns", _pair(name, theirs, f"there is none: that of `{other}` stands for it")
        if set(self.feed.made_of(name)) & set(self.feed.open_text):
            return "constants", _pair(name, "Not recorded", "nothing looks like it, and this is published in every row")
        return "columns", Line(f"# {_text(name)} = ", "nothing looks like it, and it has to be there")

    def _key(self, name: str) -> Line:
        parts = [part for part in self.synonyms.meaning(name).made_of if part in self.mapped]
        if not parts:
            return _pair(name, ROW)
        return _pair(name, parts, "together they have to tell one from another")

    def _withheld(self) -> Iterator[Line]:
        """Yield the columns of theirs that nothing was taken for, each with a reason and with whom it identifies."""
        taken = {folded(_name(column)) for columns in self.mapped.values() for column in columns}
        for sheet in self.found.chosen:
            for column in sheet.columns:
                name = _name(column)
                if folded(name) in taken or (column.name is None and column.kind == kinds.EMPTY):
                    continue
                taken.add(folded(name))
                yield _fate(name, column)


def _fate(name: str, column: Column) -> Line:
    if column.people:
        why = f"{', '.join(column.people)}: not published"
        return Line(f'{_text(name)} = {{why = {_text(why)}, whom = "somebody"}}', "whom does it identify?")
    return _pair(name, "empty" if column.kind == kinds.EMPTY else "not needed")


def _name(column: Column) -> str:
    return column.name or f"column {letter(column.place)}"


def _spellings(columns: Sequence[Column]) -> str | list[str]:
    by_fold: Mapping[str, str] = {folded(_name(column)): _name(column) for column in reversed(columns)}
    names = list(dict.fromkeys(by_fold[folded(_name(column))] for column in columns))
    return names[0] if len(names) == 1 else names


def _pair(name: str, value: str | Sequence[str], check: str = "") -> Line:
    return Line(f"{_text(name)} = {_text(value) if isinstance(value, str) else _texts(value)}", check)


def _text(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _texts(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"
