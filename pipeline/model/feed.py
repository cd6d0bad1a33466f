"""What a feed declares: one kind of extract, and the handling of each of its raw columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pipeline.model.handling import SNAPSHOT, Constant, OnEveryRow, Snapshot, Treatment, Withheld, columns_of
from pipeline.model.periods import MONTH
from pipeline.model.row_rule import RowRule
from pipeline.model.tables import WHOLE_ROW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model.handling import Decisive, Handling
    from pipeline.model.mapping import ExportMapping
    from pipeline.model.periods import PeriodKind
    from pipeline.model.source import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One kind of extract: what becomes of each of its raw columns, which stands in ``columns`` exactly once.

    It is called after the folder or the file of its extracts, unless it has a ``name`` of its own.  ``constants`` are
    published columns that no raw column is needed for; a register's entries bear their snapshot.  A rule that settles a
    raw column stands at it, one over several columns in ``rules``; rules decide in the order of their lines, those of
    ``columns`` first but for those that decide ``directly``, and afterwards ``rules`` holds them all.
    ``period`` is the kind of period that its rows are released by, and how a row tells which is its own.
    ``can_be_absent``: a force may have no such register yet, and what other feeds hold is published without it.
    ``mapping`` is how a force's own exports are read as its extracts;
    ``shown_in`` are, by raw column that identifies somebody, the published columns in which the same cells stand.

    Raises:
        ValueError: It has no name, a raw column has two handlings, a column that is read has none, or a published
            column is made twice.
    """

    name: str = ""
    title: str
    source: Source
    period: PeriodKind = MONTH
    columns: Mapping[str | tuple[str, ...], Handling]
    constants: Mapping[str | tuple[str, ...], OnEveryRow | str | None] = field(default_factory=dict)
    rules: tuple[RowRule, ...] = ()
    mapping: ExportMapping | None = None
    can_be_absent: bool = False
    shown_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Bind each handling to its raw columns, and each constant to its published ones."""
        object.__setattr__(self, "name", self.name or _called_after(self.source.form.file))
        bound = {key: handling.bind(*columns_of(key)) for key, handling in self.columns.items()}
        object.__setattr__(self, "columns", MappingProxyType(bound))
        constants = {
            key: (text if isinstance(text, OnEveryRow) else Constant(text)).fill(*columns_of(key))
            for key, text in self._with_snapshot().items()
        }
        object.__setattr__(self, "constants", MappingProxyType(constants))
        shown = {column: names for each in self.treatments for column, names in each.shown_in.items()}
        object.__setattr__(self, "shown_in", {**shown, **self.shown_in})
        at_columns = (rule for rule in bound.values() if isinstance(rule, RowRule))
        over_several = (rule if rule.columns else rule.bind() for rule in self.rules)
        public = tuple(name for each in bound.values() if not isinstance(each, Withheld) for name in each.columns)
        own = (rule.among(public) for rule in over_several if not rule.columns)
        rules = sorted((*at_columns, *own), key=lambda rule: not rule.directly)
        object.__setattr__(self, "rules", tuple(rules))
        if mistakes := tuple(self._mistakes()):
            raise ValueError(f"feed {self.name}: {'; '.join(mistakes)}")

    def _with_snapshot(self) -> Mapping[str | tuple[str, ...], OnEveryRow | str | None]:
        """Return the constants with the snapshot of a register whose entries are named."""
        entered = self.period.register and any(rule.entry for rule in self.rules)
        return {SNAPSHOT: Snapshot(), **self.constants} if entered else self.constants

    def _mistakes(self) -> Iterator[str]:
        if not self.name:
            yield "it has no name, and no file that it could be called after"
        for column, times in Counter(self.declared).items():
            if times > 1:
                yield f"the raw column {column} has {times} handlings"
        for column in self.used:
            if column not in self.declared:
                yield f"{column} is read, and is no raw column of the feed"
        for column, times in Counter(made for treatment in self.treatments for made in treatment.makes).items():
            if times > 1:
                yield f"the published column {column} is made {times} times"

    @property
    def dated_by(self) -> str:
        """The raw column whose day gives a row's period; "" where a row's period is its file's."""
        return self.period.dated_by

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """What makes published columns."""
        every = (*self.columns.values(), *self.constants.values())
        return tuple(each for each in every if isinstance(each, Treatment))

    @property
    def withheld(self) -> tuple[Withheld, ...]:
        """What never leaves and is not read for the corridor."""
        return tuple(each for each in self.columns.values() if isinstance(each, Withheld))

    @property
    def handlings(self) -> tuple[Handling, ...]:
        """What becomes of raw columns and rows."""
        return (*self.treatments, *self.rules, *self.withheld)

    @property
    def declared(self) -> tuple[str, ...]:
        """Every raw column of the extract."""
        return tuple(column for key in self.columns for column in columns_of(key))

    @property
    def used(self) -> tuple[str, ...]:
        """The raw columns that treatments and rules read."""
        dated = (self.dated_by,) if self.dated_by else ()
        return tuple(dict.fromkeys((*dated, *(column for each in self.handlings for column in each.reads))))

    @property
    def whole_rows(self) -> bool:
        """Whether a rule asks which rows are equal in every raw cell."""
        return any(rule.whole_rows for rule in self.rules)

    @property
    def shared(self) -> frozenset[tuple[str, str]]:
        """The registers that it shares with feeds of other datasets, each with its scope."""
        return frozenset((rule.register, rule.scope) for rule in self.rules if rule.shared)

    def again(self, *, columns: Mapping[str | tuple[str, ...], Handling], **more: Any) -> Feed:  # noqa: ANN401 - as the feed
        """Return a feed of the same extract for another dataset: what is withheld here is withheld there too.

        Every column that is not withheld here has to stand in ``columns``; a withheld one may.

        Raises:
            ValueError: A column that is used here has no handling there.
        """
        named = {column for key in columns for column in columns_of(key)}
        kept = {tuple(name for name in each.columns if name not in named): each for each in self.withheld}
        if unsaid := sorted(set(self.declared) - named - {name for names in kept for name in names}):
            raise ValueError(f"feed {self.name}, again: nothing says what becomes of {', '.join(unsaid)}")
        fates: dict[str | tuple[str, ...], Handling] = {**columns}
        fates |= {names: each for names, each in kept.items() if names}
        return replace(self, **{"rules": (), "constants": {}, "shown_in": {}, "columns": fates, **more})

    def entering(self) -> Feed:
        """Return the feed of which nothing is published, and nothing asked but what it enters in shared registers."""
        columns = {
            key: each if isinstance(each, RowRule) and each.shared else Withheld() for key, each in self.columns.items()
        }
        return replace(self, columns=columns, constants={}, rules=())

    @property
    def carried(self) -> tuple[str, ...]:
        """The columns that go through the corridor: the used ones, and a digest of the whole row where one is asked."""
        return (*self.used, *([WHOLE_ROW] if self.whole_rows else []))

    @property
    def dates(self) -> tuple[str, ...]:
        """The raw columns that hold dates."""
        dated = (self.dated_by,) if self.dated_by else ()
        of_rules = (column for rule in self.rules for column in rule.moments)
        return tuple(dict.fromkeys((*dated, *self._holding("dates"), *of_rules)))

    @property
    def amounts(self) -> tuple[str, ...]:
        """The raw columns that hold amounts."""
        return self._holding("amounts")

    @property
    def periods(self) -> tuple[str, ...]:
        """The raw columns that hold the period of their file."""
        return self._holding("periods")

    def _holding(self, what: str) -> tuple[str, ...]:
        every = (column for each in self.treatments if each.cells_are == what for column in each.columns)
        return tuple(dict.fromkeys(every))

    @property
    def together(self) -> tuple[str, ...]:
        """The raw columns by which rows belong together, and to one period."""
        return tuple(dict.fromkeys(column for rule in self.rules for column in rule.together))

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The raw columns whose cells decide whether something is protected."""
        return tuple(dict.fromkeys(each for handling in self.handlings for each in handling.decisive))

    def in_words(self, column: str) -> str:
        """Return what messages call a raw column: what the force's own export calls it, where that is read."""
        return self.mapping.in_words(column) if self.mapping else f"`{column}`"

    def may_lack(self, column: str) -> bool:
        """Return whether a force's system may lack a raw column: all that reads it can do without."""
        reading = [each for each in self.handlings if column in each.reads]
        return column != self.dated_by and all(column in each.optional for each in reading)

    def made_of(self, column: str) -> tuple[str, ...]:
        """Return the published columns that are made of a raw column."""
        every = (each.makes for each in self.treatments if column in each.columns)
        return tuple(dict.fromkeys(name for names in every for name in names))

    @property
    def recurring(self) -> tuple[str, ...]:
        """The used columns whose cells recur, so that a dictionary of them pays."""
        varied = {column for treatment in self.treatments for column in treatment.varied}
        return tuple(column for column in self.used if column not in varied)

    @property
    def identifying(self) -> tuple[str, ...]:
        """The raw columns that are withheld because they identify somebody or their record."""
        return tuple(dict.fromkeys(column for each in self.handlings for column in each.identifies))

    @property
    def open_text(self) -> tuple[str, ...]:
        """The published columns whose text comes from no closed list."""
        return tuple(dict.fromkeys(column for treatment in self.treatments for column in treatment.open_text))


def _called_after(file: str) -> str:
    """Return what an extract is called: as the folder of its files, or as the one file that it is."""
    *folders, name = file.split("/")
    return name.partition(".")[0] if "{" not in name else (folders or [""])[-1]
