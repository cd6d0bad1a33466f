"""All of a dataset in one download: made of what is public, when a month changed, and never with one that is gone."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

from pipeline.build.derived import collected as collecting
from tests.lib.dataset_folders import FOLDERS, DatasetFolder
from tests.lib.dataset_folders import force as make_force
from tests.lib.little_force import FEB, JAN, SPEND, STREET, call, crime, pay, publish, record
from tests.lib.product import built, change_csv, contents, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

DEC = "2023-12"


@pytest.fixture
def street(force: Product) -> Product:
    """Give a force that published crimes of two years."""
    record(force, DEC)
    call(force, DEC)
    publish(force, STREET)
    return force


def path(product: Product, part: str, dataset: str = STREET) -> Path:
    return product.published / dataset / "all" / f"{dataset}-{part}"


def everything(product: Product) -> Path:
    return path(product, "all.parquet")


def names(product: Product, year: str) -> list[str]:
    with zipfile.ZipFile(path(product, f"{year}.zip")) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def periods(product: Product) -> list[str]:
    said: str = pq.read_metadata(everything(product)).metadata[b"periods"].decode()
    return said.split(",")


def bytes_of(product: Product) -> bytes:
    """Return all that anybody can read in the files of many months, public and private, unpacked."""
    found = []
    for folder in (product.published / STREET / "all", product.private / "collected" / STREET):
        for each in (*folder.glob("*-all.parquet"), *folder.glob("*.zip")):
            content = each.read_bytes()
            if each.suffix == ".zip":
                with zipfile.ZipFile(io.BytesIO(content)) as archive:
                    found += [archive.read(name) for name in archive.namelist()]
            else:
                found.append(pq.read_table(each).to_pandas().to_csv().encode())
    return b"\n".join(found)


def withdraw(product: Product, *months: str) -> None:
    """Take back the extracts of some months, and let them go."""
    for month in months:
        for each in (product.crimes(month), product.incidents(month)):
            product.decide("forget", each.relative_to(product.raw).as_posix())
    publish(product, STREET, "2024-04-02", status=5)
    for month in months:
        product.decide("approve", STREET, month, "--finding", "withdrawn")


def test_all_months_are_the_rows_of_every_month_in_their_order(street: Product) -> None:
    with duckdb.connect() as database:
        one = database.read_parquet(str(everything(street))).fetchall()
        months = [
            database.read_parquet(str(street.published / STREET / f"{STREET}-{month}.parquet"))
            for month in (DEC, JAN, FEB)
        ]
        many = [row for month in months for row in month.fetchall()]
    assert one == many != []
    found = pq.ParquetFile(everything(street))
    assert periods(street) == [DEC, JAN, FEB]
    assert [found.read_row_group(at).column("Month").unique().to_pylist() for at in range(found.num_row_groups)] == [
        [DEC],
        [JAN],
        [FEB],
    ]
    assert found.schema_arrow.equals(pq.read_schema(street.published / STREET / f"{STREET}-{JAN}.parquet"))


def test_every_parquet_of_a_folder_together_holds_each_row_once(street: Product) -> None:
    every = street.published / STREET / "*.parquet"
    with duckdb.connect() as database:
        whole, single = (len(database.read_parquet(str(each)).fetchall()) for each in (everything(street), every))
    assert whole == single > 0


def test_a_year_is_its_csv_files_byte_for_byte(street: Product) -> None:
    assert names(street, "2023") == [f"{STREET}-{DEC}.csv"]
    assert names(street, "2024") == [f"{STREET}-{JAN}.csv", f"{STREET}-{FEB}.csv"]
    with zipfile.ZipFile(path(street, "2024.zip")) as archive:
        for name in archive.namelist():
            assert archive.read(name) == (street.published / STREET / name).read_bytes()


def test_a_plan_says_what_will_be_made_and_writes_nothing(force: Product) -> None:
    before = tree(force.data)
    said = force.run("--as-of", "2024-04-01", "plan", "--quiet", STREET, status=0)
    (line,) = (line for line in said.out.splitlines() if line.startswith(f"  {STREET}: new: {JAN} to {FEB}, "))
    assert {f"all/{STREET}-all.parquet", f"all/{STREET}-2024.zip"} < {*line.split(", ")}
    assert tree(force.data) == before
    publish(force, STREET)
    said = force.run("--as-of", "2024-04-01", "plan", "--quiet", STREET, status=0)
    assert "catalogue: nothing would change" in said.out


def test_a_preview_holds_them_as_they_will_be(force: Product) -> None:
    force.run("--as-of", "2024-04-01", "preview", "--quiet", STREET, status=0)
    shown = force.private / "preview" / STREET / "all"
    found = {each.name: each.read_bytes() for each in (*shown.glob("*-all.parquet"), *shown.glob("*.zip"))}
    assert len(found) == 2
    assert not (force.private / "collected").exists()
    publish(force, STREET)
    assert found == {name: (force.published / STREET / "all" / name).read_bytes() for name in found}


def test_what_is_made_again_from_nothing_has_the_same_bytes(street: Product) -> None:
    public = contents(street.published)
    for each in (street.private / "collected" / STREET).iterdir():
        each.unlink()
    said = street.run("--as-of", "2024-04-02", "plan", "--quiet", STREET, status=0)
    assert "catalogue: nothing would change" in said.out
    publish(street, STREET, "2024-04-02")
    assert contents(street.published) == public


def test_nothing_is_made_while_nothing_changed(street: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("collect_rows", "collect_files"):
        monkeypatch.delattr(collecting, name)
    before = tree(street.published), tree(street.private / "collected")
    said = publish(street, STREET, "2024-04-02")
    assert built(said) == {}
    assert (tree(street.published), tree(street.private / "collected")) == before


def test_a_corrected_month_makes_all_and_its_own_year_and_no_other(street: Product) -> None:
    other, mine = path(street, "2023.zip").stat(), path(street, "2024.zip").read_bytes()
    record(street, FEB, crime(FEB, 50))
    assert built(publish(street, STREET, "2024-04-02")) == {STREET: (FEB,)}
    assert path(street, "2023.zip").stat().st_ino == other.st_ino
    assert path(street, "2024.zip").read_bytes() != mine
    assert pq.read_metadata(everything(street)).row_group(2).num_rows == len(street.csv(STREET, FEB))


def test_a_new_month_is_in_them_the_same_night(street: Product) -> None:
    record(street, "2024-03")
    call(street, "2024-03")
    publish(street, STREET, "2024-04-02")
    assert periods(street) == [DEC, JAN, FEB, "2024-03"]
    assert names(street, "2024")[-1] == f"{STREET}-2024-03.csv"


def test_a_month_that_waits_changes_nothing_in_them(street: Product) -> None:
    before = everything(street).read_bytes()
    record(street, FEB, good=90)
    publish(street, STREET, "2024-04-02", status=5)
    assert everything(street).read_bytes() == before


def test_a_withdrawn_month_is_gone_from_all_of_them_at_once(street: Product) -> None:
    reference, other = (max(row["Crime ID"] for row in street.csv(STREET, month)).encode() for month in (JAN, FEB))
    assert reference in bytes_of(street)
    withdraw(street, JAN)
    publish(street, STREET, "2024-04-02")
    assert periods(street) == [DEC, FEB]
    assert names(street, "2024") == [f"{STREET}-{FEB}.csv"]
    found = bytes_of(street)
    assert reference not in found
    assert other in found
    package = json.loads((street.published / STREET / "datapackage.json").read_bytes())
    assert [each["months"] for each in package["collected"]] == [[DEC, FEB], [FEB], [DEC]]
    page = (street.published / STREET / "files.html").read_text("utf-8")
    assert "December 2023, February 2024" in page


def test_when_every_month_of_a_year_is_withdrawn_its_file_goes_and_in_the_end_all(street: Product) -> None:
    withdraw(street, DEC)
    publish(street, STREET, "2024-04-02")
    assert not path(street, "2023.zip").exists()
    assert not (street.private / "collected" / STREET / f"{STREET}-2023.zip").exists()
    withdraw(street, JAN, FEB)
    publish(street, STREET, "2024-04-02")
    assert [*(street.published / STREET).rglob("*.zip"), *(street.published / STREET).rglob("*-all.*")] == []
    assert [*(street.private / "collected" / STREET).iterdir()] == []


def test_a_damaged_one_is_made_good(street: Product) -> None:
    public, private = everything(street), street.private / "collected" / STREET / everything(street).name
    whole = public.read_bytes()
    for each in (public, private):
        each.write_bytes(whole[::-1])
        publish(street, STREET, "2024-04-02")
        assert public.read_bytes() == private.read_bytes() == whole


def test_a_month_whose_private_files_are_lost_stays_in_them_while_it_is_public(
    street: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.build.dataset.copied_again", lambda *_: ())
    for each in (street.crimes(DEC), street.incidents(DEC)):
        each.unlink()
    for each in (street.private / "releases" / STREET).glob(f"{DEC}-*/{STREET}*"):
        each.unlink()
    record(street, FEB, crime(FEB, 50))
    publish(street, STREET, "2024-04-02", status=None)
    assert periods(street) == [DEC, JAN, FEB]
    assert names(street, "2023") == [f"{STREET}-{DEC}.csv"]


def test_every_snapshot_of_a_register_is_in_one_file(tmp_path: Path) -> None:
    product = make_force(tmp_path / "force")
    DatasetFolder(FOLDERS / "expenditure" / "contracts").lay_out(product)
    product.run("--as-of", "2024-03-31", "publish", "--quiet", "contracts", status=0)
    register = product.raw / "expenditure" / "contracts.csv"
    change_csv(register, lambda rows: [{**row, "Review Date": "2026-01-01"} for row in rows])
    product.run("--as-of", "2024-05-10", "publish", "--quiet", "contracts", status=0)
    found = pq.ParquetFile(path(product, "all.parquet", "contracts"))
    assert [found.read_row_group(at).column("snapshot").unique().to_pylist() for at in range(found.num_row_groups)] == [
        ["2024-03"],
        ["2024-05"],
    ]
    assert path(product, "2024.zip", "contracts").exists()


def test_they_are_listed_with_their_checksums(force: Product) -> None:
    pay(force, JAN)
    publish(force, SPEND)
    package = json.loads((force.published / SPEND / "datapackage.json").read_bytes())
    page, files = ((force.published / SPEND / name).read_text("utf-8") for name in ("index.html", "files.html"))
    linked = (force.published / "catalogue.jsonld").read_text("utf-8")
    assert [each["path"] for each in package["collected"]] == [f"all/{SPEND}-all.parquet", f"all/{SPEND}-2024.zip"]
    assert f'href="all/{SPEND}-all.parquet" download>All months, Parquet, ' in page
    for each in package["collected"]:
        content = (force.published / SPEND / each["path"]).read_bytes()
        assert each["bytes"] == len(content)
        sha256 = each["hash"].removeprefix("sha256:")
        assert f"<code>{sha256}</code>" in files
        assert sha256 in linked
        assert f'"{sha256}"' in page  # for search engines
    assert not [each for each in package["resources"] if each["path"].endswith(("-all.parquet", ".zip"))]
