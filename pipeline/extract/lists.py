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
from typing import TYPE_CHECKING, ClassVar, Final

import pyarrow as pa

from pipeline.columns.text import is_formula_text
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
    #: The lines of one neighbourhood, by the name of their list.
    Lines = dict[str, list[Line]]

#: The folder of lists, beside that of extracts.
_REFERENCE = "reference"
_NEIGHBOURHOODS, _LSOAS, _BOUNDARIES = "neighbourhoods", "lsoas", "neighbourhood-boundaries"
#: Codes of wards, of local authorities and of lower layer super output areas, of England and Wales.
_WARD: Final = re.compile(r"[EW]05[0-9]{6}", re.ASCII)
_AUTHORITY: Final = re.compile(r"(?:E0[6-9]|W06)[0-9]{6}", re.ASCII)
_LSOA: Final = re.compile(r"[EW]01[0-9]{6}", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
#: What a cell that does not match its pattern is not.
_KINDS: Final = {
    **dict.fromkeys((_WARD, _AUTHORITY, _LSOA), "is no code of its kind of area (Government Statistical Service)"),
    _COUNT: "is no whole number",
}
#: Fewer households than this would be somebody.
_FEWEST_HOUSEHOLDS: Final = 8
#: The line of a list's first row: the header is line 1.
_FIRST: Final = 2


@dataclass(frozen=True, slots=True)
class KeptLists(Made, ABC):
    """An extract that is made of lists below ``data/reference``: ``lists``, the first of which names it.

    There is one once the two that all are made of are there; each of the others must be there too.
    """

    lists: ClassVar[tuple[str, ...]] = (_NEIGHBOURHOODS, _LSOAS)

    @abstractmethod
    def rows(self, lists: Mapping[str, pa.Table]) -> Mapping[int, Mapping[str, str]]:
        """Return the cells of each row by its number; `InputError` where the lists contradict."""

    def extracts(self, root: Path, kind: PeriodKind, _remember: Remember) -> dict[str, Period]:
        """Return the extract, where the lists are there that it begins with."""
        there = all(exists(_beside(root), file_of(name)) for name in KeptLists.lists)
        return {f"{_REFERENCE}/{file_of(self.lists[0])}": kind.only} if there else {}

    def sha256(self, root: Path, _path: str, remember: Remember) -> str:
        """Return the sha256 of all its lists."""
        folder = _beside(root)
        files = {name: file_of(name) for name in self.lists if exists(folder, file_of(name))}
        places = {name: safe_path(folder, file) for name, file in files.items()}
        return _together(
            {name: remember("sha256", at, partial(sha256_of, folder, files[name])) for name, at in places.items()}
        )

    def read(self, root: Path, path: str, columns: Names, declared: Names, *, dictionaries: Names = ()) -> Extracted:
        """Return the asked ``columns`` of the rows that are made of the lists."""
        folder = _beside(root)
        found = read_references(folder, self.lists)
        rows = self.rows({name: each.table for name, each in found.lists.items()})
        match_header(tuple(next(iter(rows.values()), declared)), declared, where=path)
        return Extracted(
            path=path,
            bytes=sum((folder / file_of(name)).stat().st_size for name in self.lists),
            sha256=_together({name: each.sha256 for name, each in found.lists.items()}),
            encoding="utf-8",
            cells=text_columns({name: [row[name] or None for row in rows.values()] for name in columns}, dictionaries),
            rows=pa.array([*rows], pa.int64()),
        )


def _beside(root: Path) -> Path:
    return root.parent / _REFERENCE


def _together(digests: Mapping[str, str]) -> str:
    return hashlib.sha256("\n".join(f"{name} {each}" for name, each in sorted(digests.items())).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Neighbourhoods(KeptLists):
    """Neighbourhoods, one row each, with what lies in each of them."""

    lists: ClassVar[tuple[str, ...]] = (*KeptLists.lists, _BOUNDARIES)

    def rows(self, lists: Mapping[str, pa.Table]) -> Mapping[int, Mapping[str, str]]:
        """Return one row a neighbourhood, in the order of their first lines."""
        places = _checked(lists)
        drawn: list[str] = lists[_BOUNDARIES].column("neighbourhood_code").to_pylist()
        for number, code in enumerate(drawn, 1):
            if code not in places:
                said = f"is of a neighbourhood that {_NEIGHBOURHOODS}.csv lacks"
                raise _wrong(f"{_BOUNDARIES}.geojson, feature {number:,}", "the feature", said)
        return {number: _summary(code, lines, drawn) for code, (number, lines) in places.items()}


@dataclass(frozen=True, slots=True)
class AreasOfNeighbourhoods(KeptLists):
    """The beats, wards and lower layer super output areas of each neighbourhood, one row each."""

    def rows(self, lists: Mapping[str, pa.Table]) -> Mapping[int, Mapping[str, str]]:
        """Return one row for each area of a neighbourhood."""
        every = [(code, *area) for code, (_, lines) in _checked(lists).items() for area in _areas(lines)]
        names = ("neighbourhood_code", "area_kind", "area_code", "area_name")
        return {number: dict(zip(names, cells, strict=True)) for number, cells in enumerate(every, 1)}


def _checked(lists: Mapping[str, pa.Table]) -> dict[str, tuple[int, Lines]]:
    """Return the lines of each neighbourhood with the number of its first one; lists that contradict are refused."""
    found: dict[str, tuple[int, Lines]] = {}
    for number, line in enumerate(lists[_NEIGHBOURHOODS].to_pylist(), _FIRST):
        code, where = line["neighbourhood_code"], (f"{_NEIGHBOURHOODS}.csv", number)
        keys = ("neighbourhood_code", "neighbourhood_name", "beat_code")
        _refuse(line, where, keys, ward_code=_WARD, lad_code=_AUTHORITY, households=_COUNT)
        known = found.setdefault(code, (number, {_NEIGHBOURHOODS: [], _LSOAS: []}))[1]
        _refuse_contradiction(line, known[_NEIGHBOURHOODS], where)
        known[_NEIGHBOURHOODS].append(line)
    _add_lsoas(found, lists[_LSOAS])
    for number, lines in found.values():
        if 0 < _households(lines[_NEIGHBOURHOODS]) < _FEWEST_HOUSEHOLDS:
            said = f"has 1 to {_FEWEST_HOUSEHOLDS - 1} households: it would be somebody"
            raise _wrong(f"{_NEIGHBOURHOODS}.csv, row {number:,}", "the neighbourhood", said)
    return found


def _add_lsoas(found: Mapping[str, tuple[int, Lines]], table: pa.Table) -> None:
    seen: set[str] = set()
    for number, line in enumerate(table.to_pylist(), _FIRST):
        code, where = line["lsoa_code"], (f"{_LSOAS}.csv", number)
        _refuse(line, where, ("lsoa_code",), lsoa_code=_LSOA, lad_code=_AUTHORITY, households=_COUNT, population=_COUNT)
        if code in seen:
            raise _at(where, "lsoa_code", "comes twice")
        seen.add(code)
        if not line["neighbourhood_code"]:
            continue  # it lies in none
        if line["neighbourhood_code"] not in found:
            raise _at(where, "neighbourhood_code", f"is none that {_NEIGHBOURHOODS}.csv has")
        found[line["neighbourhood_code"]][1][_LSOAS].append(line)


# --- what is refused ---------------------------------------------------------------------------------


def _refuse(line: Line, where: tuple[str, int], keys: Iterable[str], **forms: re.Pattern[str]) -> None:
    """Refuse a line with an empty key, a cell that a spreadsheet would run, or one that has not its form."""
    for name in keys:
        if not line[name]:
            raise _at(where, name, "is empty")
    for name, cell in line.items():
        if cell and is_formula_text(cell):
            raise _at(where, name, "begins a formula")
    for name, form in forms.items():
        if form.fullmatch(line[name]) is None:
            raise _at(where, name, _KINDS[form])


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


def _summary(code: str, lines: Lines, drawn: Iterable[str]) -> dict[str, str]:
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


def _areas(lines: Lines) -> Iterator[tuple[str, str, str]]:
    """Yield kind, code and name of each area of a neighbourhood, once; only those that have one are named."""
    by_kind = defaultdict[str, dict[str, str]](dict)
    for line in lines[_NEIGHBOURHOODS]:
        by_kind["beat"][line["beat_code"]] = by_kind["ward"][line["ward_code"]] = ""
    by_kind["lsoa"] |= {line["lsoa_code"]: line["lsoa_name"] for line in lines[_LSOAS]}
    for kind, areas in by_kind.items():
        yield from ((kind, code, name) for code, name in areas.items())
