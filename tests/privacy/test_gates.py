"""The gates are shut: a treatment that was broken on purpose, or a cell typed into the wrong box, stops the release."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from pipeline.datasets import declared
from pipeline.errors import ExitStatus
from pipeline.protect.treatments.text import Keep
from pipeline.release.files import csv_blocks
from tests.lib.broken import OneMore, guessing, leaking, with_rule
from tests.lib.product import MONTHS, Product, Said, built, change_csv, contents, tree

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from pipeline.model.declaration import Dataset
    from pipeline.release.publishable import PublishableTable
    from tests.lib.product import Rows


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return Product.with_sample(tmp_path)


def put_in(monkeypatch: pytest.MonkeyPatch, dataset: Dataset) -> None:
    """Let the runs of this test find ``dataset`` in the place of the one of its name."""
    changed = MappingProxyType({**declared(), dataset.name: dataset})
    for module in ("build.received.mapped", "run.publish", "run.select"):
        monkeypatch.setattr(f"pipeline.{module}.declared", lambda: changed)


def refused(product: Product, said: Said, code: str, dataset: str) -> None:
    """Check that ``dataset`` stopped at a privacy gate, that nothing of it left, and that the others went on."""
    assert said.status == ExitStatus.PRIVACY, said.text
    assert f"STOPPED: {code}: " in said.out
    assert dataset not in built(said)
    assert len(built(said)) == 2
    assert not (product.published / dataset).exists()
    if (product.private / "state" / f"{dataset}.json").exists():
        assert product.state(dataset)["months"] == {}  # nothing points to what was built


@pytest.mark.parametrize(
    ("dataset", "column", "leaks"),
    [
        ("spend-over-500", "Account Name", "Supplier Email"),
        ("spend-over-500", "Cost Centre Name", "Account No"),
        ("spend-over-500", "Cost Centre Name", "Invoice No"),
    ],
)
def test_a_treatment_that_publishes_an_identifying_column_is_caught_in_the_written_bytes(
    product: Product, monkeypatch: pytest.MonkeyPatch, dataset: str, column: str, leaks: str
) -> None:
    put_in(monkeypatch, leaking(dataset, column, leaks))
    before = tree(product.folder)
    product.run("plan", "--quiet", status=ExitStatus.PRIVACY)
    assert tree(product.folder) == before
    said = product.run("publish", "--quiet")
    refused(product, said, "identity-published", dataset)
    assert f"cells of `{leaks}`, which identifies somebody, would be published in" in said.out
    assert "example.com" not in said.text


def test_a_holders_name_typed_into_the_suppliers_box_is_caught(product: Product) -> None:
    product.change_ledger(
        "2024-02", lambda lines: [line | {"Card Holder": f"  {line['Supplier Name']}".upper()} for line in lines]
    )
    said = product.run("publish", "--quiet")
    refused(product, said, "identity-published", "spend-over-500")
    releases = product.private / "releases" / "spend-over-500"
    assert not [path.name for path in releases.iterdir() if path.name.startswith(".")]  # no draft that holds it
    assert "`Card Holder`, which identifies somebody, would be published in `supplier_name`" in said.out


def test_the_cells_of_another_row_are_no_leak(product: Product) -> None:
    """A holder who bears the name of a supplier of another line is a coincidence."""
    product.change_ledger(
        "2024-02",
        lambda lines: [
            line | {"Card Holder": lines[number - 1]["Supplier Name"]}
            if lines[number - 1]["Supplier Name"] != line["Supplier Name"]
            else line
            for number, line in enumerate(lines)
        ],
    )
    assert product.publish()["spend-over-500"] == ("2023-12", *MONTHS)


def test_a_raw_reference_in_the_place_of_its_pseudonym_never_passes_the_schema(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = declared()["engagement-events"]
    feed = sound.feeds[0]
    raw = Keep("event_id", why="broken on purpose")
    put_in(monkeypatch, replace(sound, feeds=(replace(feed, columns={**feed.columns, "event_id": raw}),)))
    said = product.run("publish", "--quiet")
    assert said.status != 0
    assert "SAMPLE-24" not in said.text
    assert "engagement-events" not in built(said)
    assert not any(b"SAMPLE-24" in path.read_bytes() for path in product.published.rglob("*") if path.is_file())


def test_a_raw_code_in_the_place_of_its_label_never_passes_the_schema(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = declared()["engagement-events"]
    feed = sound.feeds[0]
    raw = Keep("channel", why="broken on purpose")
    put_in(monkeypatch, replace(sound, feeds=(replace(feed, columns={**feed.columns, "channel": raw}),)))
    said = product.run("publish", "--quiet", status=ExitStatus.INPUT)
    assert "STOPPED: too-many-bad" in said.out
    assert "engagement-events" not in built(said)


def test_a_declaration_that_forgets_a_column_reads_nothing(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    sound = declared()["street-crime"]
    feed = sound.feeds[0]
    fewer = {key: each for key, each in feed.columns.items() if key != "mo_text"}
    put_in(monkeypatch, replace(sound, feeds=(replace(feed, columns=fewer), *sound.feeds[1:])))
    said = product.run("publish", "--quiet", status=ExitStatus.INPUT)
    assert "STOPPED: unknown-column: crime/recorded-crime/2024-01.csv" in said.out
    assert "street-crime" not in built(said)


def test_a_row_of_no_month_is_never_published(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, guessing())
    refused(product, product.run("publish", "--quiet"), "unjudged-row", "engagement-events")


def test_files_that_differ_when_they_are_read_back_stop_the_release(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    def short(table: PublishableTable) -> Iterator[pa.Buffer]:
        blocks = [bytes(block) for block in csv_blocks(table)]
        lines = b"".join(blocks).splitlines(keepends=True)
        yield b"".join(lines[:-1])

    monkeypatch.setattr("pipeline.build.distributed.csv_blocks", short)
    said = product.run("publish", "--quiet", status=ExitStatus.PRIVACY)
    assert said.out.count("STOPPED: files-differ") == 3
    assert not product.published.exists()


def test_rows_that_nobody_accounts_for_stop_the_release(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    put_in(monkeypatch, with_rule("street-crime", OneMore(what="x", why="broken on purpose")))
    refused(product, product.run("publish", "--quiet"), "accounts-differ", "street-crime")


def test_a_gate_that_closes_leaves_what_is_public_as_it_was(tmp_path: Path) -> None:
    product = Product.with_published_sample(tmp_path)
    files = contents(product.published)
    product.change_ledger("2024-02", lambda lines: [line | {"Card Holder": line["Supplier Name"]} for line in lines])
    product.run("publish", "--quiet", status=ExitStatus.PRIVACY)
    assert contents(product.published) == files
    events = [json.loads(line) for line in (product.private / "journal.jsonl").read_text("utf-8").splitlines()]
    assert not any(event.get("errors") == ["identity-published"] for event in events[:1])


def test_a_name_in_a_column_that_must_be_withheld_changes_nothing_that_is_public(tmp_path: Path) -> None:
    """Whatever stands in the withheld columns, the public bytes are the same."""
    product = Product.with_published_sample(tmp_path)
    files = contents(product.published)
    feed = declared()["street-crime"].feeds[0]
    withheld = [column for kept_back in feed.withheld for column in kept_back.columns]

    def scramble(rows: Rows) -> Rows:
        return [row | dict.fromkeys(withheld, f"Mrs Nobody {number}") for number, row in enumerate(rows)]

    for month in MONTHS:
        change_csv(product.crimes(month), scramble)
    assert product.publish() == {"street-crime": MONTHS}
    assert contents(product.published) == files
