"""The force's neighbourhoods and the areas in each: rows made of its own lists, which are refused whole when wrong.

They are one extract, of the only period there is.  A code of the Government Statistical Service has nine characters;
its first three say what kind of area it is.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple

import pyarrow as pa

from pipeline.columns.open_text import is_formula_text
from pipeline.errors import InputError
from pipeline.extract.given import Made, text_columns
from pipeline.extract.header import match_header
from pipeline.extract.partition import sha256_of
from pipeline.extract.paths import exists, safe_path
from pipeline.extract.reference import file_of, read_references
from pipeline.model.tables import Extracted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.periods import Period, PeriodKind
    from pipeline.model.source import Names, Remember

    Line = Mapping[str, str]

#: The folder of lists, beside that of extracts.
_REFERENCE = "reference"
_NEIGHBOURHOODS, _LSOAS, _BOUNDARIES = "neighbourhoods", "lsoas", "neighbourhood-boundaries"
#: Codes of wards, of local authorities and of lower layer super output areas, of England and Wales.
_WARD: Final = re.compile(r"[EW]05[0-9]{6}", re.ASCII)
_AUTHORITY: Final = re.compile(r"(?:E0[6-9]|W06)[0-9]{6}", re.ASCII)
_LSOA: Final = re.compile(r"[EW]01[0-9]{6}", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
#: Fewer households than this would be somebody.
_FEWEST_HOUSEHOLDS: Final = 8
#: The line of a list's first row: the header is line 1.
_FIRST: Final = 2


class Row(NamedTuple):
    """A row that is made of lists: its number, which no other has, and its cells by column."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class KeptLists(Made, ABC):
    """An extract that is made of lists below ``data/reference``: ``lists``, the first of which names it.

    There is one once the lists ``first`` are there; each of the others must be there too.
    """

    lists: ClassVar[tuple[str, ...]]
    first: ClassVar[tuple[str, ...]]

    @abstractmethod
    def rows(self, lists: Mapping[str, pa.Table]) -> Sequence[Row]:
        """Return the rows; `InputError` where the lists contradict."""

    def extracts(self, root: Path, kind: PeriodKind, _remember: Remember) -> dict[str, Period]:
        """Return the extract, where the lists are there that it begins with."""
        there = all(exists(_beside(root), file_of(name)) for name in self.first)
        return {f"{_REFERENCE}/{file_of(self.lists[0])}": kind.only} if there else {}

    def sha256(self, root: Path, _path: str, remember: Remember) -> str:
        """Return the sha256 of all its lists."""
        folder = _beside(root)
        files = {name: file_of(name) for name in self.lists if exists(folder, file_of(name))}
        return _together(
            {
                name: remember("sha256", safe_path(folder, file), partial(sha256_of, folder, file))
                for name, file in files.items()
            }
        )

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` of the rows that are made of the lists."""
        folder = _beside(root)
        found = read_references(folder, self.lists)
        rows = self.rows({name: each.table for name, each in found.lists.items()})
        match_header(tuple(rows[0].cells) if rows else declared, declared, where=path)
        return Extracted(
            path=path,
            bytes=sum((folder / file_of(name)).stat().st_size for name in self.lists),
            sha256=_together({name: each.sha256 for name, each in found.lists.items()}),
            encoding="utf-8",
            cells=text_columns({name: [row.cells[name] or None for row in rows] for name in columns}, dictionaries),
            rows=pa.array([row.number for row in rows], pa.int64()),
        )


def _beside(root: Path) -> Path:
    return root.parent / _REFERENCE


def _together(digests: Mapping[str, str]) -> str:
    return hashlib.sha256("\n".join(f"{name} {each}" for name, each in sorted(digests.items())).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Neighbourhoods(KeptLists):
    """Neighbourhoods, one row each, with what lies in each of them."""

    lists: ClassVar[tuple[str, ...]] = (_NEIGHBOURHOODS, _LSOAS, _BOUNDARIES)
    first: ClassVar[tuple[str, ...]] = (_NEIGHBOURHOODS, _LSOAS)

    def rows(self, lists: Mapping[str, pa.Table]) -> Sequence[Row]:
        """Return one row a neighbourhood, in the order of their first lines."""
        places = _checked(lists)
        drawn: list[str] = lists[_BOUNDARIES].column("neighbourhood_code").to_pylist()
        for number, code in enumerate(drawn, 1):
            if code not in places:
                said = f"is of a neighbourhood that {_NEIGHBOURHOODS}.csv lacks"
                raise _wrong(f"{_BOUNDARIES}.geojson, feature {number:,}", "the feature", said)
        return [Row(number, _summary(code, lines, drawn)) for code, (number, lines) in places.items()]


@dataclass(frozen=True, slots=True)
class AreasOfNeighbourhoods(KeptLists):
    """The beats, wards and lower layer super output areas of each neighbourhood, one row each."""

    lists: ClassVar[tuple[str, ...]] = (_NEIGHBOURHOODS, _LSOAS)
    first: ClassVar[tuple[str, ...]] = (_NEIGHBOURHOODS, _LSOAS)

    def rows(self, lists: Mapping[str, pa.Table]) -> Sequence[Row]:
        """Return one row for each area of a neighbourhood."""
        every = [(code, *area) for code, (_, lines) in _checked(lists).items() for area in _areas(lines)]
        names = ("neighbourhood_code", "area_kind", "area_code", "area_name")
        return [Row(number, dict(zip(names, cells, strict=True))) for number, cells in enumerate(every, 1)]


class _Lines(dict[str, list["Line"]]):
    """The lines of one neighbourhood, by the name of their list."""


def _checked(lists: Mapping[str, pa.Table]) -> dict[str, tuple[int, _Lines]]:
    """Return the lines of each neighbourhood with the number of its first one; lists that contradict are refused."""
    found: dict[str, tuple[int, _Lines]] = {}
    for number, line in _numbered(lists[_NEIGHBOURHOODS]):
        code, where = line["neighbourhood_code"], (f"{_NEIGHBOURHOODS}.csv", number)
        _refuse_line(line, where, keys=("neighbourhood_code", "neighbourhood_name", "beat_code"))
        _refuse_codes(line, where, {"ward_code": _WARD, "lad_code": _AUTHORITY})
        _refuse_counts(line, where, ("households",))
        known = found.setdefault(code, (number, _Lines({_NEIGHBOURHOODS: [], _LSOAS: []})))[1]
        _refuse_contradiction(line, known[_NEIGHBOURHOODS], where)
        known[_NEIGHBOURHOODS].append(line)
    _add_lsoas(found, lists[_LSOAS])
    for number, lines in found.values():
        if 0 < _households(lines[_NEIGHBOURHOODS]) < _FEWEST_HOUSEHOLDS:
            said = f"has 1 to {_FEWEST_HOUSEHOLDS - 1} households: it would be somebody"
            raise _wrong(f"{_NEIGHBOURHOODS}.csv, row {number:,}", "the neighbourhood", said)
    return found


def _add_lsoas(found: Mapping[str, tuple[int, _Lines]], table: pa.Table) -> None:
    seen: set[str] = set()
    for number, line in _numbered(table):
        code, where = line["lsoa_code"], (f"{_LSOAS}.csv", number)
        _refuse_line(line, where, keys=("lsoa_code",))
        _refuse_codes(line, where, {"lsoa_code": _LSOA, "lad_code": _AUTHORITY})
        _refuse_counts(line, where, ("households", "population"))
        if code in seen:
            raise _at(where, "lsoa_code", "comes twice")
        seen.add(code)
        if not line["neighbourhood_code"]:
            continue  # it lies in none
        if line["neighbourhood_code"] not in found:
            raise _at(where, "neighbourhood_code", f"is none that {_NEIGHBOURHOODS}.csv has")
        found[line["neighbourhood_code"]][1][_LSOAS].append(line)


def _numbered(table: pa.Table) -> Iterator[tuple[int, Line]]:
    return enumerate(table.to_pylist(), _FIRST)


# --- what is refused ---------------------------------------------------------------------------------


def _refuse_line(line: Line, where: tuple[str, int], *, keys: Iterable[str]) -> None:
    """Refuse a line with an empty key, or with a cell that a spreadsheet would run."""
    for name in keys:
        if not line[name]:
            raise _at(where, name, "is empty")
    for name, cell in line.items():
        if cell and is_formula_text(cell):
            raise _at(where, name, "begins a formula")


def _refuse_codes(line: Line, where: tuple[str, int], patterns: Mapping[str, re.Pattern[str]]) -> None:
    for name, pattern in patterns.items():
        if pattern.fullmatch(line[name]) is None:
            raise _at(where, name, "is no code of its kind of area (Government Statistical Service)")


def _refuse_counts(line: Line, where: tuple[str, int], names: Iterable[str]) -> None:
    for name in names:
        if _COUNT.fullmatch(line[name]) is None:
            raise _at(where, name, "is no whole number")


def _refuse_contradiction(line: Line, before: Sequence[Line], where: tuple[str, int]) -> None:
    """Refuse a second name of a neighbourhood, and a second number of households of a beat in a ward."""
    if before and before[0]["neighbourhood_name"] != line["neighbourhood_name"]:
        raise _at(where, "neighbourhood_name", "is a second name of the same neighbourhood")
    for each in before:
        if _place(each) == _place(line) and int(each["households"]) != int(line["households"]):
            raise _at(where, "households", "differs from that of the same beat and ward above")


def _at(where: tuple[str, int], name: str, said: str) -> InputError:
    file, number = where
    return _wrong(f"{file}, row {number:,}", f"the cell of `{name}`", said)


def _wrong(where: str, what: str, said: str) -> InputError:
    fix = "correct the file; what is public of it stays"
    return InputError("bad-reference", f"{what} {said}", where=f"reference/{where}", fix=fix)


# --- what is made of them ----------------------------------------------------------------------------


def _summary(code: str, lines: _Lines, drawn: Iterable[str]) -> dict[str, str]:
    """Return the row of a neighbourhood."""
    own, lsoas = lines[_NEIGHBOURHOODS], lines[_LSOAS]
    return {
        "neighbourhood_code": code,
        "neighbourhood_name": own[0]["neighbourhood_name"],
        "lad_codes": ";".join(sorted({line["lad_code"] for line in own})),
        "beats": str(len({line["beat_code"] for line in own})),
        "wards": str(len({line["ward_code"] for line in own})),
        "lsoas": str(len(lsoas)),
        "households": str(_households(own)),
        "population": str(sum(int(line["population"]) for line in lsoas)) if lsoas else "",
        "has_boundary": "true" if code in drawn else "false",
    }


def _households(own: Iterable[Line]) -> int:
    """Return the households of the distinct lines of a beat and a ward: a line may come twice."""
    return sum({_place(line): int(line["households"]) for line in own}.values())


def _place(line: Line) -> tuple[str, str]:
    return line["beat_code"], line["ward_code"]


def _areas(lines: _Lines) -> Iterator[tuple[str, str, str]]:
    """Yield kind, code and name of each area of a neighbourhood, once; only those that have one are named."""
    by_kind = defaultdict[str, dict[str, str]](dict)
    for line in lines[_NEIGHBOURHOODS]:
        by_kind["beat"][line["beat_code"]] = by_kind["ward"][line["ward_code"]] = ""
    by_kind["lsoa"] |= {line["lsoa_code"]: line["lsoa_name"] for line in lines[_LSOAS]}
    for kind, areas in by_kind.items():
        yield from ((kind, code, name) for code, name in areas.items())
