"""A first publish, a second one that writes nothing, and a plan that leaves no trace."""

from __future__ import annotations

import csv
import json
import re
import stat
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from pipeline.model.periods import MONTH as CALENDAR
from pipeline.publish.catalogue.ownership import MARKER
from tests.lib.product import DATASETS, MONTHS, Product, contents, planned, tree

if TYPE_CHECKING:
    from pathlib import Path


def test_a_first_publish_succeeds_and_says_what_was_published_what_was_held_back_and_what_to_open(
    tmp_path: Path,
) -> None:
    product = Product.with_sample(tmp_path)
    said = product.run("publish", status=0)
    for name in DATASETS:
        assert f"({name})" in said.out
    assert "read 0" not in said.out
    assert re.search(r"read [0-9,]+ = published [0-9,]+ \+ quarantined [0-9,]+ \+ withheld [0-9,]+", said.out)
    assert "restricted: the record is restricted" in said.out
    assert "SAMPLE DATA" in said.out
    assert "suppliers to classify: 2" in said.out
    assert "`pipeline quarantine DATASET` says where each row in quarantine stands" in said.out
    assert said.out.splitlines()[-1] == "open data/published/index.html"
    assert "building street-crime 2024-01: new" in said.err
    page = product.published / "index.html"
    assert "SAMPLE DATA" in page.read_text(encoding="utf-8")
    for name in DATASETS:
        held = {path.name for path in (product.published / name).iterdir()}
        assert {"datapackage.json", "schema.json", "change-log.csv", "index.html"} <= held
        assert {f"{name}-{month}.{kind}" for month in MONTHS for kind in ("csv", "parquet")} <= held


def test_publishing_again_writes_nothing_at_all(product: Product) -> None:
    before = tree(product.folder)
    said = product.run("publish", status=0)
    assert "nothing changed: nothing was written" in said.out
    assert tree(product.folder) == before


def test_a_plan_of_a_first_publish_leaves_no_trace(tmp_path: Path) -> None:
    product = Product.with_sample(tmp_path)
    before = tree(product.folder)
    said = product.run("plan", status=0)
    assert tree(product.folder) == before
    for name in DATASETS:
        assert re.search(rf"^  {name}: new: .*2024-0[13].*datapackage.json", said.out, re.MULTILINE)
    assert {name: months["2024-01"] for name, months in planned(said).items()} == dict.fromkeys(DATASETS, "new")
    assert "this was a plan: nothing was written" in said.out


def test_a_plan_of_changes_says_what_publish_then_does(product: Product) -> None:
    text = product.settings.read_text(encoding="utf-8")
    product.settings.write_text(text + '\n[spend]\nthreshold = "600.00"\n', encoding="utf-8")
    before = tree(product.folder)
    said = product.run("plan", status=0)
    assert tree(product.folder) == before
    promised = {
        (dataset, file)
        for dataset, files in re.findall(r"^  ([a-z0-9-]+): changed: ([^;\n]*)", said.out, re.MULTILINE)
        for file in _names(dataset, files)
    }
    files = contents(product.published)
    product.publish()
    changed = {name for name, sha256 in contents(product.published).items() if files.get(name) != sha256}
    of_pages = (".html", ".jsonld", ".ttl", ".css", ".atom", "figures.json", MARKER)
    pages = {name for name in changed if name.endswith(of_pages) or name.startswith(("about/", "assets/"))}
    named = {f"{dataset}/{file}" for dataset, file in promised}
    assert changed - pages <= named
    assert {name.rpartition(".")[0] for name in named} == {name.rpartition(".")[0] for name in changed - pages}
    assert "the catalogue's own pages: what they list has changed" in said.out


def _names(dataset: str, files: str) -> list[str]:
    """Return the names of the files that a plan's line of a dataset stands for."""
    found: list[str] = []
    for each in files.split(", "):
        if re.match(r"[0-9]{4}-[0-9]{2}", each):
            first, _, last = each.partition(" to ")
            months = CALENDAR.between(first, last or first)
            found += [f"{dataset}-{month}.{kind}" for month in months for kind in ("csv", "parquet")]
        else:
            found.append(each)
    return found


def test_a_plan_where_nothing_was_received_makes_no_sample_and_no_key(tmp_path: Path) -> None:
    product = Product.empty(tmp_path)
    before = tree(product.folder)
    said = product.run("plan", status=0)
    assert "nothing was received yet" in said.out
    assert tree(product.folder) == before


def test_a_plan_of_a_month_that_waits_is_not_a_failure_to_plan(product: Product) -> None:
    product.ledger("2023-12").unlink()
    before = tree(product.folder)
    assert product.run("plan").status == 0
    assert tree(product.folder) == before


@pytest.mark.parametrize("command", ["plan", "publish"])
def test_a_month_that_nothing_was_received_for_cannot_be_asked_for(product: Product, command: str) -> None:
    said = product.run(command, "--quiet", "spend-over-500", "--month", "2024-02", "--month", "2019-05", status=3)
    assert said.text.count("nothing was ever built for 2019-05") == 1
    assert "built for 2024-02" not in said.text


def public_datasets(product: Product) -> list[str]:
    return sorted(path.parent.name for path in product.published.glob("*/datapackage.json"))


def test_only_the_named_datasets_and_months_are_built(tmp_path: Path) -> None:
    product = Product.with_sample(tmp_path)
    assert product.publish("spend-over-500", "--month", "2024-02", "--month", "2024-01") == {
        "spend-over-500": ("2024-01", "2024-02")
    }
    assert public_datasets(product) == ["spend-over-500"]
    assert product.publish("street-crime", "--month", "2024-03") == {"street-crime": ("2024-03",)}
    assert public_datasets(product) == ["spend-over-500", "street-crime"]
    assert product.publish() == {
        "engagement-events": MONTHS,
        "spend-over-500": ("2023-12", "2024-03"),
        "street-crime": ("2024-01", "2024-02"),
    }


def test_built_in_pieces_or_at_once_the_public_files_are_the_same(product: Product, tmp_path: Path) -> None:
    other = Product.with_sample(tmp_path / "other")
    for month in ("2024-03", "2023-12", "2024-01", "2024-02"):
        assert other.run("publish", "--quiet", "--month", month).status == 0
    apart = ("change-log.csv",)
    one, two = contents(product.published), contents(other.published)
    assert {name: text for name, text in one.items() if not name.endswith(apart)} == {
        name: text for name, text in two.items() if not name.endswith(apart)
    }


def test_csv_parquet_and_metadata_tell_the_same(product: Product) -> None:
    for name in DATASETS:
        folder = product.published / name
        package = json.loads((folder / "datapackage.json").read_bytes())
        listed = {each["path"]: each for each in package["resources"]}
        for path in sorted(folder.glob("*.csv")):
            if path.name == "change-log.csv":
                continue
            text = path.read_bytes()
            assert not text.startswith(b"\xef\xbb\xbf")
            assert b"\r\n" not in text
            assert text.endswith(b"\n")
            assert not text.endswith(b"\n\n")
            table = pq.read_table(path.with_suffix(".parquet"))
            rows = list(csv.reader(text.decode().splitlines(keepends=True)))
            assert rows[0] == table.column_names
            assert len(rows) - 1 == table.num_rows
            assert listed[path.name]["bytes"] == len(text)
            assert set(table.schema.metadata or {}) <= {b"title", b"licence", b"attribution"}


def test_what_is_private_is_for_its_owner_only(product: Product) -> None:
    assert stat.S_IMODE(product.private.stat().st_mode) == 0o700
    reachable = [
        path.relative_to(product.private).as_posix()
        for path in product.private.rglob("*")
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077 and path.parent.name[:2] != "20"
    ]
    assert [name for name in reachable if not name.startswith(("releases/", "cache/"))] == []
    for path in product.published.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o755 if path.is_dir() else 0o644), path
