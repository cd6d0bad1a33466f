"""What a dataset declares: its feeds, the handling of each raw column, what the public is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.model.handling import Handling, RowRule, Treatment, Withheld
    from pipeline.model.tables import Extracted


# --- declarations ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One kind of extract and the fate of each of its columns, declared exactly once.

    ``dated_by`` is the raw column whose day gives a row's month; "" where a row's month is its file's.
    ``rules`` decide about rows in their order.  ``withheld`` never leaves and is not read for the corridor.
    """

    name: str
    title: str
    source: Source
    dated_by: str = ""
    treatments: tuple[Treatment, ...]
    rules: tuple[RowRule, ...] = ()
    withheld: tuple[Withheld, ...] = ()

    @property
    def fates(self) -> tuple[Handling, ...]:
        """Everything that settles a raw column."""
        return (*self.treatments, *self.rules, *self.withheld)

    @property
    def declared(self) -> tuple[str, ...]:
        """Every raw column of the extract."""
        return tuple(column for fate in self.fates for column in fate.settles)

    @property
    def used(self) -> tuple[str, ...]:
        """The raw columns that treatments and rules read."""
        dated = (self.dated_by,) if self.dated_by else ()
        return tuple(dict.fromkeys((*dated, *(column for fate in self.fates for column in fate.reads))))

    @property
    def dates(self) -> tuple[str, ...]:
        """The raw columns that hold dates."""
        dated = (self.dated_by,) if self.dated_by else ()
        return tuple(dict.fromkeys((*dated, *(column for treatment in self.treatments for column in treatment.dates))))

    @property
    def recurring(self) -> tuple[str, ...]:
        """The used columns whose cells recur, so that a dictionary of them pays."""
        varied = {column for treatment in self.treatments for column in treatment.varied}
        return tuple(column for column in self.used if column not in varied)

    @property
    def identifying(self) -> tuple[str, ...]:
        """The raw columns that are withheld because they identify somebody or their record."""
        return tuple(dict.fromkeys(column for fate in self.fates for column in fate.identifies))

    @property
    def open_text(self) -> tuple[str, ...]:
        """The published columns whose text comes from no closed list."""
        return tuple(dict.fromkeys(column for treatment in self.treatments for column in treatment.open_text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share of a feed's published rows that is watched: of a quality ``figure``, or with a ``value`` of a ``column``.

    ``whole``: what is watched is that all rows have the value, where some rows of other months have another.
    """

    title: str
    feed: str
    figure: str = ""
    column: str = ""
    value: str = ""
    whole: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """What is published under one name: its feeds, the order of its rows, what the public is told.

    ``references`` are the keyed references that the private index keeps: the published column of each, by
    scope.  ``reference_files`` are the names below ``data/reference`` that it needs, ``settings`` the sections
    of the settings that can change its rows.  ``granularity`` is the smallest area that a row gives, "" where
    it gives none.  ``statements`` may name settings in braces.  ``order`` names the published columns that
    rows are sorted by: all of them, where the declaration does not say.  The schema has title and description.
    ``categories`` are published columns of closed lists, and ``shares`` what else a month is compared with others by.
    """

    name: str
    family: str
    theme: str
    tags: tuple[str, ...]
    feeds: tuple[Feed, ...]
    references: Mapping[str, str]
    reference_files: tuple[str, ...] = ()
    settings: tuple[str, ...] = ("force",)
    granularity: str = ""
    statements: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    title: str = ""
    description: str = ""


class Source(Protocol):
    """An archetype that a feed chooses: how extracts are found below ``data/raw`` and read as text."""

    def read(
        self,
        root: Path,
        path: str,
        columns: Sequence[str],
        declared: Sequence[str],
        *,
        dictionaries: Sequence[str] = (),
    ) -> Extracted:
        """Return the asked ``columns`` of the extract at ``path`` below ``root``, ``dictionaries`` encoded.

        ``declared`` are all the columns that the feed names; other, missing or doubled ones raise
        `InputError` ``unknown-column``, all in one message.
        """
