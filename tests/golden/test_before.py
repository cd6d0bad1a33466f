"""The private state of the versions before is carried over and lost in no part: a kept copy of each form.

They were made of the small tree by the programs as they stood then: state, releases, journal, origin.
"""

from __future__ import annotations

import csv
import fnmatch
import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.storage.state_file import FORM, load_state, save_state
from tests.lib.small_tree import small_tree

if TYPE_CHECKING:
    from tests.lib.product import Product

#: The copies, with the form of the state in each.
BEFORE = {"before.zip": "1", "form-2.zip": "2"}
#: The day after the small tree was published.
NEXT_DAY = "2024-03-02"
DATASETS = ("engagement-events", "spend-over-500", "street-crime")
MONTHS = ("2024-01", "2024-02")
#: Columns by which a payee or a record is told.
TELLING = ("supplier_name", "supplier_id", "company_number", "contract_reference", "Crime ID")


@pytest.fixture(params=BEFORE)
def archive(request: pytest.FixtureRequest) -> Path:
    """Give the memory of a version before."""
    return Path(__file__).parent / str(request.param)


@pytest.fixture
def product(tmp_path: Path, archive: Path) -> Product:
    """Give a force's folder with the small tree, and the memory of a version before."""
    product = small_tree(tmp_path)
    shutil.unpack_archive(archive, product.private)
    for path in (product.private, *product.private.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return product


def kept(archive: Path, dataset: str, month: str) -> list[dict[str, str]]:
    """Return the rows of a month as the version before released them."""
    with zipfile.ZipFile(archive) as opened:
        (name,) = fnmatch.filter(opened.namelist(), f"releases/{dataset}/{month}-*/*.csv")
        text = opened.read(name).decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def said_before(archive: Path, dataset: str) -> dict[str, object]:
    forms = json.loads(zipfile.Path(archive, f"state/{dataset}.json").read_bytes())
    facts: dict[str, object] = forms[BEFORE[archive.name]]
    return facts


def named(rows: list[dict[str, str]]) -> set[str]:
    return {row[name] for row in rows for name in TELLING if name in row} - {""}


def test_the_state_before_is_carried_over_and_names_nobody_anew(product: Product, archive: Path) -> None:
    product.run("--as-of", NEXT_DAY, "publish", "--quiet", status=0)
    for dataset in DATASETS:
        state, before = product.state(dataset), said_before(archive, dataset)
        assert set(state["months"]) == set(MONTHS)
        assert set(state["receipts"]) == set(before["receipts"])  # type: ignore[call-overload] # a mapping
        now = [row for month in MONTHS for row in product.csv(dataset, month)]
        then = [row for month in MONTHS for row in kept(archive, dataset, month)]
        assert named(now) <= named(then)
        assert len(now) >= len(then)
        assert product.csv(dataset, "2024-01") == kept(archive, dataset, "2024-01")


def test_what_the_version_before_released_stays_when_its_extracts_have_gone(product: Product, archive: Path) -> None:
    for path in (product.ledger("2024-01"), product.crimes("2024-01"), product.incidents("2024-01")):
        path.unlink()
    product.run("--as-of", NEXT_DAY, "publish", "--quiet", status=0)
    for dataset in ("spend-over-500", "street-crime"):
        assert product.csv(dataset, "2024-01") == kept(archive, dataset, "2024-01")
        assert product.state(dataset)["months"]["2024-01"]["input_gone"]


def test_a_later_protection_is_carried_out_on_what_the_version_before_released(product: Product, archive: Path) -> None:
    """The list names a supplier of January PROT: its ledger has gone, and it is redacted all the same."""
    before = kept(archive, "spend-over-500", "2024-01")
    (acme,) = {row["supplier_id"] for row in before if row["supplier_name"] == "Acme Locks Ltd"}
    product.ledger("2024-01").unlink()
    types = product.reference / "supplier-types.csv"
    types.write_text(types.read_text(encoding="utf-8") + "S10001,PROT\n", encoding="utf-8")
    said = product.run("--as-of", NEXT_DAY, "publish", "--quiet")
    assert said.status in (0, 5), said.text
    after = product.csv("spend-over-500", "2024-01")
    assert acme not in {row["supplier_id"] for row in after}
    assert "Acme Locks Ltd" not in {row["supplier_name"] for row in after}
    assert sum(row["redaction"] == "other" for row in after) > sum(row["redaction"] == "other" for row in before)


def test_the_registers_of_a_form_before_are_carried_over_entry_by_entry(tmp_path: Path, archive: Path) -> None:
    """They stood in the state itself; now each has a file of its own, and whoever was protected there still is."""
    shutil.unpack_archive(archive, tmp_path)
    for dataset in DATASETS:
        path = tmp_path / "state" / f"{dataset}.json"
        before = said_before(archive, dataset)
        carried = load_state(path)
        assert carried.registers == before["registers"]
        assert carried.floors == before.get("floors", {})
        assert save_state(path, carried)
        assert str(FORM) not in BEFORE.values()
        assert load_state(path) == carried
        named = json.loads(path.read_bytes())[str(FORM)]["registers"]
        assert all(len(sha256) == 64 for sources in named.values() for sha256 in sources.values())
