"""A force whose systems call everything otherwise: the invented exports that `examples/cumbria.toml` maps."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import xlsxwriter

from tests.lib import ROOT
from tests.lib.dataset_folders import KEY
from tests.lib.product import Product, leave_out, leave_out_told

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EXAMPLE = ROOT / "examples" / "cumbria.toml"
AS_OF = "2024-04-10"
#: Its datasets whose mappings have codes that open a protection, and all.
CODED = ("crime-outcomes", "engagement-events", "spend-over-500", "street-crime")
DATASETS = (*CODED, "stop-and-search")
#: The months of the exports, as people and as files call them.
MONTHS = {"Jan": "01", "Feb": "02", "Mar": "03"}
#: The database of its engagement system, which does not stand below the data.
MEETINGS = "engagement system.duckdb"
_POINTS = (
    "longitude,latitude,location,lsoa_code,lsoa_name,addresses\n"
    "-2.930000,54.890000,On or near Castle Street,E01019188,Carlisle 008A,24\n"
    "-2.740000,54.660000,On or near Mill Lane,E01019334,Eden 003B,11\n"
)
_NEIGHBOURHOODS = (
    "neighbourhood_code,neighbourhood_name,beat_code,ward_code,lad_code,lad_name,households\n"
    "CA1,Carlisle Centre,CA11,E05014171,E06000063,Cumberland,5200\n"
)


class Line(NamedTuple):
    """A line of the ledger as it is written, and the amount that has to be published, None where nothing is."""

    cells: tuple[str, ...]
    published: Decimal | None = None


#: Nobody of these may come out anywhere; each stands in one column that identifies somebody.
PLANTED = {
    "a payee": "Wilhelmina Thistlethwaite",
    "a member of staff": "Peregrine Oakapple",
    "a protected payee": "Larkspur Refuge House",
    "an address": "14 Quillfeather Close",
    "a memo": "paid for Ambrose Nettlefold after the incident",
    "a clerk": "Cressida Winterbourne",
    "a victim": "Zebedee Marchbanks",
    "a crime": "CN/2024/0998877",
    "an officer": "PC 9431 Hollingsworth",
    "a place": "7 Juniper Garth, Penrith",
    "what happened": "Zebedee was followed home from Brampton",
    "a caller": "Philomena Greenhalgh",
    "a log": "LOG-55667788",
    "a text of a log": "caller says that her son Barnaby is in danger",
    "an offender": "Thaddeus Crackenthorpe",
    "who was searched": "Quentin Applegarth",
    "the grounds": "he was seen near the house of Mrs Dalrymple",
    "a chair": "Inspector Evangeline Hartigan",
    "a venue": "The Beehive, home of Mr Tolliver",
}

_LEDGER = ("Our Ref", "Name:", "Payee Class", "Date of Payment", "Amount Paid", "Directorate", "Expense Code",
           "Expense Type", "Processed by", "Remit to", "Memo", "Batch")  # fmt: skip


def ledger(month: str) -> list[Line]:
    """Return the lines of a month, `01` to `03`, with every form that amounts and dates are written in."""
    clerk, address, memo = PLANTED["a clerk"], PLANTED["an address"], PLANTED["a memo"]

    def line(ref: str, name: str, kind: str, day: str, amount: str, *, code: str = "41010") -> tuple[str, ...]:
        return (ref, name, kind, f"{day}/{month}/24", amount, "Estates & Facilities", code,
                "Building repairs", clerk, address, memo, "7")  # fmt: skip

    good = [
        Line(line(f"INV{month}{n:03}", f"Supplier {n % 9} \u201cNorth\u201d", "C", str(1 + n), f"£{n},{n:03}.{n:02}"),
             Decimal(f"{n}{n:03}.{n:02}"))
        for n in range(1, 28)
    ]  # fmt: skip
    return [
        *good,
        Line(line(f"CRN{month}", "Acme Locks Ltd", "C", "09", "1,250.75-"), Decimal("-1250.75")),
        Line(line(f"SPL{month}", "Acme Locks Ltd", "C", "9", "300.00"), Decimal("300.00")),
        Line(line(f"SPL{month}", "Acme Locks Ltd", "C", "9", "300.01"), Decimal("300.01")),
        Line(line(f"LOW{month}", "Acme Locks Ltd", "C", "9", "499.99")),
        Line(line(f"PER{month}", PLANTED["a payee"], "P", "10", "£800.10"), Decimal("800.10")),
        Line(line(f"STF{month}", PLANTED["a member of staff"], "E", "11", "900.00"), Decimal("900.00")),
        Line(line(f"PRO{month}", PLANTED["a protected payee"], "X", "12", "1000.50"), Decimal("1000.50")),
        Line(line(f"SOL{month}", "Robin Hood Joinery", "T", "13", "700"), Decimal(700)),
        Line(line(f"UNK{month}", "Nobody Knows", "?", "14", "650.00")),
    ]


def write_ledger(product: Product, mon: str, lines: Sequence[Line], *, header: Sequence[str] = _LEDGER) -> Path:
    """Write a month as the finance system exports it: titles, semicolons, cp1252, a footer."""
    rows = [["Cumbria Constabulary: payments over £500"], [""], list(header), *(list(each.cells) for each in lines)]
    rows += [["Total", "", "", "", "999,999.99"], ["Printed by the finance system"]]
    width = len(header)
    text = "".join(";".join([*row, *[""] * (width - len(row))]) + "\r\n" for row in rows)
    path = product.raw / "finance" / f"AP {mon} 24 over 500.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("cp1252"))
    return path


_CRIMES = ("Crime No", "Date Created", "HO Class", "Category", "Outcome", "Grid X", "Grid Y", "Geocode Level",
           "Sealed", "Aggrieved", "OIC", "Address", "MO")  # fmt: skip


def write_crimes(product: Product, mon: str) -> Path:
    """Write a month of recorded crimes: 30 open ones, one that is sealed, one of nowhere."""
    month = MONTHS[mon]

    def row(number: int, sealed: str = "", level: str = "1", reference: str = "") -> str:
        cells = (reference or f"CN/2024/{month}{number:04}", f"{1 + number % 28:02}-{mon}-2024 09:{number % 60:02}",
                 ("28/3", "", "")[number % 3], ("BURG", "VEH", "DRUG")[number % 3], ("18", "")[number % 2],
                 str(340_390 + number) if level != "9" else "", str(555_600 + number) if level != "9" else "",
                 level, sealed, PLANTED["a victim"], PLANTED["an officer"],
                 f'"{PLANTED["a place"]}"', PLANTED["what happened"])  # fmt: skip
        return ",".join(cells)

    rows = [row(n, level=("1", "2")[n % 2]) for n in range(30)]
    rows += [row(40, sealed="S", reference=PLANTED["a crime"]), row(41, level="9")]
    path = product.raw / "rms" / f"Crimes 2024{month}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([",".join(_CRIMES), *rows]) + "\n", encoding="utf-8")
    return path


def write_incidents(product: Product) -> Path:
    """Write the control room's workbook for the financial year: a sheet a month, and one of notes."""
    path = product.raw / "control room" / "ASB 2023-24.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path)
    book.add_worksheet("Notes").write_string(0, 0, "Exported by the control room")
    for mon, month in MONTHS.items():
        sheet = book.add_worksheet(f"{mon} '24")
        sheet.write_row(0, 0, ["Anti-social behaviour"])
        sheet.write_row(1, 0, ["Log", "Opened", "X", "Y", "Protect", "Informant", "Log text"])
        for n in range(12):
            log = PLANTED["a log"] if (n, mon) == (11, "Jan") else f"LOG-{month}{n:04}"
            mark = "Yes" if n == 11 else "No"
            cells = [log, f"{1 + n:02}/{month}/2024 22:1{n % 10}", 340_400 + n, 555_610 + n, mark]
            sheet.write_row(2 + n, 0, [*cells, PLANTED["a caller"], PLANTED["a text of a log"]])
    book.close()
    return path


def write_outcomes(product: Product, mons: Sequence[str]) -> Path:
    """Write the outcomes of all time: tabs, no place, one of a crime that is sealed here alone."""
    rows = [
        [f"CN/2024/{month}{n:04}", f"{1 + n % 28:02}.{month}.2024", "18", "S" if n == 7 else "", PLANTED["an offender"]]
        for month in (MONTHS[mon] for mon in mons)
        for n in range(29)
    ]
    path = product.raw / "rms" / "Outcomes since 2024.txt"
    lines = [["Crime No", "Finalised", "HO Outcome", "Sealed", "Offender"], *rows]
    path.write_text("".join("\t".join(row) + "\n" for row in lines), encoding="utf-8")
    return path


def write_searches(product: Product, mon: str) -> Path:
    """Write a month of searches without a header: one of a child, one beyond outer clothing."""
    month = MONTHS[mon]
    rows = [
        [f"SS{month}{n:03}", f"{1 + n:02}/{month}/2024 21:{n:02}", "PV"[n % 2], "340390", "555600", "exact",
         "MF"[n % 2], str(9 if n == 3 else 20 + n), "MDA23", "Y" if n == 4 else "N", PLANTED["who was searched"],
         PLANTED["the grounds"]]
        for n in range(29)
    ]  # fmt: skip
    path = product.raw / "searches" / f"24-{mon}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(row) + "\n" for row in rows), encoding="utf-8")
    return path


def write_meetings(product: Product) -> None:
    """Write the engagement system, which stands elsewhere: meetings, and the places that they were held at."""
    path = product.folder / MEETINGS
    product.variables["PIPELINE_ENGAGEMENT_DATABASE"] = f"duckdb:///{path}?access_mode=read_only"
    with duckdb.connect(path) as database:
        _fill(database)


def meetings_as_sqlite(product: Product) -> Path:
    """Write the same as the SQLite file below the extracts that is read where no address is given."""
    product.variables.clear()
    product.events.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(product.events)) as database, database:
        _fill(database)
    return product.events


def _fill(database: duckdb.DuckDBPyConnection | sqlite3.Connection) -> None:
    database.execute("CREATE TABLE place (id INTEGER PRIMARY KEY, kind TEXT, name TEXT)")
    places = [(1, "hall", "Town Hall"), (2, "home", PLANTED["a venue"])]
    database.executemany("INSERT INTO place VALUES (?, ?, ?)", places)
    database.execute(
        "CREATE TABLE meeting (ref TEXT, held_on TIMESTAMP, type TEXT, area TEXT, ward TEXT, format TEXT,"
        " open_to TEXT, police_there TEXT, people INTEGER, chair TEXT, place_id INTEGER, private_note TEXT)"
    )
    rows = [
        (f"M{month}{n}", f"2024-{month}-{2 + n:02} 19:00", "BS"[n % 2], "CA1", "E05014171", ("room", "web")[n % 2],
         "youth" if n == 3 else "all", "Y", 4 + n, PLANTED["a chair"], 2 if n == 4 else 1, "never selected")
        for month in MONTHS.values() for n in range(5)
    ]  # fmt: skip
    database.executemany(f"INSERT INTO meeting VALUES ({', '.join('?' * 12)})", rows)  # noqa: S608 - question marks


def mapped_force(folder: Path, mons: Sequence[str] = tuple(MONTHS)) -> Product:
    """Return the force with its key, its reference data, its own exports and the example's settings."""
    product = Product.empty(folder)
    shutil.copy(EXAMPLE, product.settings)
    leave_out(product, ("excluded-spend-totals",))
    leave_out_told(product)
    product.key_file.parent.mkdir(parents=True)
    product.key_file.write_text(f"{KEY}\n", encoding="ascii")
    product.key_file.chmod(0o600)
    product.reference.mkdir(parents=True)
    (product.reference / "map-points.csv").write_text(_POINTS, encoding="utf-8")
    (product.reference / "neighbourhoods.csv").write_text(_NEIGHBOURHOODS, encoding="utf-8")
    for mon in mons:
        write_ledger(product, mon, ledger(MONTHS[mon]))
        write_crimes(product, mon)
        write_searches(product, mon)
    write_outcomes(product, mons)
    write_incidents(product)
    write_meetings(product)
    return product


def approve_codes(product: Product) -> None:
    """Approve the codes that open a protection, in every dataset."""
    for name in CODED:
        product.decide("approve", name, "--all", "--finding", "mapping-opens")
