"""Faults of whole files: one a tree, each met by its error; and the mark that tells invented files."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from pipeline.codelists import CODELISTS
from pipeline.datasets import declared
from pipeline.errors import CODES, InputError, SettingsError
from pipeline.extract.database.database import Database
from pipeline.extract.delimited.folder import Folder
from pipeline.extract.reference import read_reference
from pipeline.extract.workbook.workbook import Workbook
from pipeline.sample import bears_mark, make_faults
from pipeline.sample.faults import FAULTS

DATASETS = tuple(declared().values())
COLUMNS = {feed.name: feed.declared for dataset in DATASETS for feed in dataset.feeds}


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faults")
    make_faults(folder, DATASETS, codelists=CODELISTS)
    return folder


def test_fault_trees_differ_from_the_sound_one_in_one_file(faults: Path) -> None:
    manifests = {}
    for fault in FAULTS:
        manifests[fault.name] = json.loads((faults / fault.name / "private/sample/manifest.json").read_text())["files"]
    sound = {
        path: Counter(files.get(path) for files in manifests.values()).most_common(1)[0][0]
        for path in manifests["cut-off"]
    }
    for fault in FAULTS:
        changed = {path for path, digest in manifests[fault.name].items() if sound.get(path) != digest}
        facts = json.loads((faults / fault.name / "fault.json").read_text())
        assert changed == (set(facts["unread"]) or {fault.file}), fault.name
        assert facts["code"] == fault.code
        assert not fault.code or fault.code in CODES


def test_faulty_files_still_bear_the_mark(faults: Path) -> None:
    for fault in FAULTS:
        assert fault.name == "empty-file" or bears_mark(faults / fault.name / fault.file), fault.name


def test_a_folder_of_something_else_is_not_cleared(tmp_path: Path) -> None:
    (tmp_path / "comment").mkdir()
    with pytest.raises(SettingsError) as caught:
        make_faults(tmp_path, DATASETS, codelists=CODELISTS)
    assert caught.value.code == "bad-setting"
    assert (tmp_path / "comment").is_dir()


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if "/crime/" in fault.file and fault.code not in {"", "too-many-bad"}]
)
def test_csv_faults_are_met_by_their_errors(faults: Path, fault: tuple[str, str, str]) -> None:
    name, file, code = fault[:3]
    columns = COLUMNS["recorded-crime"] if "recorded" in file else COLUMNS["asb-incidents"]
    path = file.removeprefix("raw/")
    with pytest.raises(InputError) as caught:
        Folder(path).read(faults / name / "raw", path, columns[:3], columns)
    assert caught.value.code == code


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.file.endswith(".xlsx")])
def test_workbook_faults_are_met_by_their_errors(faults: Path, fault: tuple[str, str, str]) -> None:
    name, file, code = fault[:3]
    path = file.removeprefix("raw/")
    with pytest.raises(InputError) as caught:
        Workbook(path, sheet="Payments", title_rows=3).read(
            faults / name / "raw", path, COLUMNS["ledger"][:3], COLUMNS["ledger"]
        )
    assert caught.value.code == code


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.file.endswith(".sqlite")])
def test_database_faults_are_met_by_their_errors(faults: Path, fault: tuple[str, str, str]) -> None:
    name, file, code = fault[:3]
    source = Database(source="engagement", default=file.removeprefix("raw/"), table="event", key="event_id")
    with pytest.raises(InputError) as caught:
        source.read(faults / name / "raw", source.whole, COLUMNS["events"][:3], COLUMNS["events"])
    assert caught.value.code == code


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.file.startswith("reference/")])
def test_reference_faults_are_met_by_their_errors(faults: Path, fault: tuple[str, str, str]) -> None:
    name, file, code = fault[:3]
    with pytest.raises(InputError) as caught:
        read_reference(faults / name / "reference", Path(file).stem)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "content",
    [b"", b"crime_reference\n24*0000123\n", b"mo_text\nBLOOD SAMPLE-TAKEN, SAMPLE*\n", b"PK\x03\x04no zip at all"],
)
def test_other_files_bear_no_mark(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "2024-01.csv"
    path.write_bytes(content)
    assert not bears_mark(path)
