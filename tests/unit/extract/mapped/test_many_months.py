"""Files of a force's own that hold many months, and workbooks of OpenDocument."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pipeline.extract.reader import anew
from pipeline.model.periods import MONTH
from tests.lib.own_layout import LEDGER, ROWS, book, cells, csv, found, read, refusal, source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


# --- many months in one file -------------------------------------------------------------------------

YEAR = ("AP {fy}.xlsx", "AP {fy}.csv")


def test_a_sheet_a_month(tmp_path: Path) -> None:
    name = book(tmp_path, {"Apr 23": ROWS, "May '23": ROWS[:2], "Notes": [("x",)]}, "AP 2023-24.xlsx")
    of = source(files=YEAR, month="sheet")
    assert found(tmp_path, of) == {f"{name}#Apr 23": "2023-04", f"{name}#May '23": "2023-05"}
    assert cells(read(tmp_path, f"{name}#May '23", of))["Period"] == ["2023-05"]


def test_a_sheet_with_the_header_that_calls_no_month_stops_the_file(tmp_path: Path) -> None:
    name = book(tmp_path, {"Apr 23": ROWS, "Late": ROWS}, "AP 2023-24.xlsx")
    assert "no-month" in refusal(tmp_path, f"{name}#Apr 23", source(files=YEAR, month="sheet"))


def test_a_column_gives_the_month_of_each_row(tmp_path: Path) -> None:
    rows = [
        ROWS[0],
        ("A1", "Acme", "05/01/24", "1.00", ""),
        ("A2", "Acme", "05/02/24", "2.00", ""),
        ("A3", "Acme", "no day", "3.00", ""),
        ("A4", "Acme", "31/01/24", "4.00", ""),
    ]
    name = csv(tmp_path, rows, "AP 2023-24.csv")
    of = source(files=YEAR, month="Date Paid")
    assert found(tmp_path, of) == {f"{name}#2024-01": "2024-01", f"{name}#2024-02": "2024-02"}
    january, february = (read(tmp_path, f"{name}#2024-{month}", of) for month in ("01", "02"))
    assert (cells(january)["Ref"], january.rows.to_pylist()) == (["A1", "A4"], [2, 5])
    assert (cells(february)["Ref"], cells(february)["Period"]) == (
        ["A2", "A3"],
        ["2024-02"] * 2,
    )  # bad, beside its neighbour
    assert january.sha256 != february.sha256


def test_a_row_without_a_month_stays_with_the_rows_that_it_belongs_to(tmp_path: Path) -> None:
    rows = [
        ROWS[0],
        ("A1", "Acme", "05/01/24", "1.00", ""),
        ("A2", "Acme", "05/02/24", "2.00", ""),
        ("A1", "Acme", "no day", "3.00", ""),
    ]
    name = csv(tmp_path, rows, "AP 2023-24.csv")
    of = source(files=YEAR, month="Date Paid")
    of = replace(of, kinds=of.kinds._replace(together=("Ref",)))
    assert read(tmp_path, f"{name}#2024-01", of).rows.to_pylist() == [2, 4]
    by_key = replace(of, mapping=replace(of.mapping, columns={n: c for n, c in LEDGER.columns.items() if n != "Ref"},
                                         keys={"Ref": ("Our Ref", "Name")}))  # fmt: skip
    assert read(tmp_path, f"{name}#2024-01", by_key).rows.to_pylist() == [2, 4]


def test_the_column_of_months_may_be_named_as_agreed(tmp_path: Path) -> None:
    name = csv(tmp_path, ROWS, "AP 2023-24.csv")
    assert [*found(tmp_path, source(files=YEAR, month="Paid"))] == [f"{name}#2024-01"]


def test_a_column_of_months_in_words(tmp_path: Path) -> None:
    rows = [(*ROWS[0], "Posted in"), (*ROWS[1], "Jan-24"), (*ROWS[2], "2024-02")]
    name = csv(tmp_path, rows, "AP 2023-24.csv")
    of = source(files=YEAR, month="Posted in", columns={**LEDGER.columns, "Period": ("Posted in",)})
    assert sorted(found(tmp_path, of).values()) == ["2024-01", "2024-02"]
    assert cells(read(tmp_path, f"{name}#2024-01", of))["Period"] == ["2024-01"]


def test_a_month_changes_only_with_its_own_rows(tmp_path: Path) -> None:
    of = source(files=YEAR, month="Date Paid")
    name = csv(tmp_path, ROWS, "AP 2023-24.csv")
    before = of.sha256(tmp_path, f"{name}#2024-01", anew)
    csv(tmp_path, [*ROWS, ("A9", "Acme", "05/02/24", "2.00", "")], "AP 2023-24.csv")
    assert of.sha256(tmp_path, f"{name}#2024-01", anew) == before
    csv(tmp_path, [*ROWS[:2], ("A2", "Bolt", "6/1/24", "3.26-", "")], "AP 2023-24.csv")
    assert of.sha256(tmp_path, f"{name}#2024-01", anew) != before


def test_a_file_that_nobody_touched_is_not_read_again(tmp_path: Path) -> None:
    book(tmp_path, {"Apr 23": ROWS}, "AP 2023-24.xlsx")
    of = source(files=YEAR, month="sheet")
    known: dict[str, str] = {}

    def remember(question: str, path: Path, find: Any) -> str:  # noqa: ANN401 - what a protocol calls
        key = f"{question} {path}"
        known.setdefault(key, find() if key not in known else "")
        return known[key]

    first = of.extracts(tmp_path, MONTH, remember)
    (tmp_path / "AP 2023-24.xlsx").write_bytes(b"no workbook any more")
    assert of.extracts(tmp_path, MONTH, remember) == first


def test_ragged_rows_of_many_months_are_accounted_once(tmp_path: Path) -> None:
    rows = [ROWS[0], ROWS[1], ("A2",), ("A3", "Acme", "05/02/24", "3.00", "")]
    name = csv(tmp_path, rows, "AP 2023-24.csv")
    of = source(files=YEAR, month="Date Paid")
    assert [read(tmp_path, each, of).ragged for each in sorted(found(tmp_path, of))] == [(), (3,)]
    csv(tmp_path, [ROWS[0], ("A2",), ("",) * 5], name)
    assert "each of its 1 rows has too few or too many cells" in refusal(tmp_path, f"{name}#2024-01", of)


def test_no_month_at_all_stops_the_file(tmp_path: Path) -> None:
    rows = [ROWS[0], ("A1", "Acme", "2024.01.05", "1.00", "")]
    name = csv(tmp_path, rows, "AP 2023-24.csv")
    said = refusal(tmp_path, f"{name}#2024-01", source(files=YEAR, month="Date Paid"))
    assert "no-month: AP 2023-24.csv: none of its 1 rows has a date in the column that gives the month" in said


def test_two_files_of_one_month_are_both_there(tmp_path: Path) -> None:
    csv(tmp_path, ROWS, "AP 2024-01.csv")
    csv(tmp_path, ROWS, "AP 2024-01 b.csv")
    of = source(files=("AP {month}*.csv",))
    assert found(tmp_path, of) == {"AP 2024-01.csv": "2024-01", "AP 2024-01 b.csv": "2024-01"}


_OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def ods(folder: Path, rows: Sequence[Sequence[object]], *, visible: bool = True) -> str:
    """Write the least OpenDocument workbook that holds a sheet."""

    def cell(value: object) -> str:
        kind = f'"float" office:value="{value}"' if isinstance(value, float) else '"string"'
        return f"<table:table-cell office:value-type={kind}><text:p>{value}</text:p></table:table-cell>"

    spaces = (f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text", "style"))
    lines = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    shows = f'<style:table-properties table:display="{str(visible).lower()}"/>'
    style = f'<style:style style:name="s" style:family="table">{shows}</style:style>'
    content = (
        f"<office:document-content {' '.join(spaces)}><office:automatic-styles>{style}</office:automatic-styles>"
        f'<office:body><office:spreadsheet><table:table table:name="Payments" table:style-name="s">{lines}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(folder / "AP 2024-01.ods", "w") as made:
        made.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        made.writestr("META-INF/manifest.xml", '<manifest:manifest xmlns:manifest="urn:x"/>')
        made.writestr("content.xml", content)
    return "AP 2024-01.ods"


def test_a_workbook_of_opendocument_is_read(tmp_path: Path) -> None:
    typed = [("Titles",), ROWS[0], ("A1", "Acme", "05/01/24", 10.5, ""), ("A2", "Bolt", "06/01/24", -3.25, "")]
    name = ods(tmp_path, typed)
    of = source(files=("AP {month}.ods",))
    assert found(tmp_path, of) == {f"{name}#Payments": "2024-01"}
    got = read(tmp_path, f"{name}#Payments", of)
    assert (cells(got)["Net"], got.rows.to_pylist()) == (["10.5", "-3.25"], [3, 4])


def test_a_hidden_sheet_of_opendocument_stops_the_file(tmp_path: Path) -> None:
    name = ods(tmp_path, ROWS, visible=False)
    assert "hidden-sheet" in refusal(tmp_path, f"{name}#Payments", source(files=("AP {month}.ods",)))
