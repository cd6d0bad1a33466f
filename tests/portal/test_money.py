"""The pages of money say what anybody counts from the published payments, and nobody who must not be named."""

from __future__ import annotations

import html
import json
import re
import shutil
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import duckdb

from pipeline.publish.catalogue.money import reading
from pipeline.sample.faults import LEDGER
from pipeline.sample.writing import read_workbook
from tests.lib.product import Product, read_csv

if TYPE_CHECKING:
    import pytest

_FIGURE = re.compile(r'<span data-figure="([^"]*)">([^<]*)</span>')
_CELL = re.compile(r'<td data-figure="([^"]*)">([^<]*)</td>')
SPEND, VALUE = "spend-over-500", "value-for-money"


def pages(history: Product) -> list[Path]:
    return sorted((history.published / "money").rglob("*.html"))


def figures(page: Path) -> dict[str, str]:
    return {html.unescape(name): text for name, text in _FIGURE.findall(page.read_text("utf-8"))}


def test_every_number_is_what_its_query_counts(history: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    queries = json.loads((history.published / "money" / "figures.json").read_bytes())
    monkeypatch.chdir(history.published / "money")
    every = {name: text for page in pages(history) for name, text in figures(page).items()}
    kinds = {name.partition("/")[0] for name in every}
    assert kinds == queries.keys()
    chosen = sorted(every)[:: max(1, len(every) // 300)]
    chosen += sorted(figures(history.published / "money" / "index.html"))
    with duckdb.connect() as connection:
        for name in chosen:
            kind, *parameters = name.split("/")
            asked = set(re.findall(r"\$([0-9])", queries[kind]))
            given = {str(number): unquote(text) for number, text in enumerate(parameters, start=1)}
            assert given.keys() == asked, name
            found = connection.execute(queries[kind], given).fetchall()[0][0]
            assert Decimal(str(found)) == Decimal(every[name].replace(",", "")), name


def test_a_month_is_the_sum_of_its_file_counted_by_hand(history: Product) -> None:
    rows = read_csv(history.published / SPEND / f"{SPEND}-2024-03.csv")
    shown = figures(history.published / "money" / "2024-03.html")
    assert shown["total/2024-03/2024-03"] == f"{round(sum(Decimal(row['net_amount']) for row in rows)):,}"
    assert shown["lines/2024-03/2024-03"] == f"{len(rows):,}"
    assert shown["payees/2024-03/2024-03"] == f"{len({row['supplier_id'] for row in rows} - {''}):,}"


def test_reasons_by_body_and_card_are_those_of_the_file_and_leave_no_line_out(history: Product) -> None:
    rows = read_csv(history.published / SPEND / f"{SPEND}-2024-03.csv")
    shown = figures(history.published / "money" / "2024-03.html")
    lines: dict[str, int] = {}
    for row in rows:
        asked = "/".join(quote(row[name], safe="") for name in ("body", "value_for_money"))
        for kind in ("reason-lines", *(["reason-card-lines"] if row["is_card"] == "true" else [])):
            name = f"{kind}/2024-03/2024-03/{asked}"
            lines[name] = lines.get(name, 0) + 1
    found = {name: int(text.replace(",", "")) for name, text in shown.items() if name.startswith("reason-")}
    assert {name: number for name, number in found.items() if number and "-lines/" in name} == lines
    assert sum(number for name, number in lines.items() if name.startswith("reason-lines/")) == len(rows)


def test_every_named_payee_stands_once_in_the_list_and_nobody_redacted(history: Product) -> None:
    named: dict[str, str] = {}
    for path in sorted((history.published / SPEND).glob(f"{SPEND}-2*.csv")):
        named |= {row["supplier_id"]: row["supplier_name"] for row in read_csv(path) if row["supplier_id"]}
    letters = [page for page in pages(history) if page.parent.name == "payees" and len(page.stem) < 6]
    assert len(letters) == 27
    listed = [name for page in letters for name in figures(page) if name.startswith("payee/")]
    assert sorted(name.rpartition("/")[2] for name in listed) == sorted(named)
    for page in pages(history):
        text = page.read_text("utf-8")
        assert "REDACTED PERSONAL" not in text
        assert "REDACTED OTHER" not in text


def test_every_link_leads_to_a_file_and_pages_are_small(history: Product) -> None:
    for page in pages(history):
        text = page.read_text("utf-8")
        assert len(text.encode()) < 100_000, page.name
        for link in re.findall(r'(?:href|src)="([^"]*)"', text):
            address = urlsplit(html.unescape(link))
            if not address.scheme and address.path:
                assert (page.parent / unquote(address.path)).is_file(), (page.name, link)


def test_who_must_be_protected_later_is_gone_from_every_page(history: Product, tmp_path: Path) -> None:
    shutil.copytree(history.folder, tmp_path / "copy")
    product = Product(tmp_path / "copy")
    ranking = figures(product.published / "money" / "index.html")
    code = next(name.rpartition("/")[2] for name in ranking if name.startswith("payee/"))
    rows = (row for row in read_csv(product.published / SPEND / f"{SPEND}-2024-03.csv") if row["supplier_id"] == code)
    name = next(rows)["supplier_name"]
    assert any(name.encode() in path.read_bytes() for path in product.published.rglob("*.html"))
    number = next(line["Supplier No"] for line in product_lines(product) if line["Supplier Name"] == name)
    types = product.reference / "supplier-types.csv"
    types.write_text(types.read_text("utf-8") + f"{number},PROT\n", "utf-8")
    product.run("publish", "--quiet", status=None)
    assert not (product.published / "money" / "payees" / f"{code[:12]}.html").exists()
    registers = ("gifts-and-hospitality", "contracts")  # whose parties have a list of their own
    for path in product.published.rglob("*"):
        if path.is_file() and path.relative_to(product.published).parts[0] not in registers:
            content = path.read_bytes()
            assert name.encode() not in content, path
            assert code.encode() not in content, path


def product_lines(product: Product) -> list[dict[str, object]]:
    return [dict(line) for line in read_workbook(product.ledger("2024-03"), LEDGER)]


def test_every_line_of_the_sample_is_counted_once_to_the_penny(history: Product) -> None:
    for month in ("2024-02", "2024-03"):
        raw: list[dict[str, object]] = [dict(each) for each in read_workbook(history.ledger(month), LEDGER)]
        seen: set[tuple[str, ...]] = set()
        lines, pence = 0, Decimal(0)
        for each in raw:
            cells = tuple(str(each[name]) for name in raw[0])
            if cells not in seen:
                lines += 1
                pence += _sterling(each)
            seen.add(cells)
        rows = {row["category"]: row for row in history.csv("excluded-spend-totals", month)}
        assert (rows["All lines"]["lines"], rows["All lines"]["net_amount"]) == (str(lines), f"{pence:.2f}")


def _sterling(cells: dict[str, object]) -> Decimal:
    """Return what a line's amount is, nothing where that cannot be read or is no sterling."""
    text = str(cells["Net Amount"]).replace(",", "").replace("£", "").strip()
    text = f"-{text[1:-1]}" if text.startswith("(") else text
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return Decimal(0)
    return amount if cells["Currency"] == "GBP" and amount == round(amount, 2) else Decimal(0)


def test_every_number_of_value_for_money_is_what_its_query_counts(
    history: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(history.published / "money")
    for year, months in (("2023-24", 12), ("2022-23", 2)):
        text = Path(f"{VALUE}-{year}.html").read_text("utf-8")
        known = json.loads(Path(f"{VALUE}-{year}.json").read_bytes())
        cells = dict(_CELL.findall(text))
        assert cells.keys() == known.keys()
        assert text.count("Adds up: yes.") == months
        assert len(text.encode()) < 100_000
        with duckdb.connect() as connection:
            for name, shown in cells.items():
                found = connection.execute(known[name]["query"]).fetchall()[0][0]
                assert Decimal(str(found)) == Decimal(shown.replace(",", "")) == Decimal(known[name]["value"]), name


def test_a_year_with_a_penny_amiss_shows_no_number_and_says_so(
    history: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = reading._parts

    def amiss(path: Path) -> list[reading.Part]:
        rows = read(path)
        off = 1 if "2024-02" in path.name else 0
        return [row._replace(pence=row.pence + off) if row.category == "Pay" and row.pence else row for row in rows]

    monkeypatch.setattr(reading, "_parts", amiss)
    shutil.copytree(history.folder, tmp_path / "copy")
    product = Product(tmp_path / "copy")
    shutil.rmtree(product.published)
    product.run("publish", "--quiet", status=0)
    money = product.published / "money"
    text = (money / f"{VALUE}-2023-24.html").read_text("utf-8")
    assert "do not add up to the penny in February 2024" in " ".join(text.split())
    assert "data-figure" not in text.partition("<main")[2]
    assert json.loads((money / f"{VALUE}-2023-24.json").read_bytes()) == {}
    assert "Where every penny went" not in (money / "2024-02.html").read_text("utf-8")
    assert "Where every penny went" in (money / "2024-01.html").read_text("utf-8")
    assert "Adds up: yes" in (money / f"{VALUE}-2022-23.html").read_text("utf-8")
