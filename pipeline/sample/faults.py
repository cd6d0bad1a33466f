"""Faults of whole files, each in a small data tree of its own in which everything else is sound.

What goes wrong with a file between the system that exports it and the folder it is dropped in; and what a finance
office's workbook may carry beside its cells.
"""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import SettingsError
from pipeline.model.source import Form
from pipeline.model.wording import SAMPLE_MARK
from pipeline.sample.columns import csv_text
from pipeline.sample.making import SampleReport, make_sample
from pipeline.sample.manifest import write_manifest
from pipeline.sample.writing import read_workbook, write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import xlsxwriter

    from pipeline.model.declaration import Dataset
    from pipeline.sample.writing import Line

    Spoil = Callable[[Path], object]
    Records = list[list[str]]
    Lines = list[Line]
    Parts = dict[str, bytes]

_ROWS = 200
_FACTS = "fault.json"
_CRIMES = "raw/crime/recorded-crime/2024-02.csv"
_INCIDENTS = "raw/crime/asb-incidents/2024-02.csv"
_LEDGER = "raw/expenditure/ledger/2024-02.xlsx"
_EVENTS = "raw/engagement/engagement.sqlite"
_GIFTS, _CONTRACTS = "raw/expenditure/gifts-and-hospitality.xlsx", "raw/expenditure/contracts.csv"
_POINTS, _PARTIES = "reference/map-points.csv", "reference/named-parties.csv"
_DATASET_OF = {
    _CRIMES: "street-crime",
    _INCIDENTS: "street-crime",
    _LEDGER: "spend-over-500",
    _EVENTS: "engagement-events",
    _GIFTS: "gifts-and-hospitality",
    _CONTRACTS: "contracts",
    _POINTS: "street-crime",
    _PARTIES: "contracts",
}
#: How the sample's ledger is laid out.
LEDGER, _REGISTER = Form("", title_rows=3, table="Payments"), Form("", table="Register")
#: Enough bad rows to stop the dataset: more than one in twenty, and more than twenty.
_SPOILT = 40
_HIDDEN = 20
_MARKING = "OFFICIAL-SENSITIVE"
_MACRO_TYPE = '<Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
_PIVOT = "xl/pivotCache/pivotCacheDefinition1.xml"
_PIVOT_TEXT = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><pivotCacheDefinition '
    'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" recordCount="0"/>'
)


def make_faults(data: Path, datasets: Iterable[Dataset], *, codelists: Path) -> SampleReport:
    """Write one small data tree a fault below ``data``, the same bytes every time.

    Each folder holds `raw`, `reference` and `private/sample` like a sample's, and a `fault.json` that says which
    file is wrong, which dataset must stop and with which error's code.
    """
    data.mkdir(parents=True, exist_ok=True)
    for fault in FAULTS:
        _clear(data / fault.name)
    with tempfile.TemporaryDirectory(dir=data, prefix=".sound-") as folder:
        sound = Path(folder)
        report = make_sample(sound, datasets, rows=_ROWS, codelists=codelists)
        files = tuple(file for fault in FAULTS for file in _make_fault(data / fault.name, fault, sound, report))
    return SampleReport(files, report.planted * len(FAULTS))


def _make_fault(folder: Path, fault: Fault, sound: Path, report: SampleReport) -> Iterator[tuple[str, int]]:
    """Write the tree of one fault; yield its files, with the rows that they had while they were sound."""
    shutil.copytree(sound, folder)
    fault.spoil(folder / fault.file)
    below = (path for top in ("raw", "reference") for path in (folder / top).rglob("*") if path.is_file())
    made, rows = sorted(path.relative_to(folder).as_posix() for path in below), dict(report.files)
    write_manifest(folder, made)
    dataset = _DATASET_OF[fault.file] if fault.code else ""
    facts = {"fault": fault.name, "file": fault.file, "dataset": dataset, "code": fault.code}
    unread = sorted(set(made) - rows.keys())
    (folder / _FACTS).write_text(json.dumps({**facts, "unread": unread}, indent=2) + "\n", encoding="utf-8")
    yield from ((f"{fault.name}/{path}", rows.get(path, 0)) for path in made)


def _clear(folder: Path) -> None:
    """Remove an earlier tree of faults; a folder of anything else stays and is an error."""
    if (folder / _FACTS).is_file():
        shutil.rmtree(folder)
    elif folder.exists():
        message = f"the folder `{folder.name}` is there and was not made by this command"
        raise SettingsError("bad-setting", message, where="--data", fix="name an empty folder with --data")


def _bytes(change: Callable[[bytes], bytes]) -> Spoil:
    """Return what makes a file hold its bytes as ``change`` returns them."""

    def spoil(path: Path) -> None:
        path.write_bytes(change(path.read_bytes()))

    return spoil


def _records(change: Callable[[Records], Records]) -> Spoil:
    """Return what makes a CSV hold its records, the header first, as ``change`` returns them."""

    def spoil(path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as file:
            records = list(csv.reader(file))
        path.write_text(csv_text(change(records)), encoding="utf-8", newline="")

    return spoil


def _spoilt(records: Records) -> Records:
    place = records[0].index("outcome_code")
    bad = [[*record[:place], "NEW-7", *record[place + 1 :]] for record in records[1 : 1 + _SPOILT]]
    return [records[0], *bad, *records[1 + _SPOILT :]]


def _dressed(dress: Callable[[xlsxwriter.Workbook], object], form: Form = LEDGER) -> Spoil:
    """Return what writes a workbook, by default a month's ledger, again with what ``dress`` adds."""

    def spoil(path: Path) -> None:
        lines = read_workbook(path, form)
        write_workbook(path, form, lines, header=tuple(lines[0]), dress=dress)

    return spoil


def _on_sheet(change: Callable[[xlsxwriter.Worksheet], object]) -> Spoil:
    """Return what writes a month's ledger again with its sheet changed."""
    return _dressed(lambda book: change(book.get_worksheet_by_name(LEDGER.table)))


def _copy_astray(path: Path) -> None:
    """Drop copies beside the file under names that no feed reads."""
    for name in (f"{path.stem} (1){path.suffix}", f"{path.stem.replace('-', '_')}{path.suffix}"):
        path.with_name(name).write_bytes(path.read_bytes())


def _add_database_column(path: Path) -> None:
    """Add a column that nobody has declared to the table of events."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("ALTER TABLE event ADD COLUMN chair_name TEXT")


def _rewritten(change: Callable[[Sequence[str], Lines], tuple[Sequence[str], Lines]]) -> Spoil:
    """Return what writes a month's ledger with its header and lines as ``change`` returns them."""

    def spoil(path: Path) -> None:
        lines = read_workbook(path, LEDGER)
        header, lines = change((*lines[0],), lines)
        write_workbook(path, LEDGER, lines, header=header)

    return spoil


def _without_header(_names: Sequence[str], lines: Lines) -> tuple[Sequence[str], Lines]:
    """Return the first line as the header."""
    header, *others = (list(line.values()) for line in lines)
    names = [f"{cell}" for cell in header]
    return names, [dict(zip(names, line, strict=True)) for line in others]


def _packed(change: Callable[[Parts], Parts]) -> Spoil:
    """Return what packs a workbook of its parts as ``change`` returns them.

    The properties stay unpacked, every part bears the same old date.
    """

    def spoil(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in change(parts).items():
                packing = zipfile.ZIP_STORED if SAMPLE_MARK.encode() in content else zipfile.ZIP_DEFLATED
                archive.writestr(zipfile.ZipInfo(name), content, packing)

    return spoil


def _with_macro(parts: Parts) -> Parts:
    """Return the parts with the one that holds a workbook's macros."""
    types = parts["[Content_Types].xml"].decode().replace("</Types>", f"{_MACRO_TYPE}</Types>")
    return parts | {"[Content_Types].xml": types.encode(), "xl/vbaProject.bin": bytes(512)}


def _with_renamed_sheet(parts: Parts) -> Parts:
    """Return the parts with a name of the sheet of payments that the feed does not know."""
    main = parts["xl/workbook.xml"].replace(f'name="{LEDGER.table}"'.encode(), b'name="Sheet1"')
    return parts | {"xl/workbook.xml": main}


def _cut_workbook(path: Path) -> None:
    """Leave two thirds of the file; its title stands first and unpacked, so the mark is still there."""
    title = "docProps/core.xml"
    _packed(lambda parts: {title: parts[title]} | parts)(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])


class Fault(NamedTuple):
    """One fault: its folder, the file that is wrong, the error's code, and what makes it wrong.

    An empty ``code`` is no error: files that no feed reads are only listed.
    """

    name: str
    file: str
    code: str
    spoil: Spoil


def _of(file: str, faults: Mapping[str, tuple[str, Spoil]]) -> Iterator[Fault]:
    """Yield the faults of one file: by the name of each its code, and what spoils the file."""
    yield from (Fault(name, file, code, spoil) for name, (code, spoil) in faults.items())


_OF_CRIMES: dict[str, tuple[str, Spoil]] = {
    # a narrative in the encoding of an old terminal, where `ü` is a byte that no UTF-8 text holds alone
    "wrong-encoding": (
        "wrong-encoding",
        _bytes(lambda whole: whole.replace(b"found smashed", "found by Müffelwart".encode("cp850"), 1)),
    ),
    # the end of the file in the middle of its last row, as a full disk has it, and inside a quoted cell
    "cut-off": ("cut-off", _bytes(lambda whole: whole[: whole.rstrip(b"\n").rfind(b"\nSAMPLE*") + 60])),
    "cut-in-quote": ("cut-off", _bytes(lambda whole: whole[: whole.rfind(b',"') + 6])),
    # the first row is somebody
    "no-header": ("no-header-row", _records(lambda rows: rows[1:])),
    "marking-in-csv": ("protective-marking", _bytes(lambda whole: f"{_MARKING}\n".encode() + whole)),
    # many rows with an outcome that no list knows, as a changed system writes them
    "too-many-bad": ("too-many-bad", _records(_spoilt)),
    "stray-name": ("", _copy_astray),
}
_OF_INCIDENTS: dict[str, tuple[str, Spoil]] = {
    # a column that nobody has declared, the second column left out, the second column twice
    "unknown-column": (
        "unknown-column",
        _records(lambda rows: [[*row, "x" if n else "informant_phone"] for n, row in enumerate(rows)]),
    ),
    "missing-column": ("unknown-column", _records(lambda rows: [[row[0], *row[2:]] for row in rows])),
    "doubled-column": ("unknown-column", _records(lambda rows: [[*row, row[1]] for row in rows])),
    # an export that stopped before its first byte
    "empty-file": ("empty-file", _bytes(lambda _: b"")),
}
_HIDE = {"hidden": True}
_OF_LEDGER: dict[str, tuple[str, Spoil]] = {
    "hidden-sheet": ("hidden-sheet", _dressed(lambda book: book.add_worksheet("Working").hide())),
    # a sheet that no menu offers to show
    "very-hidden-sheet": ("hidden-sheet", _dressed(lambda book: book.add_worksheet("Working").very_hidden())),
    "hidden-row": ("hidden-cells", _on_sheet(lambda sheet: sheet.set_row(LEDGER.title_rows + 3, None, None, _HIDE))),
    "hidden-column": ("hidden-cells", _on_sheet(lambda sheet: sheet.set_column(_HIDDEN, _HIDDEN, None, None, _HIDE))),
    "pivot-cache": ("pivot-cache", _packed(lambda parts: parts | {_PIVOT: _PIVOT_TEXT.encode()})),
    "missing-sheet": ("missing-sheet", _packed(_with_renamed_sheet)),
    "comment": ("comment", _on_sheet(lambda sheet: sheet.write_comment("F6", "is this one a person?"))),
    "macro": ("macro", _packed(_with_macro)),
    # a protective marking in a title row, in the header of the printed page, in the file's properties
    "marking-in-title": ("protective-marking", _on_sheet(lambda sheet: sheet.write_string(1, 3, _MARKING))),
    "marking-in-page-header": ("protective-marking", _on_sheet(lambda sheet: sheet.set_header(f"&C{_MARKING}"))),
    "marking-in-property": (
        "protective-marking",
        _dressed(lambda book: book.set_custom_property("Classification", _MARKING)),
    ),
    "workbook-column": (
        "unknown-column",
        _rewritten(lambda names, lines: ((*names, "Payee Date Of Birth"), lines)),
    ),
    "workbook-no-header": ("no-header-row", _rewritten(_without_header)),
    "broken-zip": ("broken-file", _cut_workbook),
}
FAULTS = (
    *_of(_CRIMES, _OF_CRIMES),
    *_of(_INCIDENTS, _OF_INCIDENTS),
    *_of(_LEDGER, _OF_LEDGER),
    Fault("database-column", _EVENTS, "unknown-column", _add_database_column),
    Fault("broken-database", _EVENTS, "broken-database", _bytes(lambda whole: whole[: len(whole) // 2])),
    # registers: a sheet that is hidden, the end in the middle of a row, a type of parties that does not exist
    Fault(
        "hidden-in-register", _GIFTS, "hidden-sheet", _dressed(lambda book: book.add_worksheet("X").hide(), _REGISTER)
    ),
    Fault("cut-register", _CONTRACTS, "cut-off", _bytes(lambda whole: whole[: whole.rstrip(b"\n").rfind(b"\n") + 40])),
    Fault("unknown-type", _PARTIES, "bad-reference", _records(lambda rows: [*rows, ["Example", "COMPANY", ""]])),
    # a map point that stands for fewer than eight addresses, which points at somebody's home; one that comes twice
    Fault("few-addresses", _POINTS, "bad-map-point", _records(lambda rows: [rows[0], [*rows[1][:-1], "3"], *rows[2:]])),
    Fault("repeated-point", _POINTS, "bad-map-point", _records(lambda rows: [*rows, rows[-1]])),
)
