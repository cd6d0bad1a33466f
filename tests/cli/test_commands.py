"""What each command says of itself, of datasets, of accounts and of rows that were kept back."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from pipeline import __version__
from pipeline.build.derived.catalogue_records import lists_datasets
from pipeline.datasets import declared
from pipeline.docs.generate import commands
from pipeline.errors import EXIT_MEANINGS, ExitStatus
from tests.lib.at_terminal import on_a_terminal
from tests.lib.product import DATASETS, MONTHS, Product, change_csv, tree

if TYPE_CHECKING:
    from pathlib import Path


def test_help_names_every_command_and_every_exit_status(tmp_path: Path) -> None:
    said = Product.empty(tmp_path).run("--help", status=0)
    for command in commands():
        assert re.search(rf"^    {command} ", said.out, re.MULTILINE), command
    for status, meaning in EXIT_MEANINGS.items():
        assert re.search(rf"^ +{status.value}  {re.escape(meaning)}$", said.out, re.MULTILINE)
    assert set(EXIT_MEANINGS) == set(ExitStatus)
    assert len({status.value for status in ExitStatus}) == len(ExitStatus)


def test_version(tmp_path: Path) -> None:
    said = Product.empty(tmp_path).run("--version")
    assert (said.status, said.out) == (0, f"{__version__}\n")


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("publich",),
        ("publish", "street-crimes"),
        ("plan", "street-crimes"),
        ("publish", "--month", "2024-13"),
        ("publish", "--month", "01/2024"),
        ("--as-of", "10/04/2024", "publish"),
        ("--as-of", "2024-02-30", "publish"),
        ("--as-of", "2024-4-1", "publish"),
        ("--as-of", " 2024-04-01", "plan"),
        ("publish", "--month", "2024-1"),
        ("publish", "--month", "0024-01"),
        ("accounts", "street-crimes", "--month", "2024-01"),
        ("quarantine", "--reveal"),
        ("plan", "--settings", "x"),
        ("--month", "2024-01", "plan"),
        ("plan", "--qiet"),
        ("quarantine", "street-crimes"),
        ("quarantine", "street-crime", "--reveal"),
        ("datasets", "street-crimes"),
        ("key", "old"),
        ("sample", "--rows", "many"),
        ("sample", "--rows", "3"),
        ("sample", "--rows", "300", "--clear"),
        ("--settings", "nowhere.toml", "publish"),
    ],
)
def test_a_command_line_that_cannot_be_carried_out_changes_nothing(product: Product, words: tuple[str, ...]) -> None:
    before = tree(product.folder)
    said = product.run(*words, status=ExitStatus.SETTINGS)
    assert said.out == ""
    assert re.match(r"(bad-command|unknown-dataset|not-a-terminal|bad-setting|no-settings-file): ", said.err)
    assert "to do: " in said.err
    assert "Traceback" not in said.err
    assert tree(product.folder) == before


def test_a_wrong_dataset_is_answered_with_the_names_there_are(product: Product) -> None:
    said = product.run("publish", "street-crimes")
    assert "unknown-dataset: the command line: there is no dataset `street-crimes`" in said.err
    assert ", ".join(declared()) in said.err


def test_datasets_lists_them_and_shows_the_fate_of_every_column(product: Product) -> None:
    said = product.run("datasets", status=0)
    listed = [
        name for name, each in declared().items() if not (each.derivation or each.counting or lists_datasets(each))
    ]  # others are left out
    assert [line.split()[0] for line in said.out.splitlines()] == listed
    shown = product.run("datasets", "street-crime").out
    assert "victim_surname" in shown
    assert "withheld (identifies)" in shown
    assert "crime_reference -> Crime ID" in shown
    assert "restricted" in product.run("datasets", "street-crime").out


@pytest.mark.parametrize("dataset", DATASETS)
def test_accounts_add_up_as_text_and_as_json(product: Product, dataset: str) -> None:
    for month in (*MONTHS, "none"):
        said = product.run("accounts", dataset, "--month", month, "--json", status=0)
        facts = json.loads(said.out)
        assert {type(facts[name]) for name in ("read", "published", "quarantined", "withheld")} == {int}
        assert facts["read"] == facts["published"] + facts["quarantined"] + facts["withheld"]
        for outcome in ("published", "quarantined", "withheld"):
            reasons = [each for each in facts["reasons"] if each["outcome"] == outcome]
            assert sum(each["rows"] for each in reasons) == facts[outcome]
            assert all(set(each) == {"feed", "outcome", "reason", "rows"} for each in reasons)
        if month != "none":
            assert facts["published"] == len(product.csv(dataset, month))
        text = product.run("accounts", dataset, "--month", month).out
        assert f"read {facts['read']:,} = published {facts['published']:,}" in text


def test_all_rows_of_all_files_are_in_the_accounts_once(product: Product) -> None:
    for dataset, feeds in (("street-crime", 2), ("spend-over-500", 1)):
        months = product.state(dataset)["months"]
        receipts = product.state(dataset)["receipts"]
        assert len(receipts) == feeds
        read = sum(receipt["rows"] for files in receipts.values() for receipt in files.values())
        assert sum(account[3] for month in months.values() for account in month["accounts"]) == read


def test_a_month_that_was_never_built_has_no_accounts(product: Product) -> None:
    said = product.run("accounts", "street-crime", "--month", "2019-01", status=ExitStatus.INPUT)
    assert "no-such-month" in said.err


def test_quarantine_says_where_and_why_and_never_what(product: Product) -> None:
    said = product.run("quarantine", "street-crime", "--month", "2024-01", status=0)
    assert "2024-01  crime/recorded-crime/2024-01.csv, row " in said.out
    assert "Violent crime" not in said.out
    line = r"2024-01  [a-z-]+/[a-z-]+/2024-01\.csv, row [0-9,]+(, column `[a-z_]+`)?: [a-z-]+: .+"
    assert all(re.fullmatch(line, each) for each in said.out.splitlines())
    bad = json.loads(product.run("accounts", "street-crime", "--month", "2024-01", "--json").out)["quarantined"]
    rows = {re.split(", column|: ", each)[0] for each in said.out.splitlines()}
    assert len(rows) == bad
    assert product.run("quarantine", "engagement-events", "--month", "2024-01").out == "no row is in quarantine\n"


def test_cells_are_revealed_on_a_terminal_and_only_while_the_file_is_the_same(product: Product) -> None:
    before = tree(product.folder)
    status, shown = on_a_terminal(product, "quarantine", "street-crime", "--month", "2024-01", "--reveal")
    assert status == 0, shown
    assert "'Violent crime'" in shown
    assert "column `recorded_on`: bad-date: '31/02/2024 10:00'" in shown
    assert "victim" not in shown
    assert tree(product.folder) == before  # nothing of it is kept

    piped = product.run("quarantine", "street-crime", "--reveal", status=ExitStatus.SETTINGS)
    assert "not-a-terminal" in piped.err
    assert "Violent crime" not in piped.text

    change_csv(product.crimes("2024-01"), lambda rows: rows[1:])
    said = product.run_on_screen("quarantine", "street-crime", "--month", "2024-01", "--reveal")
    assert said.status == ExitStatus.INPUT
    assert "file-changed" in said.err
    assert "Violent crime" not in said.text


def test_bad_cells_of_a_workbook_and_of_a_database_are_revealed_too(product: Product) -> None:
    said = product.run_on_screen("quarantine", "spend-over-500", "--month", "2024-02", "--reveal")
    assert said.status == 0, said.text
    assert "column `Payment Method`: unknown-code: '99X'" in said.out
    said = product.run_on_screen("quarantine", "engagement-events", "--reveal")
    assert said.status == 0, said.text
    assert "'99X'" in said.out
