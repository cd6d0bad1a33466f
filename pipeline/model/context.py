"""What treatments and row rules may know beside the cells themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    import pyarrow as pa

    from pipeline.model.periods import Month

_Made = TypeVar("_Made")
#: What a contract's reference looks like where the settings do not say: a digit in it, no telephone number.
CONTRACT_REFERENCE: Final = r"(?=.*[0-9])(?!.*[0-9]{10})[A-Za-z0-9][A-Za-z0-9._/-]{0,39}"


class CodeListRows(Protocol):
    """One code list."""

    @property
    def rows(self) -> Sequence[Mapping[str, str]]:
        """The rows in the list's order."""

    def mapping(self, key: str = "code", value: str = "label", *, month: Month | None = None) -> dict[str, str]:
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
class Threshold:
    """When a transaction is large enough to be published: operator, amount and basis are settings."""

    amount: Decimal
    operator: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendChecks:
    """What the settings say of cells of a ledger.

    ``payment_days`` are the days that a payment may lie outside the period of its accounts, ``contract_reference`` the
    pattern of a contract's reference, ``value_for_money`` whether a reason must be there.
    """

    payment_days: int = 92
    contract_reference: str = CONTRACT_REFERENCE
    value_for_money: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One month of one force: code lists, reference lists, settings, key, and what the private index knows.

    ``registers`` hold, by register, the combined entry of each keyed reference, over everything held or ever received.
    ``file_months`` are the months of the extracts by path.  ``incident_days``: incident numbers begin again, so that
    number and day together name an incident.  ``released_places`` are there where releases were snapped with several
    lists of map points, the list of this month first.
    """

    month: Month
    as_of: dt.date
    pseudonyms: PseudonymMaker
    codelists: CodeListReader
    references: ReferenceReader
    force: str
    force_name: str
    bodies: Mapping[str, str]
    threshold: Threshold
    spend: SpendChecks = SpendChecks()
    registers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    file_months: Mapping[str, Month] = field(default_factory=dict)
    incident_days: bool = False
    released_places: Sequence[ReleasedPlaces] = ()
