"""A further file of each release, beside its CSV and Parquet: it goes wherever these go, and says nothing more."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from pipeline import datasets
from pipeline.distribute.json_file import JsonFile
from pipeline.model.distribution import FileFormat
from tests.lib.little_force import FEB, JAN, STREET, crime, little_force, publish, record
from tests.lib.product import built, tree

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from pipeline.model.distribution import Particulars
    from tests.lib.product import Product

ENDING = "counts.json"
JANUARY = f"{STREET}-{JAN}.{ENDING}"
PERSON = "Featherstonehaugh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts(JsonFile):
    """How many crimes of each type there are, as JSON."""

    format: ClassVar[FileFormat] = FileFormat(ENDING, "Counts", "application/json", use="For programs that count.")
    said: str = ""
    made: bool = True

    def is_made(self, _options: Mapping[type[Any], Any]) -> bool:
        return self.made

    def document(self, rows: pa.Table, particulars: Particulars) -> Mapping[str, Any]:
        types = rows.column("Crime type").value_counts().to_pylist()
        counted = {each["values"]: each["counts"] for each in types}
        return {"file": particulars.name, "period": particulars.period, "said": [self.said], "counts": counted}


@dataclass(frozen=True, slots=True)
class Declared:
    """What street-crime declares in a test."""

    monkeypatch: pytest.MonkeyPatch

    def with_file(self, **facts: Any) -> None:  # noqa: ANN401 - whatever the file is told
        every = datasets._declarations(tuple(datasets.__path__))
        changed = tuple(
            replace(each, distributions=(Counts(**facts),)) if each.name == STREET else each for each in every
        )
        self.monkeypatch.undo()
        self.monkeypatch.setattr(datasets, "_declarations", lambda _: changed)

    def without(self) -> None:
        self.monkeypatch.undo()


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Declared:
    """Give the declaration of street-crime, with a further file."""
    found = Declared(monkeypatch)
    found.with_file()
    return found


@pytest.fixture
def force(tmp_path: Path, declared: Declared) -> Product:
    """Give a force that has published two months."""
    declared.with_file()
    product = little_force(tmp_path / "force")
    publish(product, STREET)
    return product


def content(product: Product, name: str = JANUARY) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((product.published / STREET / name).read_bytes())
    return found


def test_it_is_made_of_the_public_rows_and_stands_beside_them(force: Product) -> None:
    rows = force.csv(STREET, JAN)
    assert sum(content(force)["counts"].values()) == len(rows)
    assert content(force)["file"] == JANUARY
    kept = force.state(STREET)["months"][JAN]["released"]["files"]
    assert {facts["format"] for facts in kept.values()} == {"csv", "parquet", ENDING}
    before = tree(force.published)
    assert built(publish(force, STREET)) == {}
    assert tree(force.published) == before


def test_whatever_describes_files_describes_it(force: Product) -> None:
    folder = force.published / STREET
    package = json.loads((folder / "datapackage.json").read_bytes())
    (mine,) = (each for each in package["resources"] if each["path"] == JANUARY)
    assert (mine["type"], mine["format"], mine["mediatype"], mine["month"]) == ("file", "json", "application/json", JAN)
    assert mine["bytes"] == (folder / JANUARY).stat().st_size
    dcat = json.loads((force.published / "catalogue.jsonld").read_bytes())
    named = [
        file
        for each in dcat["dcat:dataset"]
        for file in each.get("dcat:distribution", ())
        if file["dct:title"] == JANUARY
    ]
    assert [each["dcat:mediaType"]["@id"].rpartition("media-types/")[2] for each in named] == ["application/json"]
    assert f'href="{JANUARY}" download>Counts' in (folder / "files.html").read_text("utf-8")
    page = (folder / "index.html").read_text("utf-8")
    assert "For programs that count." in page


def test_a_plan_shows_it_and_a_correction_of_it_alone_is_a_release(force: Product, declared: Declared) -> None:
    rows = (force.published / STREET / f"{STREET}-{JAN}.csv").read_bytes()
    declared.with_file(said="more")
    plan = force.run("--as-of", "2024-04-02", "plan", "--quiet", STREET, status=0)
    assert JANUARY in plan.out
    publish(force, STREET, "2024-04-02")
    assert content(force)["said"] == ["more"]
    assert (force.published / STREET / f"{STREET}-{JAN}.csv").read_bytes() == rows
    assert "2024-04-02,2024-01,revised" in (force.published / STREET / "change-log.csv").read_text("utf-8")


@pytest.mark.parametrize("written", [PERSON, f" {PERSON.upper()} "])
def test_it_is_read_back_and_no_identifying_cell_stands_in_it(tmp_path: Path, declared: Declared, written: str) -> None:
    product = little_force(tmp_path / "force")
    record(product, JAN, crime(JAN, 9, victim_surname=PERSON))
    publish(product, STREET)
    declared.with_file(said=written)
    for command in ("plan", "publish"):
        said = product.run("--as-of", "2024-04-02", command, "--quiet", STREET)
        assert said.status
        assert f"would be published in `{JANUARY}`" in said.text
        assert PERSON.casefold() not in said.text.casefold()
    assert content(product)["said"] == [""]
    assert not list(product.private.rglob("*.part"))


def test_a_protection_of_a_month_whose_extract_has_gone_makes_it_again(force: Product) -> None:
    before = content(force)["counts"]
    force.crimes(JAN).unlink()
    record(force, FEB, crime(JAN, 1, restricted="Y"))
    publish(force, STREET, "2024-04-02")
    assert sum(content(force)["counts"].values()) == sum(before.values()) - 1


def test_in_the_place_of_one_that_is_withdrawn_stands_a_notice(force: Product) -> None:
    force.decide("forget", f"crime/recorded-crime/{JAN}.csv")
    publish(force, STREET, "2024-04-02", status=5)
    force.decide("approve", STREET, JAN)
    publish(force, STREET, "2024-04-03")
    for ending in ("csv", "parquet", ENDING):
        text = (force.published / STREET / f"{STREET}-{JAN}.{ending}").read_text("utf-8")
        assert "was withdrawn by its publisher" in text
    assert "counts" in content(force, f"{STREET}-{FEB}.{ENDING}")


def test_one_that_is_no_longer_made_goes_and_the_rows_stay(force: Product, declared: Declared) -> None:
    declared.with_file(made=False)
    publish(force, STREET, "2024-04-02")
    assert not (force.published / STREET / JANUARY).exists()
    assert len(force.csv(STREET, JAN)) == 6
    assert "Counts" not in (force.published / STREET / "index.html").read_text("utf-8")


def test_one_that_is_declared_later_is_made_for_what_is_public(tmp_path: Path, declared: Declared) -> None:
    declared.without()
    product = little_force(tmp_path / "force")
    publish(product, STREET)
    declared.with_file()
    publish(product, STREET, "2024-04-02")
    assert sum(content(product)["counts"].values()) == 6


def test_one_that_is_damaged_is_copied_again_from_the_public_one(force: Product) -> None:
    (kept,) = force.private.glob(f"releases/{STREET}/*/{JANUARY}")
    whole = kept.read_bytes()
    kept.write_bytes(b"{}")
    said = publish(force, STREET, "2024-04-02")
    assert f"{JANUARY}: the private copy was damaged" in said.out
    assert kept.read_bytes() == whole


def test_a_lost_memory_is_built_again_with_it(force: Product) -> None:
    (force.private / "state" / f"{STREET}.json").unlink()
    force.run("recover", status=0)
    assert JANUARY in force.state(STREET)["months"][JAN]["released"]["files"]
    public = (force.published / STREET / JANUARY).read_bytes()
    publish(force, STREET, "2024-04-02")
    assert (force.published / STREET / JANUARY).read_bytes() == public


def test_the_preview_has_it(force: Product, declared: Declared) -> None:
    declared.with_file(said="more")
    force.run("--as-of", "2024-04-02", "preview", STREET, status=0)
    shown = json.loads((force.private / "preview" / STREET / JANUARY).read_bytes())
    assert shown["said"] == ["more"]
    assert content(force)["said"] == [""]
