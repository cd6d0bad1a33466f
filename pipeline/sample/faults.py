"""Faults of whole files, each in a small data tree of its own in which everything else is sound."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import SettingsError
from pipeline.sample import csv_faults, workbook_faults
from pipeline.sample.making import SampleReport, make_sample
from pipeline.sample.manifest import write_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pipeline.model.declaration import Dataset

_ROWS = 200
_FACTS = "fault.json"
_CRIMES = "raw/crime/recorded-crime/2024-02.csv"
_INCIDENTS = "raw/crime/asb-incidents/2024-02.csv"
_LEDGER = "raw/expenditure/ledger/2024-02.xlsx"
_EVENTS = "raw/engagement/engagement.sqlite"
_POINTS = "reference/map-points.csv"
_DATASET_OF = {
    _CRIMES: "street-crime",
    _INCIDENTS: "street-crime",
    _LEDGER: "spend-over-500",
    _EVENTS: "engagement-events",
    _POINTS: "street-crime",
}


class Fault(NamedTuple):
    """One fault: its folder, the file that is wrong, the error's code, and what makes it wrong.

    An empty ``code`` is no error: files that no feed reads are only listed.
    """

    name: str
    file: str
    code: str
    spoil: Callable[[Path], None]


FAULTS = (
    Fault("wrong-encoding", _CRIMES, "wrong-encoding", csv_faults.encode_for_dos),
    Fault("cut-off", _CRIMES, "cut-off", csv_faults.cut_in_row),
    Fault("cut-in-quote", _CRIMES, "cut-off", csv_faults.cut_in_quote),
    Fault("unknown-column", _INCIDENTS, "unknown-column", csv_faults.add_column),
    Fault("missing-column", _INCIDENTS, "unknown-column", csv_faults.drop_column),
    Fault("doubled-column", _INCIDENTS, "unknown-column", csv_faults.double_column),
    Fault("no-header", _CRIMES, "no-header-row", csv_faults.drop_header),
    Fault("empty-file", _INCIDENTS, "empty-file", csv_faults.make_empty),
    Fault("marking-in-csv", _CRIMES, "protective-marking", csv_faults.mark_first_row),
    Fault("too-many-bad", _CRIMES, "too-many-bad", csv_faults.spoil_rows),
    Fault("stray-name", _CRIMES, "", csv_faults.copy_astray),
    Fault("hidden-sheet", _LEDGER, "hidden-sheet", workbook_faults.hide_sheet),
    Fault("very-hidden-sheet", _LEDGER, "hidden-sheet", workbook_faults.hide_sheet_well),
    Fault("hidden-row", _LEDGER, "hidden-cells", workbook_faults.hide_row),
    Fault("hidden-column", _LEDGER, "hidden-cells", workbook_faults.hide_column),
    Fault("pivot-cache", _LEDGER, "pivot-cache", workbook_faults.add_pivot_cache),
    Fault("missing-sheet", _LEDGER, "missing-sheet", workbook_faults.rename_sheet),
    Fault("comment", _LEDGER, "comment", workbook_faults.add_comment),
    Fault("macro", _LEDGER, "macro", workbook_faults.add_macro),
    Fault("marking-in-title", _LEDGER, "protective-marking", workbook_faults.mark_title),
    Fault("marking-in-page-header", _LEDGER, "protective-marking", workbook_faults.mark_page_header),
    Fault("marking-in-property", _LEDGER, "protective-marking", workbook_faults.mark_property),
    Fault("workbook-column", _LEDGER, "unknown-column", workbook_faults.add_column),
    Fault("workbook-no-header", _LEDGER, "no-header-row", workbook_faults.drop_header),
    Fault("broken-zip", _LEDGER, "broken-file", workbook_faults.cut),
    Fault("database-column", _EVENTS, "unknown-column", csv_faults.add_database_column),
    Fault("broken-database", _EVENTS, "broken-database", csv_faults.cut_database),
    Fault("few-addresses", _POINTS, "bad-map-point", csv_faults.give_few_addresses),
    Fault("repeated-point", _POINTS, "bad-map-point", csv_faults.repeat_last_row),
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
    made = sorted(path.relative_to(folder).as_posix() for top in ("raw", "reference") for path in _below(folder / top))
    write_manifest(folder, made)
    facts = {
        "fault": fault.name,
        "file": fault.file,
        "dataset": _DATASET_OF[fault.file] if fault.code else "",
        "code": fault.code,
        "unread": sorted(set(made) - {path for path, _ in report.files}),
    }
    (folder / _FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    rows = dict(report.files)
    yield from ((f"{fault.name}/{path}", rows.get(path, 0)) for path in made)


def _clear(folder: Path) -> None:
    """Remove an earlier tree of faults; a folder of anything else stays and is an error."""
    if (folder / _FACTS).is_file():
        shutil.rmtree(folder)
    elif folder.exists():
        message = f"the folder `{folder.name}` is there and was not made by this command"
        raise SettingsError("bad-setting", message, where="--data", fix="name an empty folder with --data")


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files below ``folder``."""
    return (path for path in folder.rglob("*") if path.is_file())
