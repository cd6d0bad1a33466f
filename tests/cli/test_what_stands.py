"""What lists all datasets follows each of them: in the same run and plan, by its rows, never with less than it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.lib.dataset_folders import folders, force, write_workbook
from tests.lib.product import built, planned, read_csv, tree, write_csv

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product, Said

GIFTS, AREAS = "gifts-and-hospitality", "neighbourhood-areas"
LIST, KEPT, SCORES = "inventory", "inventory-exceptions", "scorecard"
MARCH, APRIL = "2024-03", "2024-04"
REGISTER = "governance/information-assets.csv"


@pytest.fixture
def product(tmp_path: Path) -> Product:
    """Give a force that published two datasets and what lists them in March."""
    product = empty(tmp_path)
    assert {LIST, KEPT} <= built(publish(product, "2024-03-20")).keys()
    return product


def empty(folder: Path, name: str = LIST) -> Product:
    """Return a force that has published nothing, and publishes only what stands beside a dataset."""
    product = force(folder)
    folders()[name].lay_out(product)
    folders()[name].publish_alone(product)
    return product


def publish(product: Product, day: str, *names: str, status: int | None = 0) -> Said:
    return product.run("--as-of", day, "publish", "--quiet", *names, status=status)


def assets(product: Product, month: str) -> dict[str, dict[str, str]]:
    """Return the rows of a snapshot by title."""
    return {row["title"]: row for row in product.csv(LIST, month)}


def of_dataset(product: Product, month: str, name: str) -> dict[str, str]:
    (row,) = (row for row in product.csv(LIST, month) if row["dataset"] == name)
    return row


def snapshots(product: Product, name: str = LIST) -> list[str]:
    return sorted(product.state(name)["months"])


def change(product: Product, **cells: str) -> None:
    """Change cells of the first asset of the register."""
    rows = read_csv(product.raw / REGISTER)
    rows[0] |= {name.replace("_", " "): cell for name, cell in cells.items()}
    write_csv(product.raw / REGISTER, rows)


def offer_less(product: Product) -> None:
    """Let the register of gifts have other rows."""
    book = product.raw / "expenditure" / "gifts-and-hospitality.xlsx"
    folder = folders()[GIFTS].path / "raw" / "expenditure" / "gifts-and-hospitality.xlsx.csv"
    lines = folder.read_text("utf-8").splitlines(keepends=True)
    shorter = product.folder / "shorter.csv"
    shorter.write_text("".join(lines[:-1]), "utf-8")
    write_workbook(shorter, book, sheet="Register", title_rows=0)


def test_nothing_changed_means_nothing_is_built_and_nothing_is_written(product: Product) -> None:
    before = tree(product.folder)
    assert "nothing to build" in product.run("--as-of", "2024-04-20", "plan", "--quiet", status=0).text
    for day in ("2024-03-20", "2024-03-20"):
        assert built(publish(product, day)) == {}
        assert tree(product.folder) == before
    assert built(publish(product, "2024-04-20")) == {}
    assert snapshots(product) == snapshots(product, KEPT) == [MARCH]


def test_what_another_dataset_releases_is_listed_in_the_same_run_and_in_its_plan(product: Product) -> None:
    offer_less(product)
    plan = product.run("--as-of", "2024-04-20", "plan", "--quiet", GIFTS, status=0)
    assert set(planned(plan)) == {GIFTS, LIST}
    assert built(publish(product, "2024-04-20", GIFTS)) == {GIFTS: (APRIL,), LIST: (APRIL,)}
    assert of_dataset(product, MARCH, GIFTS)["last_period"] == MARCH
    assert of_dataset(product, APRIL, GIFTS)["last_period"] == APRIL
    assert of_dataset(product, APRIL, AREAS) == of_dataset(product, MARCH, AREAS) | {"snapshot": APRIL}
    log = (product.published / LIST / "change-log.csv").read_text("utf-8")
    assert "2024-04-20,2024-04,new,first release,0,0,1" in log
    assert built(publish(product, "2024-04-20")) == {}


def test_a_register_of_which_no_published_cell_changed_makes_no_snapshot(product: Product) -> None:
    change(product, Owner_Name="A Keeper", Owner_Post="Head of Keeping")
    publish(product, "2024-04-20")
    assert snapshots(product) == [MARCH]
    assert built(publish(product, "2024-05-20")) == {}
    change(product, Kind="paper")
    assert built(publish(product, "2024-05-20")) == {LIST: ("2024-05",)}
    assert assets(product, "2024-05")["Command and control system"]["kind"] == "Paper records"
    assert assets(product, MARCH)["Command and control system"]["kind"] == "Records of a system"


def test_rows_that_differ_for_another_reason_make_a_snapshot_too(product: Product) -> None:
    text = product.settings.read_text("utf-8")
    product.settings.write_text(
        text.replace("[publishers.pcc]", '[publishers.pcc]\nname = "The Commissioner"'), "utf-8"
    )
    publish(product, "2024-04-20")
    assert snapshots(product) == [MARCH, APRIL]
    assert assets(product, APRIL)["Community groups and their contacts"]["publisher"] == "The Commissioner"
    assert built(publish(product, "2024-05-20")) == {}


def test_other_rows_in_the_same_month_replace_its_snapshot(product: Product) -> None:
    change(product, Title="Command system")
    assert built(publish(product, "2024-03-30")) == {LIST: (MARCH,)}
    assert "Command system" in assets(product, MARCH)
    assert snapshots(product) == [MARCH]


def test_a_damaged_snapshot_is_made_good_under_its_own_name(product: Product) -> None:
    before = product.csv(LIST, MARCH)
    (file,) = product.private.rglob(f"{LIST}-{MARCH}.parquet")
    file.unlink()
    publish(product, "2024-04-20")
    assert snapshots(product) == [MARCH]
    assert product.csv(LIST, MARCH) == before
    assert [*product.private.rglob(f"{LIST}-{MARCH}.parquet")]
    assert built(publish(product, "2024-04-20")) == {}


def test_a_force_without_a_register_lists_its_datasets_and_one_that_had_it_keeps_what_is_out(tmp_path: Path) -> None:
    product = empty(tmp_path)
    register = product.raw / REGISTER
    content = register.read_bytes()
    register.unlink()
    publish(product, "2024-03-20")
    assert {row["dataset"] for row in product.csv(LIST, MARCH)} == {GIFTS, AREAS, LIST, KEPT}
    register.write_bytes(content)
    publish(product, "2024-04-20")
    assert snapshots(product) == [MARCH, APRIL]
    before = product.csv(LIST, APRIL)
    register.unlink()
    offer_less(product)
    for day in ("2024-05-20", "2024-06-20"):
        said = publish(product, day)
        assert "input-gone" in said.text
        assert snapshots(product) == [MARCH, APRIL]
        assert product.csv(LIST, APRIL) == before


def test_a_dataset_that_is_taken_back_is_planned_again(product: Product) -> None:
    signed = ("--role", "Head of Information Management", "--reason", "published by mistake")
    product.run("forget", f"expenditure/{GIFTS}.xlsx", *signed, status=0)
    publish(product, "2024-03-20", status=5)
    assert of_dataset(product, MARCH, GIFTS)["status"] == "Published"
    product.run("approve", GIFTS, "--all", "--finding", "withdrawn", *signed, status=0)
    publish(product, "2024-03-20", status=None)
    assert of_dataset(product, MARCH, GIFTS)["status"] == "Planned"
    assert of_dataset(product, MARCH, GIFTS)["last_period"] == ""
    (line,) = (row for row in read_csv(product.published / "about" / "inventory.csv") if row["dataset"] == GIFTS)
    assert {"snapshot": MARCH, **line} == of_dataset(product, MARCH, GIFTS)


def test_a_dataset_that_never_came_is_planned_and_its_page_says_the_same(tmp_path: Path) -> None:
    product = empty(tmp_path)
    (product.raw / "expenditure" / "gifts-and-hospitality.xlsx").unlink()
    publish(product, "2024-03-20")
    row = of_dataset(product, MARCH, GIFTS)
    assert (row["status"], row["frequency"], row["first_period"]) == ("Planned", "When the register changes", "")
    (line,) = (row for row in read_csv(product.published / "about" / "inventory.csv") if row["dataset"] == GIFTS)
    assert {"snapshot": MARCH, **line} == row


def test_before_anything_is_out_there_is_nothing_to_list(tmp_path: Path) -> None:
    product = empty(tmp_path)
    for path in (*product.raw.glob("expenditure/*"), *product.reference.glob("*.csv")):
        path.unlink()
    said = publish(product, "2024-03-20")
    assert built(said) == {}
    assert not (product.published / LIST).exists()


def test_a_crash_before_the_list_is_made_is_finished_by_the_next_run(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer_less(product)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.run.all_datasets._run_listing", killed)
    publish(product, "2024-04-20", status=None)
    monkeypatch.undo()
    assert built(publish(product, "2024-04-20")) == {LIST: (APRIL,)}
    assert of_dataset(product, APRIL, GIFTS)["last_period"] == APRIL


def test_it_stays_as_it_is_while_nothing_can_be_said_of_a_dataset(product: Product) -> None:
    before = product.csv(LIST, MARCH)
    (product.private / "state" / f"{GIFTS}.json").write_text("{", "utf-8")
    said = publish(product, "2024-04-20", AREAS, status=None)
    assert f"it stays as it is: nothing can be said of {GIFTS}" in said.text
    assert product.csv(LIST, MARCH) == before


def test_the_scorecard_is_what_its_page_says_and_follows_what_it_is_about(tmp_path: Path) -> None:
    product = empty(tmp_path, SCORES)
    publish(product, "2024-03-20")
    on_page = read_csv(product.published / "about" / "scorecard.csv")
    assert [row for row in on_page if row["dataset"] != SCORES] == product.csv(SCORES, "all")
    assert built(publish(product, "2024-04-20")) == {}
    offer_less(product)
    assert built(publish(product, "2024-04-20", GIFTS)) == {GIFTS: (APRIL,), SCORES: ("all",)}
    (row,) = (row for row in product.csv(SCORES, "all") if row["dataset"] == GIFTS)
    assert row["period"] == APRIL


def test_scores_that_come_back_are_no_old_extract(tmp_path: Path) -> None:
    product = empty(tmp_path, SCORES)
    before = product.settings.read_text("utf-8")
    publish(product, "2024-03-20")
    first = product.csv(SCORES, "all")
    product.settings.write_text(before + "\n[datasets.crime-outcomes]\ndue_days = 60\n", "utf-8")
    publish(product, "2024-03-21")
    assert product.csv(SCORES, "all") != first
    product.settings.write_text(before, "utf-8")
    publish(product, "2024-03-22")
    assert product.csv(SCORES, "all") == first


@pytest.mark.parametrize("planned_for", ["", "2035-13"], ids=["good", "bad"])
def test_an_asset_that_any_row_keeps_quiet_is_listed_by_none(product: Product, planned_for: str) -> None:
    rows = [row for row in read_csv(product.raw / REGISTER) if not row["Title"].startswith(("Unknown", "Published"))]
    (first,) = (row for row in rows if row["Title"] == "Custody records")
    quiet = first | {"Title": "custody  RECORDS", "Marking": "SECRET", "Planned For": planned_for}
    write_csv(product.raw / REGISTER, [*rows, quiet])
    assert "Custody records" in assets(product, MARCH)
    publish(product, "2024-04-20")
    assert "Custody records" not in assets(product, APRIL)
    assert "Custody records" not in assets(product, MARCH)


def test_an_asset_that_is_kept_quiet_no_longer_waits_for_a_decision(product: Product) -> None:
    change(product, Marking="OFFICIAL-SENSITIVE")
    title = read_csv(product.raw / REGISTER)[0]["Title"]
    publish(product, "2024-04-20")
    assert title not in assets(product, APRIL)
    change(product, Marking="OFFICIAL")
    said = publish(product, "2024-04-21", status=5)
    assert "WAITS protection-weakened" in said.out
    assert title not in assets(product, APRIL)
    product.decide("approve", LIST, "--all", "--finding", "protection-weakened")
    publish(product, "2024-04-22")
    assert title in assets(product, APRIL)
