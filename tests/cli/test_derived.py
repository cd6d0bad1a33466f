"""What is made from releases follows them: corrections, protections, waiting, withdrawals, crashes, a lost memory."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.lib.little_force import FEB, JAN, MAR, STREET, call, crime, little_force, publish, record
from tests.lib.product import built, contents, planned, tree

if TYPE_CHECKING:
    from pathlib import Path

    from tests.lib.product import Product

SUMMARY, SERIES, ALL = "crime-summary", "crime-series", "all"
LSOAS = "lsoa_code,lsoa_name,lad_code,lad_name,neighbourhood_code,households,population\n"


@pytest.fixture
def force(tmp_path: Path) -> Product:
    """Give a force whose two months are published."""
    product = little_force(tmp_path, made=True)
    publish(product, STREET)
    agrees(product, JAN, FEB)
    return product


def agrees(product: Product, *months: str) -> None:
    """Check that both tables are what the published rows of these months, and of no others, come to."""
    files = sorted(path.name for path in (product.published / SUMMARY).glob(f"{SUMMARY}-2*.parquet"))
    public = [f"{SUMMARY}-{month}.parquet" for month in months]
    assert [name for name in files if not is_notice(product.published / SUMMARY / name)] == public
    series = {(row["month"], row["series"]): row["crimes"] for row in product.csv(SERIES, ALL)}
    for month in months:
        rows = product.csv(STREET, month)
        counts = Counter((row["LSOA code"], row["Crime type"]) for row in rows)
        summary = {(row["lsoa_code"], row["crime_type"]): int(row["crimes"]) for row in product.csv(SUMMARY, month)}
        assert {cell: number for cell, number in summary.items() if number} == counts
        types = Counter(row["Crime type"] for row in rows)
        assert {name: int(series[month, name]) for name in types} == types
        assert product.accounts(SUMMARY, month) == {"published": len(rows)}
    assert {month for (month, _), crimes in series.items() if crimes} == {*months}


def is_notice(path: Path) -> bool:
    return b"withdrawn" in path.read_bytes()[:400]


def test_a_correction_builds_what_is_made_of_it_in_the_same_run_and_nothing_else(force: Product) -> None:
    before = contents(force.published / SUMMARY)
    record(force, JAN, crime(JAN, 50))
    plan = force.run("--as-of", "2024-04-02", "plan", "--quiet", STREET, status=0)
    assert planned(plan)[SUMMARY] == {JAN: f"{STREET} {JAN} changed"}
    assert f"  build {ALL}: {STREET} {JAN} changed" in plan.out
    assert f"rows {JAN}: " in plan.out
    said = publish(force, STREET, "2024-04-02")
    assert built(said) == {STREET: (JAN,), SUMMARY: (JAN,), SERIES: (ALL,)}
    agrees(force, JAN, FEB)
    assert contents(force.published / SUMMARY)[f"{SUMMARY}-{FEB}.csv"] == before[f"{SUMMARY}-{FEB}.csv"]
    assert f"2024-04-02,{JAN},revised,the releases that it is made from changed,1-7,1-7" in log(force, SUMMARY)


def log(product: Product, dataset: str) -> str:
    return (product.published / dataset / "change-log.csv").read_text("utf-8")


def test_nothing_changed_means_nothing_is_written(force: Product) -> None:
    before = tree(force.folder)
    for name in (STREET, SUMMARY, SERIES):
        assert built(publish(force, name)) == {}
        assert tree(force.folder) == before


def test_a_record_that_is_restricted_is_counted_no_more(force: Product) -> None:
    record(force, JAN, crime(JAN, 50))
    publish(force, STREET)
    record(force, JAN, crime(JAN, 50, restricted="Y"))
    publish(force, STREET, "2024-04-02")
    agrees(force, JAN, FEB)


def test_what_waits_counts_with_its_last_release(force: Product) -> None:
    record(force, JAN, *(crime(JAN, number) for number in range(50, 500)))
    said = publish(force, STREET, status=5)
    assert f"WAITS grew: {JAN}" in said.text
    assert built(said) == {STREET: (JAN,)}
    agrees(force, JAN, FEB)
    force.decide("approve", STREET, JAN)
    publish(force, STREET, "2024-04-02")
    agrees(force, JAN, FEB)
    assert sum(int(row["crimes"]) for row in force.csv(SUMMARY, JAN)) > 450


def test_a_month_whose_input_is_withdrawn_is_withdrawn_in_the_same_plan(force: Product) -> None:
    for path in (force.crimes(FEB), force.incidents(FEB)):
        force.decide("forget", path.relative_to(force.raw).as_posix())
    publish(force, STREET, status=5)
    agrees(force, JAN, FEB)
    force.decide("approve", STREET, FEB, "--finding", "withdrawn")
    plan = force.run("--as-of", "2024-04-02", "plan", "--details", "--quiet", STREET, status=0)
    assert f"input-withdrawn: {FEB} is withdrawn: {STREET} {FEB} is public no longer" in plan.text
    publish(force, STREET, "2024-04-02")
    agrees(force, JAN)
    assert f"2024-04-02,{FEB},withdrawn,input-withdrawn,0," in log(force, SUMMARY)
    record(force, FEB, crime(FEB, 60))
    call(force, FEB, good=2)
    publish(force, STREET, "2024-04-03")
    agrees(force, JAN, FEB)


def test_what_is_taken_back_by_itself_stays_so_whatever_its_inputs_become(force: Product) -> None:
    path = f"{SUMMARY}/{SUMMARY}-{JAN}.csv"
    force.decide("forget", path)
    record(force, JAN, crime(JAN, 50))
    publish(force, STREET, "2024-04-02", status=5)
    agrees(force, JAN, FEB)  # what waits to be withdrawn follows its input
    force.decide("approve", SUMMARY, JAN)
    publish(force, STREET, "2024-04-03")
    record(force, JAN, good=2)
    said = publish(force, STREET, "2024-04-04").text
    assert f"{path} was taken back: it is not made" in said
    assert is_notice(force.published / SUMMARY / f"{SUMMARY}-{JAN}.csv")
    assert f"2024-04-03,{JAN},withdrawn,corrected at source,0," in log(force, SUMMARY)
    assert force.csv(STREET, JAN), "its input stays"
    decisions = next(force.folder.rglob("decisions.toml"))
    kept = decisions.read_bytes()
    decisions.unlink()
    assert "decision-lost" in publish(force, STREET, "2024-04-05", status=5).text
    assert is_notice(force.published / SUMMARY / f"{SUMMARY}-{JAN}.csv")
    decisions.write_bytes(kept)
    force.decide("approve", SUMMARY, JAN)
    publish(force, STREET, "2024-04-06")
    agrees(force, JAN, FEB)


def test_a_withdrawal_that_is_not_wanted_after_all_changes_nothing(force: Product) -> None:
    force.decide("forget", f"{SERIES}/{SERIES}-{ALL}.csv")
    publish(force, STREET, status=5)
    force.decide("reject", SERIES, ALL)
    publish(force, STREET, "2024-04-02")
    agrees(force, JAN, FEB)
    record(force, JAN, crime(JAN, 50))
    publish(force, STREET, "2024-04-03", status=None)
    agrees(force, JAN, FEB)


def test_where_every_input_is_withdrawn_nothing_is_left(force: Product) -> None:
    for month in (JAN, FEB):
        for path in (force.crimes(month), force.incidents(month)):
            force.decide("forget", path.relative_to(force.raw).as_posix())
    publish(force, STREET, status=5)
    force.decide("approve", STREET, "--all", "--finding", "withdrawn")
    publish(force, STREET, "2024-04-02")
    for dataset in (SUMMARY, SERIES):
        assert all(is_notice(path) for path in (force.published / dataset).glob(f"{dataset}-*"))


def test_a_month_of_which_the_extracts_have_gone_stays(force: Product) -> None:
    force.crimes(FEB).unlink()
    publish(force, STREET)
    agrees(force, JAN, FEB)


def test_a_crash_between_an_input_and_what_is_made_of_it_is_finished_by_the_next_run(
    force: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(force, JAN, crime(JAN, 50))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.run.all_datasets.run_derived", killed)
    assert publish(force, STREET, status=None) is not None
    monkeypatch.undo()
    assert built(publish(force, STREET)).keys() == {SUMMARY, SERIES}
    agrees(force, JAN, FEB)


def test_a_dataset_that_is_named_alone_counts_what_was_accepted(force: Product) -> None:
    record(force, JAN, crime(JAN, 50))
    assert built(publish(force, SUMMARY)) == {}
    agrees(force, JAN, FEB)


def test_a_damaged_release_is_made_good(force: Product) -> None:
    before = contents(force.published / SUMMARY)
    for path in (force.private / "releases" / SUMMARY).glob(f"{JAN}*/*.csv"):
        path.chmod(0o600)
        path.unlink()
        path.write_text("month\n", "utf-8")
    publish(force, SUMMARY)
    assert contents(force.published / SUMMARY)[f"{SUMMARY}-{JAN}.csv"] == before[f"{SUMMARY}-{JAN}.csv"]


def test_a_list_of_areas_that_comes_builds_what_looks_it_up(force: Product) -> None:
    line = "E01013799,Leicester 018Z,E06000016,Leicester,NC,700,1500\n"
    (force.reference / "lsoas.csv").write_text(LSOAS + line, "utf-8")
    assert built(publish(force, SUMMARY, "2024-04-02")) == {SUMMARY: (JAN, FEB)}
    assert {row["lsoa_code"] for row in force.csv(SUMMARY, JAN)} >= {"E01013799", ""}
    agrees(force, JAN, FEB)
    assert f"2024-04-02,{JAN},revised,reference data changed,8-19,0" in log(force, SUMMARY)


def test_a_list_with_a_code_that_is_none_stops_what_looks_it_up_and_nothing_else(force: Product) -> None:
    line = "S01013799,Leicester 018Z,E06000016,Leicester,NC,700,1500\n"
    (force.reference / "lsoas.csv").write_text(LSOAS + line, "utf-8")
    said = publish(force, STREET, status=4)
    assert "not-the-schema: dataset `crime-summary`, 2024-01" in said.text
    assert "data/reference/lsoas.csv" in said.text
    assert "S01013799" not in said.text
    agrees(force, JAN, FEB)


def test_a_month_that_comes_late_and_a_gap_before_it(force: Product) -> None:
    for month in (MAR, "2024-05"):
        record(force, month)
        call(force, month)
    shutil.move(force.crimes(MAR), force.folder / "kept.csv")
    publish(force, STREET, "2024-06-01", status=None)
    agrees(force, JAN, FEB, "2024-05")
    shutil.move(force.folder / "kept.csv", force.crimes(MAR))
    publish(force, STREET, "2024-06-02")
    agrees(force, JAN, FEB, MAR, "2024-05")


def test_a_lost_memory_is_rebuilt_and_says_the_same(force: Product) -> None:
    before = {name: contents(force.published / name) for name in (SUMMARY, SERIES)}
    shutil.rmtree(force.private)
    assert "memory-lost" in force.run("publish", "--quiet").text
    force.run("recover", status=0)
    publish(force, STREET, status=None)
    agrees(force, JAN, FEB)
    for name, files in before.items():
        now = contents(force.published / name)
        assert {file: now[file] for file in files if file.startswith(f"{name}-")} == {
            file: text for file, text in files.items() if file.startswith(f"{name}-")
        }
