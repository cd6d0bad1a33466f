"""Workbooks that no spreadsheet program wrote: refused whole, or read as they stand, and never more than they hold."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import InputError
from pipeline.extract.workbook.workbook import Workbook
from pipeline.model.tables import CellProblem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.model.tables import Extracted

NAME = "2024-01.xlsx"
COLUMNS = ("Body", "Amount")
SOURCE = Workbook("{month}.xlsx", sheet="Payments")
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
HEADER = '<row r="1"><c r="A1" t="str"><v>Body</v></c><c r="B1" t="str"><v>Amount</v></c></row>'
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="164" formatCode="[h]:mm:ss"/></numFmts>'
    '<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>'
)
STRINGS = f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>OPCC</t></si></sst>'
#: The whole process would take this and more for the numbers in these files; it holds far less.
MEMORY = 2 << 30


def package(rows: str, *, more: str = "", parts: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a workbook of one sheet with those ``rows`` below the header, and ``more`` below its cells."""
    kinds = {"worksheet": "sheet1", "styles": "styles", "sharedStrings": "sharedStrings"}
    links = "".join(f'<Relationship Id="{kind}" Type="{OFFICE}/{kind}" Target="{kinds[kind]}.xml"/>' for kind in kinds)
    named = {
        "_rels/.rels": f'<Relationships xmlns="{LINKS}"><Relationship Id="a" Type="{OFFICE}/officeDocument"'
        ' Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Payments" sheetId="1" r:id="worksheet"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{LINKS}">{links}</Relationships>',
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": STRINGS,
        "xl/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData>{HEADER}{rows}</sheetData>{more}</worksheet>',
        **(parts or {}),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, part in named.items():
            zipped.writestr(name, part)
    return target.getvalue()


def line(amount: str) -> str:
    """Return a row whose second cell is ``amount``, ``@`` being its address."""
    return f'<row r="2"><c r="A2" t="s"><v>0</v></c>{amount.replace("@", "B2")}</row>'


def read(root: Path, data: bytes) -> Extracted:
    (root / NAME).write_bytes(data)
    return SOURCE.read(root, NAME, COLUMNS, COLUMNS)


def code_of(root: Path, data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        read(root, data)
    assert caught.value.where.startswith(NAME)
    return caught.value.code


READING = """
import resource, sys
from pathlib import Path
from pipeline.errors import InputError
from pipeline.extract.workbook import Workbook
columns = ("Body", "Amount")
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
try:
    source = Workbook("{month}.xlsx", sheet="Payments")
    print(len(source.read(Path(sys.argv[1]), "2024-01.xlsx", columns, columns).rows))
except InputError as error:
    print(error.code)
"""


def read_apart(root: Path, data: bytes) -> str:
    """Return the number of rows, or the code of the error, as a process with little memory finds it."""
    (root / NAME).write_bytes(data)
    command = [sys.executable, "-c", READING, str(root), str(MEMORY)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def strings(counts: str) -> dict[str, str | bytes]:
    return {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}" {counts}><si><t>OPCC</t></si></sst>'}


ONE = line('<c r="@"><v>1</v></c>')
MANY = "99999999999"
USED_OFTEN = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(2, 3002))
LONG = {"xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>{"x" * 2_000_000}</t></si></sst>'}


@pytest.mark.parametrize(
    ("rows", "parts", "found"),
    [
        (ONE, {}, "1"),
        (
            ONE,
            strings(f'count="{MANY}" uniqueCount="1"'),
            "1",
        ),  # how often the texts are used, which is nobody's matter
        (ONE, strings(f'count="1" uniqueCount="{MANY}"'), "broken-file"),
        (ONE, strings('uniqueCount="many"'), "broken-file"),
        (ONE, strings('uniqueCount="1000"'), "1"),
        (ONE, strings(f'uniqueCount="{"9" * 5000}"'), "broken-file"),
        (ONE.replace('r="2"', f'r="{"9" * 5000}"'), {}, "broken-file"),
        (ONE, {"xl/sharedStrings.xml": '<?xml version="1.0" encoding="klingon"?><sst/>'}, "broken-file"),
        (USED_OFTEN, LONG, "zip-bomb"),
        (USED_OFTEN, strings(""), "3000"),
        ('<row r="2"><c r="A2"/><c r="XFD1048576"><v>1</v></c><c r="B2"><v>1</v></c></row>', {}, "broken-file"),
        ('<row r="2"><c r="A2"/><c r="B1048576"><v>1</v></c><c r="C2"><v>1</v></c></row>', {}, "broken-file"),
        ('<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>', {}, "broken-file"),
        ('<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>1</v></c></row>', {}, "broken-file"),
        ('<row r="2"><c r="a2"><v>1</v></c></row>', {}, "broken-file"),
        ('<row r="2"><c r="A2"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>', {}, "broken-file"),
        ('<row r="3"><c r="A3"><v>1</v></c></row><row r="2"><c r="B2"><v>1</v></c></row>', {}, "broken-file"),
        ('<row r="2"><c r="ZZ2" t="e"><v>#N/A</v></c><c r="A2"><v>1</v></c></row>', {}, "broken-file"),
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', {}, "zip-bomb"),
        (line('<c r="@" s="2"><v>1e12</v></c>'), {}, "broken-file"),  # more hours than there are
        ("<row><c><v>1</v></c><c><v>1</v></c></row><row><c><v>1</v></c></row>", {}, "2"),  # addresses may be left out
    ],
)
def test_a_number_in_a_file_never_decides_how_much_memory_is_taken(
    tmp_path: Path, rows: str, parts: dict[str, str | bytes], found: str
) -> None:
    assert read_apart(tmp_path, package(rows, parts=parts)) == found


@pytest.mark.parametrize(
    ("cell", "bad"),
    [
        ('<c r="@" t="str"><f>A1</f></c>', True),
        ('<c r="@"><f>A1</f></c>', True),
        ('<c r="@" t="e"><v>#N/A</v></c>', True),
        ('<c r="@" t="str"><f>A1</f><v></v></c>', False),
        ('<c r="@" t="str"><f>A1</f><v>x</v></c>', False),
        ('<c r="@"><f>A1</f><v>1</v></c>', False),
    ],
)
def test_a_formula_without_a_stored_result_is_a_bad_cell(tmp_path: Path, cell: str, bad: bool) -> None:  # noqa: FBT001 - drawn
    found = read(tmp_path, package(line(cell)))
    assert found.problems == ((CellProblem(2, "Amount", "unreadable-cell"),) if bad else ())


def test_a_package_that_the_library_cannot_unpack_is_damaged(tmp_path: Path) -> None:
    data = package(ONE)
    for place, value in ((6, 0x20), (6, 0x40)):  # flags of patched data and of strong encryption, in every directory
        directory = data.index(b"PK\x01\x02")
        changed = bytearray(data)
        changed[directory + place + 2] |= value
        changed[place] |= value
        assert code_of(tmp_path, bytes(changed)) in {"broken-file", "encrypted-file"}
