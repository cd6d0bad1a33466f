"""The registers as people run them: a later file, a party to be protected, a mistake taken back, their own exports."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.lib.dataset_folders import FOLDERS, DatasetFolder, force
from tests.lib.product import change_csv, read_csv, tree, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

CONTRACTS = DatasetFolder(FOLDERS / "expenditure" / "contracts")
GIFTS = DatasetFolder(FOLDERS / "expenditure" / "gifts-and-hospitality")
SETTINGS = '\n[contracts]\nocid_prefix = "ocds-ab12cd"\n'
FIRST, SECOND = "2024-03", "2024-05"


@pytest.fixture
def contracts(tmp_path: Path) -> Product:
    """Give a force with the test's contracts and the registered prefix; nothing is published yet."""
    product = force(tmp_path / "force")
    CONTRACTS.lay_out(product)
    tell(product, SETTINGS)
    return product


def tell(product: Product, settings: str) -> None:
    product.settings.write_text(product.settings.read_text("utf-8") + settings, "utf-8")


def publish(product: Product, day: str, *words: str, status: int | None = 0, name: str = "contracts") -> str:
    return product.run("--as-of", day, "publish", "--quiet", name, *words, status=status).text


def register(product: Product) -> Path:
    return product.raw / "expenditure" / "contracts.csv"


def next_month(product: Product) -> None:
    """Let the register change, and publish it in a later month."""
    change_csv(register(product), lambda rows: [{**row, "Review Date": "2026-01-01"} for row in rows])
    publish(product, f"{SECOND}-10")


def snapshots(product: Product) -> set[str]:
    return {path.stem.removeprefix("contracts-") for path in (product.published / "contracts").glob("*.csv")} & {
        FIRST,
        SECOND,
    }


def rows(product: Product, snapshot: str) -> dict[tuple[str, str], dict[str, str]]:
    return {(row["contract_reference"], row["supplier_name"]): row for row in product.csv("contracts", snapshot)}


def package(product: Product, snapshot: str) -> dict[str, dict[str, object]]:
    """Return the releases of a package by their contract's reference."""
    path = product.published / "contracts" / f"contracts-{snapshot}.ocds.json"
    found = json.loads(path.read_bytes())
    return {release["tender"]["id"]: release for release in found["releases"]}


def test_a_package_stands_beside_the_rows_of_each_snapshot_and_says_what_they_say(contracts: Product) -> None:
    publish(contracts, "2024-03-31")
    next_month(contracts)
    for snapshot in (FIRST, SECOND):
        table = rows(contracts, snapshot)
        assert set(package(contracts, snapshot)) == {reference for reference, _ in table}
        assert {row["ocid"] for row in table.values()} == {f"ocds-ab12cd-{reference}" for reference, _ in table}
    publisher = json.loads((contracts.published / "contracts" / f"contracts-{FIRST}.ocds.json").read_bytes())
    assert publisher["publisher"] == {"name": "Police and Crime Commissioner for Leicestershire"}
    before = tree(contracts.published)
    publish(contracts, "2024-06-10")
    assert tree(contracts.published) == before


def test_the_prefix_is_a_setting_and_without_it_there_is_no_package(tmp_path: Path) -> None:
    product = force(tmp_path / "force")
    CONTRACTS.lay_out(product)
    publish(product, "2024-03-31")
    folder = product.published / "contracts"
    assert not list(folder.glob("*.ocds.json"))
    tell(product, SETTINGS)
    publish(product, "2024-05-10")
    assert sorted(path.name for path in folder.glob("contracts-20*-*")) == [
        f"contracts-{FIRST}.{ending}" for ending in ("csv", "ocds.json", "parquet")
    ]
    tell(product, 'package_base = "data.example.org"\n')
    assert "package_base" in publish(product, "2024-05-11", status=2)


def test_a_party_that_is_protected_later_leaves_earlier_snapshots_and_their_packages(contracts: Product) -> None:
    publish(contracts, "2024-03-31")
    next_month(contracts)
    contract = rows(contracts, FIRST)["C-2023/002", "Counsel LLP"]
    assert (contract["title"], contract["procedure"]) == ("Legal advice", "Call-off from a framework")
    listed = contracts.reference / "named-parties.csv"
    listed.write_text(listed.read_text("utf-8") + "Counsel LLP,PROT,\n", "utf-8")
    publish(contracts, "2024-06-10")
    for snapshot in (FIRST, SECOND):
        table = rows(contracts, snapshot)
        assert ("C-2023/002", "Counsel LLP") not in table
        for supplier in ("Brief & Co", "REDACTED OTHER"):
            row = table["C-2023/002", supplier]
            assert [row[name] for name in ("title", "description", "procedure")] == ["", "", ""]
        release = json.dumps(package(contracts, snapshot)["C-2023/002"])
        assert "Counsel" not in release
        assert "Legal" not in release
        assert "Brief & Co" in release
    assert not holding(contracts.published, b"Counsel")
    assert not holding(contracts.data / "private" / "releases", b"Counsel")


def holding(folder: Path, text: bytes) -> list[str]:
    """Return the files below a folder that hold a text as it stands."""
    return [path.name for path in folder.rglob("*") if path.is_file() and text in path.read_bytes()]


def test_who_must_not_be_named_stands_in_no_file(contracts: Product) -> None:
    publish(contracts, "2024-03-31")
    for name in (b"Dora Vellum", b"Safe House", b"Eve Nib", b"Ada Quill", b"Nobody Knows Yet", b"01234569", b"Refuge"):
        assert not holding(contracts.published, name), name
    review = contracts.data / "private" / "review" / "parties.csv"
    assert "Nobody Knows Yet Ltd" in review.read_text("utf-8")


def test_a_snapshot_is_taken_back_and_the_others_stay(contracts: Product) -> None:
    publish(contracts, "2024-03-31")
    next_month(contracts)
    signed = ("--role", "Chief Executive", "--reason", "an entry that should not be there")
    taken = ("forget", "expenditure/contracts.csv", "--snapshot", FIRST, *signed)
    contracts.run("--as-of", f"{SECOND}-11", *taken, status=0)
    said = publish(contracts, f"{SECOND}-11", status=None)
    assert f"approve contracts {FIRST}" in said
    contracts.run("--as-of", f"{SECOND}-11", "approve", "contracts", FIRST, *signed, status=0)
    publish(contracts, f"{SECOND}-12")
    assert set(contracts.state("contracts")["months"]) == {SECOND}
    withdrawn = [path.read_text("utf-8") for path in (contracts.published / "contracts").glob(f"*{FIRST}*")]
    assert withdrawn
    assert not [text for text in withdrawn if "C-2023" in text]
    assert package(contracts, SECOND)
    publish(contracts, "2024-06-12")
    assert set(contracts.state("contracts")["months"]) == {SECOND}


def test_a_register_that_is_again_as_it_was_is_a_new_snapshot(contracts: Product) -> None:
    """It is edited to and fro: that is no stale extract, and what came back counts as new."""
    first = register(contracts).read_bytes()
    publish(contracts, "2024-03-31")
    change_csv(register(contracts), lambda rows: rows[:-1])
    publish(contracts, f"{SECOND}-10")
    (gone,) = rows(contracts, FIRST).keys() - rows(contracts, SECOND).keys()
    register(contracts).write_bytes(first)
    said = publish(contracts, "2024-07-10")
    assert "stale-extract" not in said
    assert rows(contracts, "2024-07").keys() == rows(contracts, FIRST).keys()
    assert gone in rows(contracts, "2024-07")
    log = (contracts.published / "contracts" / "change-log.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[1] for line in log[1:]] == ["2024-07", SECOND, FIRST]
    publish(contracts, "2024-08-10")
    assert set(contracts.state("contracts")["months"]) == {FIRST, SECOND, "2024-07"}


def test_every_snapshot_comes_back_after_the_memory_was_lost(contracts: Product) -> None:
    publish(contracts, "2024-03-31")
    next_month(contracts)
    before = contracts.months("contracts")
    shutil.rmtree(contracts.private)
    assert "memory-lost" in publish(contracts, f"{SECOND}-11", status=None)
    contracts.run("--as-of", f"{SECOND}-11", "recover", status=0)
    publish(contracts, f"{SECOND}-12", status=None)
    assert contracts.months("contracts") == before
    listed = contracts.reference / "named-parties.csv"
    listed.write_text(listed.read_text("utf-8") + "Counsel LLP,PROT,\nAcme Locks Ltd,PROT,\n", "utf-8")
    publish(contracts, f"{SECOND}-13", status=None)
    contracts.run("--as-of", f"{SECOND}-13", "approve", "contracts", "--all", "--finding", "recovered", *SIGNED)
    publish(contracts, f"{SECOND}-14", status=None)
    for name in (b"Counsel", b"Acme Locks Limited"):  # the second is shown by another name than its own
        assert not holding(contracts.published, name), name
    beside = rows(contracts, FIRST)["C-2023/002", "Brief & Co"]
    assert [beside[name] for name in ("title", "procedure")] == ["", ""]


SIGNED = ("--role", "Chief Finance Officer", "--reason", "as it is")


def test_what_shrank_waits_for_a_post_that_may_approve(contracts: Product) -> None:
    text = contracts.settings.read_text("utf-8")
    lines = text.replace("[publishers.pcc]", '[publishers.pcc]\napprovers = ["Chief Finance Officer"]')
    contracts.settings.write_text(lines, "utf-8")
    publish(contracts, "2024-03-31")
    change_csv(register(contracts), lambda rows: rows[:6])
    publish(contracts, f"{SECOND}-10", status=None)
    assert snapshots(contracts) == {FIRST}
    words = ("approve", "contracts", SECOND, "--reason", "as it is")
    contracts.run("--as-of", f"{SECOND}-11", *words, "--role", "Chief Executive")
    assert "role-not-listed" in publish(contracts, f"{SECOND}-11", status=None)
    assert snapshots(contracts) == {FIRST}
    contracts.run("--as-of", f"{SECOND}-12", *words, "--role", "Chief Finance Officer")
    publish(contracts, f"{SECOND}-12", status=None)
    assert snapshots(contracts) == {FIRST, SECOND}


def test_a_force_reads_its_own_export_of_contracts(tmp_path: Path) -> None:
    agreed = CONTRACTS.raw("expenditure/contracts.csv")
    theirs = {name: f"{name} (export)" for name in agreed[0]}
    mapping = "".join(f'"{name}" = "{other}"\n' for name, other in theirs.items())
    product = force(tmp_path / "force")
    CONTRACTS.lay_out(product)
    register(product).unlink()
    export = product.raw / "exports" / "register of contracts.csv"
    export.parent.mkdir()
    write_csv(export, [{theirs[name]: cell for name, cell in row.items()} for row in agreed])
    where = '[extracts.contracts]\nfiles = "exports/register of contracts.csv"\n'
    tell(product, f"\n{where}\n[extracts.contracts.columns]\n{mapping}")
    publish(product, "2024-03-31")
    expected = read_csv(CONTRACTS.path / "expected" / f"contracts-{FIRST}.csv")
    assert product.csv("contracts", FIRST) == expected
    write_csv(export, [{theirs[name]: cell for name, cell in row.items()} for row in agreed[:-1]])
    publish(product, f"{SECOND}-10")
    assert snapshots(product) == {FIRST, SECOND}
