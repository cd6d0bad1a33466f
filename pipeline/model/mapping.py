"""How a force's own export becomes an agreed extract: what the settings say, without a line of Python."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

#: The part of a key that nothing but its place tells: file, sheet and row number.
ROW: Final = "row"
#: Where a row's period stands when no column gives it.
FILE, SHEET = "file", "sheet"
FIND, NONE = "find", "none"
EVERY_SHEET: Final = "*"


class Fate(NamedTuple):
    """Why a column of the force's own is not published, and whom it identifies, "" for nobody."""

    why: str
    whom: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMapping:
    """The mapping of one feed, as `[extracts.NAME]` says it; agreed names first, the force's own behind.

    ``header`` is `find`, `none` or a row's number; ``month`` is `file`, `sheet` or one of their columns.  ``columns``
    are the spellings of each agreed column, one of which stands in each header; ``codes`` their cells with the agreed
    code; ``keys`` the parts of a key that the system lacks; ``absent`` what it does not hold, with the reason.
    """

    feed: str
    files: tuple[str, ...] = ()
    sheets: tuple[str, ...] = (EVERY_SHEET,)
    header: str = FIND
    encoding: str = "utf-8"
    delimiter: str = ","
    dates: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    month: str = FILE
    stop_at: str = ""
    allow: tuple[str, ...] = ()
    table: str = ""
    query: str = ""
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    withheld: Mapping[str, Fate] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Let nothing in it change."""
        for name in ("columns", "constants", "codes", "keys", "absent", "withheld"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def is_database(self) -> bool:
        """Whether it reads a database, and no files."""
        return bool(self.table or self.query)

    @property
    def by_column(self) -> bool:
        """Whether a column of theirs gives the period of each row."""
        return self.month not in (FILE, SHEET)

    def spellings(self, name: str) -> tuple[str, ...]:
        """Return the spellings of a column that is named as theirs, or by its agreed name."""
        return self.columns.get(name, (name,))

    def in_words(self, agreed: str) -> str:
        """Return what messages call an agreed column: the force's own names for it first."""
        theirs = self.columns.get(agreed, ())
        said = " or ".join(f"`{name}`" for name in theirs)
        return f"{said} ({agreed})" if {folded(name) for name in theirs} - {folded(agreed)} else f"`{agreed}`"

    @property
    def named(self) -> tuple[str, ...]:
        """Every agreed column that it says something of."""
        return tuple(dict.fromkeys((*self.columns, *self.constants, *self.keys, *self.absent)))

    def theirs(self) -> Iterator[tuple[str, ...]]:
        """Yield the spellings of each column that must stand in an export, without those that are withheld."""
        yield from self.columns.values()
        for parts in self.keys.values():
            yield from ((part,) for part in parts if part not in (ROW, *self.columns))
        if self.by_column and self.month not in self.columns:
            yield (self.month,)


def folded(name: str) -> str:
    """Return a column's name as names are compared: trimmed, blanks inside collapsed, case aside."""
    return " ".join(name.replace("\u00a0", " ").split()).casefold()
