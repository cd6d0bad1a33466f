"""What a draft says of each agreed column and of each of theirs: mapped, made, a constant, absent, withheld."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.extract.mapped.header import letter
from pipeline.model.handling import columns_of
from pipeline.model.mapping import ROW, folded, month_said
from pipeline.profiling import columns as kinds
from pipeline.profiling.likeness import SURE
from pipeline.protect.treatments import Coded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pipeline.profiling.columns import Column
    from pipeline.profiling.likeness import Likeness, Synonyms
    from pipeline.profiling.profile import Profile

#: What stands in columns that an export is hardly without, and whose cells have to be filled.
_FILLED = frozenset(("date", "money", "payee", "department", "category"))
_SHOWN_CODES = 40


class Line(NamedTuple):
    """A line of the block; ``check`` is what somebody has to look at, "" where nothing is in doubt."""

    text: str
    check: str = ""

    def __str__(self) -> str:
        """Return it as it stands in the file."""
        return f"{self.text}{'  ' if self.text else ''}# CHECK: {self.check}" if self.check else self.text


class Agreed:
    """The agreed columns of the feed that a file resembles: which of theirs are taken for them, in all of its sheets.

    ``ours`` are the codes that stand for the force and its bodies, by what a column of the synonyms holds.
    """

    def __init__(self, found: Profile, best: Likeness, synonyms: Synonyms, ours: Mapping[str, Sequence[str]]) -> None:
        """Take what each sheet proposes, and let go what cannot be mapped."""
        self.found, self.feed, self.synonyms, self.ours = found, best.feed, synonyms, ours
        self.taken: dict[str, list[Column]] = {}
        self.scores: dict[str, float] = {}
        self.said: dict[str, set[str]] = {}
        for sheet in found.chosen:
            for place, match in sheet.best.matches.items() if sheet.best else ():
                self.taken.setdefault(match.agreed, []).append(sheet.column(place))
                self.scores[match.agreed] = min(match.score, self.scores.get(match.agreed, 1.0))
                if self._codes(match.agreed) or match.agreed in self.feed.periods:
                    self.said.setdefault(match.agreed, set()).update(sheet.cells(place))
        self.mapped = {name: columns for name, columns in self.taken.items() if self._may_be_mapped(name, columns)}
        self.made = dict(self._made_keys())

    def forms(self, agreed: Iterable[str], what: str) -> list[str]:
        """Return the forms of dates or amounts (``what``) that stand in some agreed columns."""
        columns = (column for name in agreed for column in self.mapped.get(name, ()))
        return list(dict.fromkeys(form for column in columns for form in getattr(column, what)))

    def month_column(self) -> str:
        """Return the column of theirs that gives a row's month: one of months, else the date of the row."""
        for agreed in self.feed.periods:
            theirs = _spellings(self.taken.get(agreed, []))
            if isinstance(theirs, str) and self.said.get(agreed) and all(map(month_said, self.said[agreed])):
                return theirs
        dated = [*filter(None, (self.feed.dated_by,)), *self.feed.dates]
        return next((_name(self.mapped[agreed][0]) for agreed in dated if agreed in self.mapped), "")

    def parts(self) -> Iterator[tuple[str, list[Line]]]:
        """Yield each part of the block below its own heading, with its lines."""
        parts: dict[str, list[Line]] = {name: [] for name in ("columns", "constants", "keys", "absent", "withheld")}
        parts["columns"] = [self._column(name) for name in self.feed.declared if name in self.mapped.keys() - self.made]
        parts["keys"] = list(self.made.values())
        for part, line in self._lacking():
            parts[part].append(line)
        parts["withheld"] = list(self._withheld())
        for name in self.mapped:
            unknown = self.said.get(name, set()) - set(self._codes(name)) if self._codes(name) else set()
            if unknown:
                codes = self._codes(name)
                shown = ", ".join(codes[:_SHOWN_CODES]) + (", ..." if len(codes) > _SHOWN_CODES else "")
                check = f"{len(unknown):,} of their cells are no agreed code; a line each: their cell = one of {shown}"
                parts[f"codes.{text_of(name)}"] = [Line("", check)]
        yield from ((name, lines) for name, lines in parts.items() if lines)

    # --- which of theirs ---------------------------------------------------------------------------------

    def _codes(self, agreed: str) -> tuple[str, ...]:
        """Return the codes that an agreed column may hold, none where it is no column of a closed list."""
        ours = self.ours.get(self.synonyms.meaning(agreed).holds, ())
        handling = next((each for each in self.feed.handlings if agreed in each.columns), None)
        if ours or not isinstance(handling, Coded):
            return tuple(ours)
        lists = (CodeLists(CODELISTS, {}).read(name) for name in columns_of(handling.codelist))
        return tuple(code for each in lists for code in each.values(handling.key))

    def _may_be_mapped(self, agreed: str, columns: Sequence[Column]) -> bool:
        """Return whether a column is there in each sheet, tells rows apart where it should, names the force's own."""
        if len(columns) < len(self.found.chosen) or agreed in self.feed.periods:
            return False
        meaning = self.synonyms.meaning(agreed)
        if meaning.within:
            sound = not any(column.no_key or column.share < 1 for column in columns)
            return sound and all(sheet.is_key((meaning.within, agreed)) for sheet in self.found.chosen)
        return meaning.holds not in self.ours or not self.said[agreed].isdisjoint(self.ours[meaning.holds])

    def _made_keys(self) -> Iterator[tuple[str, Line]]:
        """Yield the references whose column has cells that are empty or no key: others of the row help them out."""
        for name in self.feed.identifying:
            theirs, meaning = self.mapped.get(name, []), self.synonyms.meaning(name)
            spelling = _spellings(theirs) if theirs and name in self.feed.used else []
            if isinstance(spelling, str) and any(column.no_key or column.share < 1 for column in theirs):
                others = [part for part in meaning.made_of if part in self.mapped]
                if others:
                    yield name, _pair(name, [spelling, *others], "some cells of the first are empty or no reference")

    def _column(self, agreed: str) -> Line:
        columns, meaning = self.mapped[agreed], self.synonyms.meaning(agreed)
        holds = meaning.holds
        checks = ["is it this one?"] if self.scores[agreed] < SURE else []
        checks += dict.fromkeys(filter(None, (meaning.asks(column.name or "") for column in columns)))
        if any(column.odd for column in columns):
            checks.append("some cells are not of its kind")
        needed = agreed in self.feed.used and not self.feed.may_lack(agreed)
        if holds in _FILLED and needed and any(column.share < 1 for column in columns):
            checks.append("some cells are empty, and may not be")
        if any(each.column == agreed for each in self.feed.decisive):
            checks.append(
                f"this decides what is protected: cells that are not the agreed codes need {self._place(agreed)}"
            )
        return _pair(agreed, _spellings(columns), "; ".join(checks))

    # --- what is not there -------------------------------------------------------------------------------

    def _lacking(self) -> Iterator[tuple[str, Line]]:
        """Yield each agreed column that is read and that the export lacks: the part of the block, and its line."""
        for name in self.feed.used:
            if name in self.mapped or name in self.feed.periods:
                continue
            handling = next((each for each in self.feed.handlings if name in each.columns), None)
            decisive = next((each for each in self.feed.decisive if each.column == name), None)
            ours = self.ours.get(self.synonyms.meaning(name).holds, ())
            if ours:
                yield "constants", _pair(name, ours[0], self._whose(name, ours))
            elif required := getattr(handling, "value", ""):
                yield "constants", _pair(name, required)
            elif self.feed.may_lack(name):
                yield "absent", _pair(name, "not exported", self.synonyms.meaning(name).absent)
            elif name in self.feed.identifying:
                parts = [part for part in self.synonyms.meaning(name).made_of if part in self.mapped]
                check = "together they have to tell one from another" if parts else ""
                yield "keys", _pair(name, parts or ROW, check)
            elif decisive and decisive.constant and decisive.closed:
                yield "constants", _pair(name, decisive.closed[0], "this keeps everything back")
            elif isinstance(handling, Coded) and handling.flag:
                codes = self._codes(name)
                yield "constants", _pair(name, codes[0], f"one of {', '.join(codes)}, the same in every row")
            else:
                yield self._needed(name)

    def _whose(self, name: str, ours: Sequence[str]) -> str:
        """Return what has to be looked at where every row is the force's, or one body's."""
        theirs = self.taken.get(name, [])
        said = len(self.said.get(name, ()))
        named = f"; `{_name(theirs[0])}` names {said:,}" if theirs and said > 1 else ""
        return f"{' or '.join(ours)}: whose records these are{named}" if len(ours) > 1 or named else ""

    def _needed(self, name: str) -> tuple[str, Line]:
        """Return the line for an agreed column that has to be there: another one, a word or a question."""
        others = [each for each in self.synonyms.meaning(name).instead if each in self.mapped]

        def unlike_codes(agreed: str) -> tuple[bool, float]:  # cells that are no key, then numbers in front
            columns = self.mapped[agreed]
            unlike = any(column.no_key or column.share < 1 for column in columns)
            return unlike, max(column.numbered for column in columns)

        other = min(others, key=unlike_codes, default="")
        if other:
            said = f"there is none: that of `{other}` stands for it{self._decides(name)}"
            return "columns", _pair(name, _spellings(self.mapped[other]), said)
        if set(self.feed.made_of(name)) & set(self.feed.open_text):
            return "constants", _pair(name, "Not recorded", "nothing looks like it, and this is published in every row")
        said = f"nothing looks like it, and it has to be there{self._decides(name)}"
        return "columns", Line(f"# {text_of(name)} = ", said)

    def _decides(self, name: str) -> str:
        """Return what depends on a column that protects, "" of another one."""
        if not any(each.column == name for each in self.feed.decisive):
            return ""
        return f"; it decides what is kept back: give cells that should be their code in {self._place(name)}"

    def _place(self, name: str) -> str:
        return f"[extracts.{self.feed.name}.codes.{text_of(name)}]"

    def _withheld(self) -> Iterator[Line]:
        """Yield the columns of theirs that nothing was taken for, each with a reason and with whom it identifies."""
        seen = {folded(_name(column)) for columns in self.mapped.values() for column in columns}
        for sheet in self.found.chosen:
            for column in sheet.columns:
                name = _name(column)
                if folded(name) in seen or (column.name is None and column.kind == kinds.EMPTY):
                    continue
                seen.add(folded(name))
                why = text_of(f"{', '.join(column.people)}: not published")
                if column.people:
                    yield Line(f'{text_of(name)} = {{why = {why}, whom = "somebody"}}', "whom does it identify?")
                else:
                    yield _pair(name, "empty" if column.kind == kinds.EMPTY else "not needed")


def _name(column: Column) -> str:
    return column.name or letter(column.place)


def _spellings(columns: Sequence[Column]) -> str | list[str]:
    by_fold: Mapping[str, str] = {folded(_name(column)): _name(column) for column in reversed(columns)}
    names = list(dict.fromkeys(by_fold[folded(_name(column))] for column in columns))
    return names[0] if len(names) == 1 else names


def _pair(name: str, value: str | Sequence[str], check: str = "") -> Line:
    return Line(f"{text_of(name)} = {text_of(value) if isinstance(value, str) else texts(value)}", check)


def text_of(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def texts(every: Iterable[str]) -> str:
    """Return texts as TOML writes a list of them."""
    return f"[{', '.join(map(text_of, every))}]"
