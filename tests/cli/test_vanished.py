"""Files that have gone, that have not come yet, and months between: never a reason to publish less."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from pipeline.build import run_context as workplace
from pipeline.storage.store import Store
from tests.lib.product import MONTHS, Product, change_csv, contents, read_csv, sample_lines
from tests.lib.published_in import PublishedIn, published_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Rows


def published_reference(product: Product, month: str) -> str:
    """Return the reference of a crime that is published in a month and restricted nowhere."""
    return next(
        row["crime_reference"]
        for row in read_csv(product.crimes(month))
        if "*24*0" in row["crime_reference"] and row["restricted"] == "N"
    )


def restrict(product: Product, file: str, reference: str) -> None:
    def change(rows: Rows) -> Rows:
        good = next(row for row in rows if "*24*0" in row["crime_reference"])
        return [*rows, {**good, "crime_reference": reference, "restricted": "Y"}]

    change_csv(product.crimes(file), change)


def copy_month(product: Product, source: str, month: str) -> None:
    """Drop the crimes and incidents of ``source`` again as those of a later month."""
    for path in (product.crimes(source), product.incidents(source)):
        text = path.read_text(encoding="utf-8")
        for old, new in ((f"{source}-", f"{month}-"), (f"/{source[5:]}/2024", f"/{month[5:]}/2024")):
            text = text.replace(old, new)
        path.with_name(f"{month}.csv").write_text(text.replace("*24*", "*25*"), encoding="utf-8")
    change_csv(
        product.incidents(month),
        lambda rows: [row | {"incident_number": f"SAMPLE-{month[5:]}{at:07}"} for at, row in enumerate(rows)],
    )
    change_csv(product.crimes(month), lambda rows: [row for row in rows if month in row["recorded_on"]])


# --- a file that has gone -------------------------------------------------------------------------------------------


def test_a_month_whose_file_has_gone_stays_and_is_marked(product: Product) -> None:
    files = product.months()
    kept = product.incidents("2024-02").read_bytes()
    product.incidents("2024-02").unlink()
    said = product.run("publish", "--quiet", status=0)
    assert "input-gone: 2024-02 stays as it was published" in said.out
    assert product.months() == files
    product.check_settled()
    said = product.run("publish", "--quiet")
    assert "input-gone: 2024-02" in said.out

    product.incidents("2024-02").write_bytes(kept)
    said = product.run("publish", "--quiet", status=0)
    assert "input-gone" not in said.out
    assert product.months() == files
    product.check_settled()


def test_a_month_fed_by_a_later_file_that_has_gone_stays_too(product: Product) -> None:
    files = product.months()
    product.crimes("2024-03").unlink()  # it brought late rows of January
    change_csv(product.crimes("2024-01"), lambda rows: rows[:150])
    said = product.run("publish", "--quiet", status=0)
    assert "input-gone: 2024-01" in said.out
    assert "input-gone: 2024-03" in said.out
    assert "input-gone: 2024-02" not in said.out
    assert product.months() == files
    product.check_settled()


def test_late_rows_of_a_month_whose_file_has_gone_are_withheld(product: Product) -> None:
    files = product.months()
    product.crimes("2024-01").unlink()

    def change(rows: Rows) -> Rows:
        late = {"recorded_on": "2024-01-09 10:00", "crime_reference": "SAMPLE*24*8800001", "restricted": "N"}
        return [*rows, {**next(row for row in rows if "*24*0" in row["crime_reference"]), **late}]

    change_csv(product.crimes("2024-02"), change)
    # March's file brought late rows of January as well
    assert product.publish() == {"street-crime": ("2024-02", "2024-03")}
    assert product.accounts("street-crime", "2024-02")["month-not-open"] == 1
    now = product.months()
    assert now["street-crime-2024-01.csv"] == files["street-crime-2024-01.csv"]
    product.check_settled()


def test_all_files_gone_at_once_is_no_reason_to_publish_less(product: Product) -> None:
    files = contents(product.published)
    for path in (product.raw / "crime", product.raw / "engagement"):
        shutil.rmtree(path)
    said = product.run("publish", "--quiet", status=0)
    assert said.out.count("input-gone") == 6
    now = contents(product.published)
    assert {name: text for name, text in now.items() if name.endswith((".csv", ".parquet"))} == {
        name: text for name, text in files.items() if name.endswith((".csv", ".parquet"))
    }
    product.check_settled()


def test_a_restriction_is_carried_out_on_a_month_whose_file_has_gone(product: Product) -> None:
    before = product.csv("street-crime", "2024-02")
    kept = product.crimes("2024-02").read_bytes()
    restrict(product, "2024-01", published_reference(product, "2024-02"))
    product.crimes("2024-02").unlink()
    accounts = product.accounts("street-crime", "2024-02")
    product.run("publish", "--quiet", status=0)
    after = product.csv("street-crime", "2024-02")
    assert len(after) == len(before) - 1
    assert all(row in before for row in after)
    now = product.accounts("street-crime", "2024-02")
    assert now["published"] == accounts["published"] - 1
    assert now["restricted"] == accounts["restricted"] + 1
    assert sum(now.values()) == sum(accounts.values())
    package = json.loads((product.published / "street-crime" / "datapackage.json").read_bytes())
    assert package["quality"]["2024-02"]["rows"] == len(after)
    log = read_csv(product.published / "street-crime" / "change-log.csv")
    assert [line["rows_removed"] for line in log if line["month"] == "2024-02"] == ["1-7", "0"]
    assert not any("restrict" in text for line in log for text in line.values())
    store = Store(product.private)
    gone = next(row["Crime ID"] for row in before if row["Crime ID"] and row not in after)
    stays = next(row["Crime ID"] for row in after if row["Crime ID"])
    assert published_in(store, "street-crime", "Crime ID", gone) == (
        PublishedIn("2024-02", "2024-04-10", public=False),
    )
    assert published_in(store, "street-crime", "Crime ID", stays) == (
        PublishedIn("2024-02", "2024-04-10", public=True),
    )
    assert published_in(store, "street-crime", "Crime ID", "0" * 64) == ()
    product.check_settled()

    product.crimes("2024-02").write_bytes(kept)
    product.publish()
    assert product.csv("street-crime", "2024-02") == after
    assert product.accounts("street-crime", "2024-02") == now
    product.check_settled()


def test_a_restriction_taken_back_brings_nothing_back_while_the_file_is_gone(product: Product) -> None:
    before = product.csv("street-crime", "2024-02")
    kept, source = product.crimes("2024-02").read_bytes(), product.crimes("2024-01").read_bytes()
    restrict(product, "2024-01", published_reference(product, "2024-02"))
    product.crimes("2024-02").unlink()
    product.publish()
    product.crimes("2024-01").write_bytes(source + b"\n")  # not the very bytes that were replaced
    product.publish()
    assert len(product.csv("street-crime", "2024-02")) == len(before) - 1
    product.check_settled()
    product.crimes("2024-02").write_bytes(kept)
    product.publish(status=5)  # now there is a row that would be public again
    product.decide("approve", "street-crime", "--all")
    product.publish()
    assert product.csv("street-crime", "2024-02") == before
    product.check_settled()


@pytest.mark.parametrize("kind", ["IND", "PROT"])
def test_a_payee_found_to_need_protection_is_redacted_in_a_month_whose_ledger_has_gone(
    product: Product, kind: str
) -> None:
    public = product.csv("spend-over-500", "2024-01")
    numbers = {str(line["Supplier Name"]): str(line["Supplier No"]) for line in sample_lines("2024-01")}
    name = next(row["supplier_name"] for row in public if row["supplier_name"].endswith("Ltd") and row["supplier_id"])
    supplier = next(row["supplier_id"] for row in public if row["supplier_name"] == name)
    product.ledger("2024-01").unlink()
    with (product.reference / "supplier-types.csv").open("a", encoding="utf-8") as file:
        file.write(f"{numbers[name]},{kind}\n")
    product.publish()
    rows = product.csv("spend-over-500", "2024-01")
    assert len(rows) == len(public)
    assert not any(name in row.values() or supplier in row.values() for row in rows)
    marker = "REDACTED PERSONAL DATA" if kind == "IND" else "REDACTED OTHER"
    lines = sum(row["supplier_name"] == name for row in public)
    assert sum(row["supplier_name"] == marker for row in rows) == lines + sum(
        row["supplier_name"] == marker for row in public
    )
    redacted = [row for row in rows if row["redaction"]]
    assert not any(row["supplier_id"] or row["company_number"] or row["contract_reference"] for row in redacted)
    if kind == "PROT":
        assert not any(
            row["department"] or row["category"] or row["purpose"] for row in rows if row["redaction"] == "other"
        )
    product.check_settled()


def test_a_supplier_number_corrected_where_it_is_not_published_is_still_protected(product: Product) -> None:
    public = product.csv("spend-over-500", "2024-01")
    number = next(
        line["Supplier No"]
        for line in sample_lines("2024-01")
        if line["Supplier Type"] in {"IND", "STAFF"} and line["Supplier No"]
    )
    product.change_ledger(
        "2024-01",
        lambda lines: [
            {**line, "Supplier No": "NEW9999", "Supplier Type": "IND"} if line["Supplier No"] == number else line
            for line in lines
        ],
    )
    files = contents(product.published)
    product.publish()
    assert product.csv("spend-over-500", "2024-01") == public
    assert contents(product.published) == files  # nothing that the public sees has changed
    product.check_settled()
    product.ledger("2024-01").unlink()
    with (product.reference / "supplier-types.csv").open("a", encoding="utf-8") as file:
        file.write("NEW9999,PROT\n")
    product.publish()
    rows = product.csv("spend-over-500", "2024-01")
    changed = [row for row in rows if row not in public]
    assert changed
    assert {row["redaction"] for row in changed} == {"other"}
    assert not any(row["department"] or row["category"] for row in changed)
    product.check_settled()


def test_a_month_that_is_kept_keeps_the_types_and_columns_that_it_was_released_with(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = product.csv("street-crime", "2024-01")
    restrict(product, "2024-02", published_reference(product, "2024-01"))
    for path in (product.crimes("2024-01"), product.incidents("2024-01")):
        path.unlink()
    schemas = tmp_path / "schemas"
    shutil.copytree(workplace.SCHEMAS, schemas)
    path = schemas / "crime" / "street-crime.json"
    schema = json.loads(path.read_bytes())
    for field in schema["fields"]:
        if field["name"] == "Longitude":
            field["type"] = "integer"
        if field["name"] == "LSOA code":
            field["name"] = "LSOA 2021 code"
    path.write_text(json.dumps(schema), encoding="utf-8")
    monkeypatch.setattr(workplace, "SCHEMAS", schemas)
    said = product.run("publish", "--quiet")
    assert said.status != 0  # the other months cannot be built so
    after = product.csv("street-crime", "2024-01")
    assert len(after) == len(before) - 1
    assert all(row in before for row in after)
    typed = pq.read_table(product.published / "street-crime" / "street-crime-2024-01.parquet")
    assert [str(row["Longitude"] or "") for row in typed.to_pylist()] == [
        str(float(row["Longitude"])) if row["Longitude"] else "" for row in after
    ]


def test_a_store_that_lost_a_file_stops_its_dataset_only(product: Product) -> None:
    restrict(product, "2024-02", published_reference(product, "2024-01"))
    for path in (product.private / "releases" / "street-crime").glob("2024-01-*/*.parquet"):
        path.unlink()
    change_csv(product.crimes("2024-03"), lambda rows: [{**row, "recorded_on": "some day"} for row in rows])
    product.change_ledger("2024-02", lambda lines: lines[:-1])
    said = product.run("publish", "--quiet")
    assert said.status not in {0, 1}, said.text
    assert said.out.count("STOPPED") == 1
    assert "Spending over £500" in said.out
    assert len(product.csv("spend-over-500", "2024-02"))
    assert "Traceback" not in said.text


def test_a_release_that_was_lost_is_made_good_by_its_successor(product: Product) -> None:
    before = product.csv("street-crime", "2024-02")
    for path in (product.private / "releases" / "street-crime").glob("2024-02-*/*"):
        path.unlink()
    change_csv(product.crimes("2024-02"), lambda rows: [row for row in rows if row != rows[7]])
    assert product.publish() == {"street-crime": ("2024-02",)}
    assert len(before) - 1 <= len(product.csv("street-crime", "2024-02")) <= len(before)
    product.check_settled()


# --- a file that has not come ---------------------------------------------------------------------------------------


def test_a_month_without_the_file_of_one_feed_is_not_released_until_it_comes(product: Product) -> None:
    copy_month(product, "2024-02", "2024-04")
    crimes = product.crimes("2024-04")
    kept = crimes.read_bytes()
    crimes.unlink()
    over: dict[str, str] = {"PIPELINE_AS_OF": "2024-05-01"}
    for command in ("plan", "publish"):
        said = product.run(command, "--quiet", **over, status=0)
        assert said.out.count("WAITS for an extract: 2024-04: no file of recorded-crime has come") == 1
    assert not (product.published / "street-crime" / "street-crime-2024-04.csv").exists()
    crimes.write_bytes(kept.split(b"\n")[0] + b"\n")  # a header and no rows is a file that is there
    said = product.run("publish", "--quiet", status=5, **over)  # so many rows fewer than beside it
    assert "WAITS shrank: 2024-04" in said.out
    crimes.write_bytes(kept)
    assert product.publish(status=0, **over) == {"street-crime": ("2024-04",)}
    assert product.csv("street-crime", "2024-04")
    product.check_settled(**over)


def test_a_month_that_waits_ceases_to_wait_when_its_files_are_gone(product: Product) -> None:
    copy_month(product, "2024-02", "2024-04")
    new = (product.crimes("2024-04"), product.incidents("2024-04"))
    for path in new:
        path.write_bytes(path.read_bytes().split(b"\n")[0] + b"\n")
    over: dict[str, str] = {"PIPELINE_AS_OF": "2024-05-01"}
    said = product.run("publish", "--quiet", **over, status=5)
    assert re.search("WAITS shrank: 2024-04: .*it holds no rows\n", said.out)
    for path in new:
        path.unlink()
    said = product.run("publish", "--quiet", **over, status=0)
    assert "WAITS" not in said.out
    package = json.loads((product.published / "street-crime" / "datapackage.json").read_bytes())
    assert (package["monthsHeld"], package["monthsMissing"]) == ([], [])
    product.check_settled(**over)


def test_a_correction_that_waits_is_built_afresh_when_its_file_comes_back(product: Product) -> None:
    path = product.crimes("2024-02")
    change_csv(path, lambda rows: rows[:60])
    assert product.run("publish", "--quiet").status == 5
    kept = path.read_bytes()
    path.unlink()
    said = product.run("publish", "--quiet")
    assert said.status == 5, said.text  # its rows restricted a record of January
    assert "WAITS protection-weakened: 2024-01: 1 of the restricted records" in said.out
    assert "WAITS shrank" not in said.out
    path.write_bytes(kept)
    said = product.run("publish", "--quiet", status=5)
    assert "WAITS shrank: 2024-02" in said.out


def test_a_month_missing_between_two_is_said_on_the_public_page(product: Product) -> None:
    copy_month(product, "2024-02", "2024-05")  # which is shorter: its file must not seem cut off
    change_csv(product.crimes("2024-05"), lambda rows: [*rows[:-1], rows[-1] | {"recorded_on": "2024-05-31 09:00"}])
    assert product.publish() == {}
    assert product.publish(PIPELINE_AS_OF="2024-06-01")["street-crime"] == ("2024-05",)
    folder = product.published / "street-crime"
    assert json.loads((folder / "datapackage.json").read_bytes())["monthsMissing"] == ["2024-04"]
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<li>April 2024</li>" in page
    assert {path.name for path in folder.glob("*.csv")} >= {f"street-crime-{month}.csv" for month in MONTHS}
