"""What treatments and row rules may know beside the cells themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from pipeline.model.periods import MONTH

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence

    import pyarrow as pa

    from pipeline.model.accounts import Totals
    from pipeline.model.periods import Period, PeriodKind

_Made = TypeVar("_Made")


class CodeListRows(Protocol):
    """One code list."""

    @property
    def rows(self) -> Sequence[Mapping[str, str]]:
        """The rows in the list's order."""

    def mapping(self, key: str = "code", value: str = "label", *, month: Period | None = None) -> dict[str, str]:
        """Return ``value`` by ``key`` for the rows that are valid in ``month``."""

    def values(self, column: str = "label") -> tuple[str, ...]:
        """Return the distinct values of ``column``."""


class CodeListReader(Protocol):
    """The code lists, by name."""

    def read(self, name: str) -> CodeListRows:
        """Return the list ``name``; `InputError` where it cannot be read."""


class ReferenceReader(Protocol):
    """The force's own reference lists, by name."""

    def table(self, name: str) -> pa.Table | None:
        """Return the list as text columns, None where the force has none."""

    def is_absent(self, name: str) -> bool:
        """Return whether the force has no such list."""

    def derived(self, name: str, make: Callable[[pa.Table], _Made]) -> _Made | None:
        """Return what ``make`` makes of the list, made once for the same bytes; None where there is no list."""


class ReleasedPlaces(NamedTuple):
    """What releases that were snapped with one list of map points hold: records, and records with their place."""

    references: ReferenceReader
    records: pa.Array
    places: pa.Array


class PseudonymMaker(Protocol):
    """Keyed hashes of references."""

    def one(self, scope: str, *parts: str, length: int = ...) -> str:
        """Return the pseudonym of one reference."""

    def protection(self, scope: str, column: pa.Array) -> pa.Array:
        """Return the key under which each reference is protected, however it is written; null where it has none."""

    def protection_of(self, scope: str, text: str) -> str:
        """Return the key under which one reference is protected, "" where it has none."""

    def column(self, scope: str, parts: Sequence[pa.Array], *, length: int = ...) -> pa.Array:
        """Return the pseudonym of each row's parts, null where a part is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One period, ``month``, of one force: code lists, references, settings, key, and what the private index knows.

    ``registers`` hold, by register, the combined entry of each keyed reference, over everything held or ever received.
    ``file_months`` are the months of the extracts by path.  ``options`` are the settings that the dataset's handlings
    need, by their class.  ``released_places`` are there where releases were snapped with several lists of map points,
    the list of this month first.  ``kept_back`` is what the release of this month that is out keeps back of its rows,
    as entries of the private index.  ``totals`` are the control totals of the releases that a derived period is made
    of, by dataset and period.  ``publishers`` are names by key, ``declared`` the title and the publisher of each
    dataset by name, None where the force does not publish it: both only where a dataset tells what stands.
    """

    month: Period
    kind: PeriodKind = MONTH
    as_of: dt.date
    pseudonyms: PseudonymMaker
    codelists: CodeListReader
    references: ReferenceReader
    force: str
    force_name: str
    bodies: Mapping[str, str]
    options: Mapping[type[Any], Any]
    registers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    file_months: Mapping[str, Period] = field(default_factory=dict)
    released_places: Sequence[ReleasedPlaces] = ()
    kept_back: Collection[str] = ()
    totals: Mapping[str, Mapping[Period, Totals]] = field(default_factory=dict)
    publishers: Mapping[str, str] = field(default_factory=dict)
    declared: Mapping[str, tuple[str, str] | None] = field(default_factory=dict)

    @property
    def first_month(self) -> str:
        """The first calendar month, "" where there is none: code lists are valid by month."""
        return self.kind.span([self.month])[0][:7]

    @property
    def last_month(self) -> str:
        """The last calendar month, "" where there is none."""
        return self.kind.span([self.month])[1][:7]

    def option(self, kind: type[_Made]) -> _Made:
        """Return the settings of a kind that a handling of the dataset needs."""
        found: _Made = self.options[kind]
        return found
