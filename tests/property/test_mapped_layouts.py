"""The same lines in any layout that a mapping can describe are the same agreed extract."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.columns.money import money
from pipeline.extract.delimited import Folder
from pipeline.extract.mapped import Kinds, Mapped
from pipeline.extract.reader import anew
from pipeline.model.mapping import ExportMapping, Fate
from pipeline.model.periods import MONTH
from tests.lib import examples

AGREED = ("Ref", "Name", "Paid", "Net", "Period")
THEIRS = {"Ref": "Our Ref", "Name": "Name:", "Paid": "Date Paid", "Net": "Amount"}
_DATES = {"DD/MM/YY": "%d/%m/%y", "DD-Mon-YYYY": "%d-%b-%Y", "YYYYMMDD": "%Y%m%d", "DD.MM.YYYY": "%d.%m.%Y"}
_MONEY = {
    "trailing-minus": lambda amount: f"{abs(amount):,.2f}{'-' * (amount < 0)}",
    "brackets": lambda amount: f"({abs(amount):.2f})" if amount < 0 else f"{amount:.2f}",
    "CR": lambda amount: f"{abs(amount):.2f}{' CR' * (amount < 0)}",
    "£": lambda amount: f"{'-' * (amount < 0)}£{abs(amount):,.2f}",
}
_TEXT = st.text("abcXYZ é&';|,\"\u201c", min_size=1, max_size=12).map(str.strip).filter(bool)


class Line(NamedTuple):
    """A payment, whatever it is written like."""

    ref: str
    name: str
    paid: dt.date
    net: Decimal


LINES = st.lists(
    st.builds(
        Line,
        st.from_regex(r"[A-Z]{2}[0-9]{3}", fullmatch=True),
        _TEXT,
        st.dates(dt.date(2023, 4, 1), dt.date(2024, 3, 31)),
        st.integers(-(10**7), 10**7).map(lambda pence: Decimal(pence) / 100),
    ),
    min_size=1,
    max_size=8,
)


class Layout(NamedTuple):
    """How an export is laid out."""

    order: tuple[str, ...]
    titles: int
    dates: str
    money: str
    delimiter: str
    encoding: str
    month: str
    footer: bool
    shout: bool


LAYOUTS = st.builds(
    Layout,
    st.permutations([*THEIRS, "Memo"]).map(tuple),
    st.integers(0, 5),
    st.sampled_from(sorted(_DATES)),
    st.sampled_from(sorted(_MONEY)),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["utf-8", "cp1252", "utf-16"]),
    st.sampled_from(["Date Paid", "file"]),
    st.booleans(),
    st.booleans(),
)


def rows_of(lines: list[Line], layout: Layout) -> list[list[str]]:
    written = [
        {
            "Ref": line.ref,
            "Name": line.name,
            "Paid": line.paid.strftime(_DATES[layout.dates]),
            "Net": _MONEY[layout.money](line.net),
            "Memo": "about people",
        }
        for line in lines
    ]
    names = {**THEIRS, "Memo": "Memo"}
    header = [names[each].upper() if layout.shout else f" {names[each]} " for each in layout.order]
    footer = [["Total" if place == 0 else "" for place in range(len(header))]] if layout.footer else []
    titles = [["Report", *[""] * (len(header) - 1)]] * layout.titles
    return [*titles, header, *([line[each] for each in layout.order] for line in written), *footer]


def mapping_of(layout: Layout, name: str) -> ExportMapping:
    return ExportMapping(
        feed="ledger",
        files=(name,),
        encoding=layout.encoding,
        delimiter=layout.delimiter,
        dates=(layout.dates,),
        money=(layout.money,),
        month=layout.month,
        stop_at="Total" if layout.footer else "",
        columns={agreed: (theirs,) for agreed, theirs in THEIRS.items()},
        withheld={"Memo": Fate("free text", "anybody")},
    )


def read(folder: Path, mapping: ExportMapping) -> list[tuple[Any, ...]]:
    """Return every line of every part, in the order of its row."""
    of = Mapped(mapping, Folder("x/{period}.csv"), Kinds(("Paid",), ("Net",), ("Period",)), MONTH, {"Memo": "Memo"})
    found: list[tuple[Any, ...]] = []
    for path, period in of.extracts(folder, MONTH, anew).items():
        extracted = of.read(folder, path, AGREED, (*AGREED, "Memo"))
        assert not extracted.problems
        cells = [extracted.cells[name].to_pylist() for name in AGREED]
        assert set(cells[-1]) == {period}
        rows = extracted.rows.to_pylist()
        found += [
            (row, ref, name, paid, money(net)) for row, ref, name, paid, net in zip(rows, *cells[:-1], strict=True)
        ]
    return sorted(found)


def expected(lines: list[Line], layout: Layout) -> list[tuple[Any, ...]]:
    first = layout.titles + 2
    return [
        (first + place, line.ref, line.name, line.paid.isoformat(), f"{line.net + 0:.2f}")
        for place, line in enumerate(lines)
    ]


@settings(deadline=None, max_examples=examples(150))
@given(lines=LINES, layout=LAYOUTS)
def test_delimited_text_of_any_layout(lines: list[Line], layout: Layout) -> None:
    name = "AP 2024-01.csv"
    pattern = "AP {month}.csv" if layout.month == "file" else name
    text = io.StringIO()
    csv.writer(text, delimiter=layout.delimiter).writerows(rows_of(lines, layout))
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(text.getvalue().encode(layout.encoding))
        assert read(Path(folder), mapping_of(layout, pattern)) == expected(lines, layout)


@settings(deadline=None, max_examples=examples(60))
@given(lines=LINES, layout=LAYOUTS)
def test_a_workbook_of_any_layout(lines: list[Line], layout: Layout) -> None:
    name = "AP 2024-01.xlsx"
    pattern = "AP {month}.xlsx" if layout.month == "file" else name
    with tempfile.TemporaryDirectory() as folder:
        with xlsxwriter.Workbook(Path(folder) / name, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet("Payments")
            for row, cells in enumerate(rows_of(lines, layout)):
                for place, cell in enumerate(cells):
                    sheet.write_string(row, place, cell)
            book.add_worksheet("Notes").write_string(0, 0, "made up")
        assert read(Path(folder), mapping_of(layout, pattern)) == expected(lines, layout)
