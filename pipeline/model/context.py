"""What treatments and row rules may know beside the cells themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from pipeline.model.periods import MONTH

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping, Sequence

    import pyarrow as pa

    from pipeline.codelists import CodeLists
    from pipeline.columns.pseudonyms import Pseudonyms
    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.reasons import Totals

_Made = TypeVar("_Made")


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
    pseudonyms: Pseudonyms
    codelists: CodeLists
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
