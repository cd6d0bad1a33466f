"""Reference data below ``data/reference``: map points, neighbourhoods, supplier types; refused whole when wrong."""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.codelists import CODELISTS, CodeLists
from pipeline.columns.arrays import BLANKS, mask_of
from pipeline.columns.keys import is_damaged as is_damaged_key
from pipeline.columns.open_text import is_damaged, is_formula
from pipeline.errors import InputError
from pipeline.extract.boundaries import boundaries
from pipeline.extract.paths import exists, open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from pathlib import Path

_DEGREES = re.compile(r"-?[0-9]{1,3}\.[0-9]{6}", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
#: A point that stands for 1 to 7 addresses would point at somebody (data.police.uk, "About the data").
_FEWEST_ADDRESSES = 8
_COLUMNS = {
    "map-points": ("longitude", "latitude", "location", "lsoa_code", "lsoa_name", "addresses"),
    "named-parties": ("name", "type", "shown"),
    "neighbourhoods": (
        *("neighbourhood_code", "neighbourhood_name", "beat_code", "ward_code"),
        *("lad_code", "lad_name", "households"),
    ),
    "lsoas": (
        *("lsoa_code", "lsoa_name", "lad_code", "lad_name", "neighbourhood_code"),
        *("households", "population"),
    ),
    "operation-names": ("operation_name",),
    "supplier-types": ("supplier_number", "supplier_type"),
}
_NEVER_TRIMMED = ("location",)
#: What people read, and what is compared with cells or published as a code.
_TEXTS = ("location", "lsoa_name", "neighbourhood_name", "lad_name", "operation_name", "shown")
_KEYS = (
    *("lsoa_code", "neighbourhood_code", "beat_code", "ward_code", "lad_code"),
    *("supplier_number", "supplier_type", "type"),
)
#: Lists that give types of payees, and the column that does.
_TYPED = {"supplier-types": "supplier_type", "named-parties": "type"}
#: A postcode of the United Kingdom, and a house behind what stands before every street.
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b", re.ASCII)
_HOUSE = re.compile(r"\s*(?:ON OR NEAR\b)?\s*[0-9]{1,4}[A-Z]?[ ,]+[^\s,]+[ ,]+[^\s,]")
#: Without these nothing can be published; the others are optional.
_NEEDED = ("map-points", "named-parties", "neighbourhoods", "lsoas", "neighbourhood-boundaries")
#: Lists that are no CSV: how each is read.
_SHAPES = {"neighbourhood-boundaries": boundaries}
_Made = TypeVar("_Made")


class Reference(NamedTuple):
    """One reference file: its text columns (empty text where a cell is empty) and the sha256 of its bytes."""

    name: str
    table: pa.Table
    sha256: str


_MADE: dict[tuple[str, str, object], object] = {}


@dataclass(frozen=True, slots=True)
class References:
    """The reference lists that a dataset needs, by name."""

    lists: Mapping[str, Reference]

    def table(self, name: str) -> pa.Table | None:
        """Return the list as text columns, None where it is not one that the dataset needs."""
        return self.lists[name].table if name in self.lists else None

    def is_absent(self, name: str) -> bool:
        """Return whether there is no file of the list."""
        return name not in self.lists or not self.lists[name].sha256

    def derived(self, name: str, make: Callable[[pa.Table], _Made]) -> _Made | None:
        """Return what ``make`` makes of the list, made once for the same bytes."""
        if name not in self.lists:
            return None
        key = (name, self.lists[name].sha256, make)
        if key not in _MADE:
            _MADE[key] = make(self.lists[name].table)
        return cast("_Made", _MADE[key])

    def sha256(self, *without: str) -> dict[str, str]:
        """Return the sha256 of each list, those of the names ``without`` left out."""
        return {name: each.sha256 for name, each in self.lists.items() if name not in without}


def read_references(root: Path, names: Iterable[str], *, may_lack: Collection[str] = ()) -> References:
    """Return the reference lists ``names`` below ``root``; an absent one that it ``may_lack`` is empty."""
    return References({name: read_reference(root, name, needed=name not in may_lack) for name in names})


def read_reference(root: Path, name: str, *, needed: bool = True) -> Reference:
    """Return the reference file ``name`` below ``root``; one that is absent is empty where it is not ``needed``."""
    file = file_of(name)
    where, path = f"reference/{file}", root / file
    absent = not path.exists() and not path.is_symlink()  # a link that leads nowhere is a folder that did not mount
    if absent and not (needed and name in _NEEDED):
        return Reference(name, pa.table({column: pa.array([], pa.string()) for column in _COLUMNS[name]}), "")
    if not exists(root, file):
        raise InputError("no-reference", "the file is not there", where=where, fix="see data/reference/README.md")
    with open_regular(root, file) as opened:
        content = opened.read()
    sha256 = hashlib.sha256(content).hexdigest()
    if name in _SHAPES:
        key = (name, sha256, _SHAPES[name])
        if key not in _MADE:  # a county's boundaries are many megabytes, and several things ask for them
            _MADE[key] = _SHAPES[name](content, where=where)
        return Reference(name, cast("pa.Table", _MADE[key]), sha256)
    table = _table(content, _COLUMNS[name], where=where)
    _refuse_damaged(table, where)
    if name == "map-points":
        _refuse_points(table, where)
    if name in _TYPED:
        types = CodeLists(CODELISTS, {}).read("supplier-type").values("code")
        for number, kind in enumerate(table.column(_TYPED[name]).to_pylist(), 2):
            if kind and kind not in types:  # somebody meant to protect a payee
                said = f"a supplier's type must be one of {', '.join(types)}"
                raise _bad(said, where, number, "correct the type")
    return Reference(name, table, sha256)


def file_of(name: str) -> str:
    """Return the name of the file of a list below ``data/reference``."""
    return f"{name}.geojson" if name in _SHAPES else f"{name}.csv"


def _table(content: bytes, columns: tuple[str, ...], *, where: str) -> pa.Table:
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise InputError("bad-reference", "the file is no UTF-8 CSV", where=where, fix="export it again") from None
    header = [name.strip(BLANKS) for name in rows[0]] if rows else []
    if sorted(header) != sorted(columns):
        raise _bad(f"its columns must be exactly: {', '.join(columns)}", where, 1, "rename, add or remove columns")
    ragged = [number for number, row in enumerate(rows[1:], 2) if row and len(row) != len(header)]
    if ragged:
        raise _bad(f"the row has not {len(header)} cells", where, ragged[0], "correct the file")
    filled = [row for row in rows[1:] if row]
    cells = {name: [row[header.index(name)] for row in filled] for name in columns}
    trimmed = {name: [cell.strip(BLANKS) for cell in cells[name]] for name in columns if name not in _NEVER_TRIMMED}
    return pa.table({name: pa.array(column, pa.string()) for name, column in {**cells, **trimmed}.items()})


def _refuse_damaged(table: pa.Table, where: str) -> None:
    """Refuse the whole list when a key or a text of it cannot be trusted: it would match nothing, or mislead."""
    for name in table.column_names:
        column = table.column(name).combine_chunks()
        if name in _TEXTS:
            wrong = is_damaged(column) | is_formula(column)
            said = "is damaged (a character that is not seen, a wrong encoding, an error word), or begins a formula"
        elif name in _KEYS:
            wrong = is_damaged_key(column)
            said = "is damaged (a character that is not seen, a stray blank, a rounded number), or nothing but signs"
        else:
            continue
        rows = np.flatnonzero(wrong & mask_of(pc.not_equal(column, "")))
        if len(rows):
            raise _bad(f"the cell of `{name}` {said}", where, rows[0] + 2, "write the cell again, by hand")


def _bad(what: str, where: str, row: int, fix: str) -> InputError:
    return InputError("bad-reference", what, where=f"{where}, row {row:,}", fix=fix)


def _refuse_points(table: pa.Table, where: str) -> None:
    """Refuse the whole list when a point stands for 1 to 7 addresses, is doubled, or is not six decimals fine."""
    seen: set[tuple[float, float]] = set()
    for number, point in enumerate(table.select(["longitude", "latitude", "location", "addresses"]).to_pylist(), 2):
        written = (point["longitude"], point["latitude"])
        readable = all(_DEGREES.fullmatch(part) for part in written)
        place = (float(written[0]), float(written[1])) if readable else (0.0, 0.0)
        addresses = point["addresses"]
        wrong = {
            "coordinates must be degrees with exactly six decimals": not readable,
            "coordinates must be degrees on the Earth": abs(place[0]) > 180 or abs(place[1]) > 90,  # noqa: PLR2004 - its ends
            "the same coordinates come twice": place in seen,
            f"a point must stand for no address, or for {_FEWEST_ADDRESSES} or more": (
                not _COUNT.fullmatch(addresses) or 0 < int(addresses) < _FEWEST_ADDRESSES
            ),
            "a location must be no postcode and no house": _is_address(point["location"]),
        }
        if any(wrong.values()):
            said = next(said for said, holds in wrong.items() if holds)
            fix = "correct or remove the point"
            raise InputError("bad-map-point", said, where=f"{where}, row {number:,}", fix=fix)
        seen.add(place)


def _is_address(location: str) -> bool:
    """Return whether a location names one address: it holds a postcode, or a house behind `On or near `."""
    shown = " ".join(unicodedata.normalize("NFKC", location).upper().split())
    return _POSTCODE.search(shown) is not None or _HOUSE.match(shown) is not None
