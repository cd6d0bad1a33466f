"""A drafted mapping: a complete block `[extracts.FEED]` for a file, with `# CHECK` where something is not sure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.model.file_names import month_said
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
        self.said = {
            agreed: self._cells(agreed) for agreed in self.mapped if self._codes(agreed) or agreed in self.feed.periods
        }
        self.taken = dict(self.mapped)
        for agreed in [name for name, columns in self.mapped.items() if not self._may_be_mapped(name, columns)]:
            del self.mapped[agreed]

    def _cells(self, agreed: str) -> set[str]:
        """Return the different cells of the columns that are taken for an agreed one; they are compared, not shown."""
        return {
            cell
            for sheet in self.found.chosen
            for place, match in (sheet.best.matches.items() if sheet.best else ())
            if match.agreed == agreed
            for cell in sheet.cells(place)
        }

    def _codes(self, agreed: str) -> tuple[str, ...]:
        """Return the codes that an agreed column may hold, none where it is no column of a closed list."""
        if self.synonyms.meaning(agreed).holds == "body":
            return tuple(self.bodies)
        handling = next((each for each in self.feed.handlings if agreed in each.columns), None)
        codelist = getattr(handling, "codelist", "")
        key = getattr(handling, "key", "code")
        return CodeLists(CODELISTS, {}).read(codelist).values(key) if codelist else ()

    def _may_be_mapped(self, agreed: str, columns: Sequence[Column]) -> bool:
        """Return whether a column is there in each sheet, tells rows apart where it should, and holds known codes."""
        if len(columns) < len(self.found.chosen) or agreed in self.feed.periods:
            return False
        within = self.synonyms.meaning(agreed).within
        if within:
            sound = not any(column.no_key or column.share < 1 for column in columns)
            return sound and all(sheet.is_key((within, agreed)) for sheet in self.found.chosen)
        decisive = any(each.column == agreed for each in self.feed.decisive)
        return decisive or not self._codes(agreed) or not self.said[agreed].isdisjoint(self._codes(agreed))

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the block."""
        yield Line(f"[extracts.{self.feed.name}]")
        yield from self._source()
        yield from self._layout()
        self.made = self._made_keys()
        parts: dict[str, list[Line]] = {"columns": [*self._columns()], "keys": [*self.made.values()]}
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
        elif month and (column := self._month_column()):
            yield Line(
                f"month = {_text(column)}", "a row belongs to the month that this says, as nothing else gives one"
            )
        elif month:
            yield Line("", "nothing gives the month of a row")

    def _month_column(self) -> str:
        """Return the column of theirs that gives a row's month: one of months, else the date of the row."""
        for agreed in self.feed.periods:
            theirs = _spellings(self.taken.get(agreed, []))
            if isinstance(theirs, str) and self.said[agreed] and all(map(month_said, self.said[agreed])):
                return theirs
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
            if agreed in self.mapped and agreed not in self.made:
                yield self._column(agreed)

    def _column(self, agreed: str) -> Line:
        columns = self.mapped[agreed]
        checks = []
        if self.scores[agreed] < SURE:
            checks.append("is it this one?")
        if any(column.odd for column in columns):
            checks.append("some cells are not of its kind")
        if agreed in self.feed.used and not self.feed.may_lack(agreed) and any(column.share < 1 for column in columns):
            checks.append("some cells are empty, and may not be")
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
            required, codes = getattr(handling, "value", ""), self._codes(name)
            decisive = next((each for each in self.feed.decisive if each.column == name), None)
            if self.synonyms.meaning(name).holds == "body" and codes:
                several = len(codes) > 1 or len(self.said.get(name, ())) > 1
                yield (
                    "constants",
                    _pair(name, codes[0], f"{' or '.join(codes)}: whose records these are" if several else ""),
                )
            elif required:
                yield "constants", _pair(name, required)
            elif self.feed.may_lack(name):
                yield "absent", _pair(name, "not exported", self.synonyms.meaning(name).absent)
            elif name in self.feed.identifying:
                yield "keys", self._key(name)
            elif decisive and decisive.constant and decisive.closed:
                yield "constants", _pair(name, decisive.closed[0], "this keeps everything back")
            elif codes and not decisive:
                yield "constants", _pair(name, codes[0], f"one of {', '.join(codes)}, the same in every row")
            else:
                yield self._needed(name)

    def _needed(self, name: str) -> tuple[str, Line]:
        """Return the line for an agreed column that has to be there: another one, a word or a question."""
        others = [each for each in self.synonyms.meaning(name).instead if each in self.mapped]
        other = min(others, key=self._unlike_codes, default="")
        if other:
            theirs = _spellings(self.mapped[other])
            return "columns", _pair(name, theirs, f"there is none: that of `{other}` stands for it")
        if set(self.feed.made_of(name)) & set(self.feed.open_text):
            return "constants", _pair(name, "Not recorded", "nothing looks like it, and this is published in every row")
        return "columns", Line(f"# {_text(name)} = ", "nothing looks like it, and it has to be there")

    def _unlike_codes(self, agreed: str) -> tuple[bool, float]:
        """Return how badly a column would stand for one of codes: cells that are no key, then numbers in front."""
        columns = self.mapped[agreed]
        return any(column.no_key or column.share < 1 for column in columns), max(column.numbered for column in columns)

    def _key(self, name: str) -> Line:
        parts = [part for part in self.synonyms.meaning(name).made_of if part in self.mapped]
        if not parts:
            return _pair(name, ROW)
        return _pair(name, parts, "together they have to tell one from another")

    def _made_keys(self) -> dict[str, Line]:
        """Return the references whose column has cells that are empty or no key: others of the row help them out."""
        made = {}
        for name in self.feed.identifying:
            theirs, meaning = self.mapped.get(name, []), self.synonyms.meaning(name)
            spelling = _spellings(theirs) if theirs and name in self.feed.used else []
            if isinstance(spelling, str) and any(column.no_key or column.share < 1 for column in theirs):
                parts = [spelling, *(part for part in meaning.made_of if part in self.mapped)]
                made[name] = _pair(name, parts, "some cells of the first are empty or no reference")
        return made

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
