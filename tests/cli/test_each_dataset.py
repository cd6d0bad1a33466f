"""What every dataset must be able to do, whoever adds it: taken back and let in again, recovered, looked at before.

Each is published once from its folder below `tests/datasets`; a case works on a copy of that.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import ExitStatus
from pipeline.extract.catalogue_records import reads_records
from pipeline.model.periods import period_in
from pipeline.settings.decisions import read_decisions
from tests.lib.dataset_folders import folders, force, write_workbook
from tests.lib.product import Product, contents, read_csv, tree, without, write_csv

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.model.declaration import Feed
    from tests.lib.dataset_folders import DatasetFolder
    from tests.lib.product import Said

FOLDERS = folders()
SIGNED = ("--role", "Head of Information Management", "--reason", "Checked.")
#: What is public of a dataset beside its rows, and changes with each run.
BESIDE = (".html", "change-log", "datapackage", "dcat", "catalog", "data.json")


class Case:
    """A dataset that its force has published, and what a test does with it."""

    def __init__(self, folder: DatasetFolder, product: Product) -> None:
        self.folder, self.product = folder, product
        self.dataset = folder.dataset
        self.name = folder.name

    @property
    def period(self) -> str:
        """Its newest period."""
        months: dict[str, Any] = self.state["months"]
        return max(months)

    @property
    def state(self) -> dict[str, Any]:
        """What is remembered of it."""
        return self.product.state(self.name)

    @property
    def made_of(self) -> tuple[str, ...]:
        """What people name to take its newest period back: its files, or where it has none what is public of it."""
        if self.dataset.derivation or any(feed.source.whole for feed in self.dataset.feeds):
            return (f"{self.name}/{self.name}-{self.period}.csv",)
        return tuple(self.state["months"][self.period]["fed"])

    @property
    def files(self) -> dict[str, str]:
        """The sha256 of each file of its releases."""
        found = contents(self.product.published / self.name)
        return {name: text for name, text in found.items() if name.startswith(f"{self.name}-")}

    @property
    def decisions(self) -> Path:
        """Where decisions are written."""
        return next(self.product.folder.rglob("decisions.toml"))

    @property
    def csv(self) -> dict[str, str]:
        """The sha256 of each CSV of its releases."""
        return {name: text for name, text in self.files.items() if name.endswith(".csv")}

    def run(self, command: str, *words: str, status: int | None = None, names: tuple[str, ...] = ()) -> Said:
        return self.product.run("--as-of", self.folder.as_of, command, *words, *names, status=status)

    def publish(self, *, status: int | None = None) -> Said:
        return self.run("publish", "--quiet", names=self.folder.together, status=status)

    def decide(self, command: str, *words: str, status: int = 0) -> Said:
        return self.run(command, *words, *SIGNED, status=status)

    def settle(self) -> None:
        """Approve whatever waits of the dataset and of what it is made from, until nothing does."""
        for _ in range(3):
            for name in self.folder.together:
                waits = self.waits(name)
                for code in dict.fromkeys(waits):
                    self.decide("approve", name, "--all", "--finding", code)
            self.publish()
            if not any(map(self.waits, self.folder.together)):
                return
        raise AssertionError(self.publish().text)

    def waits(self, name: str = "") -> list[str]:
        """Return the codes of what waits of a dataset."""
        state = self.product.state(name or self.name)
        of_months = [each["waiting"]["findings"] for each in state["months"].values() if each.get("waiting")]
        every = [each for found in [*of_months, state.get("findings", [])] for each in found]
        return [each["code"] for each in every if each.get("verdict") != "pass"]

    def is_withdrawn(self, period: str) -> bool:
        path = self.product.published / self.name / f"{self.name}-{period}.csv"
        return b"was withdrawn by its publisher" in path.read_bytes()[:200]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Product]:
    """Give what was published already, by dataset; nobody may write in these folders."""
    return _Published(tmp_path_factory.mktemp("each"))


class _Published(dict[str, Product]):
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __missing__(self, name: str) -> Product:
        self[name] = product = force(self.folder / name)
        FOLDERS[name].lay_out(product)
        FOLDERS[name].publish_alone(product)
        case = Case(FOLDERS[name], product)
        case.publish()
        case.settle()
        return product


@pytest.fixture(params=list(FOLDERS))
def case(request: pytest.FixtureRequest, published: Mapping[str, Product], tmp_path: Path) -> Case:
    """Give each dataset in turn, published."""
    return Case(FOLDERS[request.param], Product._copied(published[request.param].folder, tmp_path))


def test_a_plan_and_a_preview_of_the_next_night_change_nothing(case: Case) -> None:
    before, every = tree(case.product.data), contents(case.product.data)
    said = case.run("plan", "--quiet", names=case.folder.together, status=0)
    assert "nothing to build" in said.text
    assert "  build " not in said.text
    assert tree(case.product.data) == before
    case.run("preview", "--quiet", names=case.folder.together, status=0)
    assert without(contents(case.product.data), "/preview/") == every


def test_it_is_taken_back_by_itself_and_let_in_again(case: Case) -> None:
    before, period = case.files, case.period
    own = {name: text for name, text in before.items() if period in name}
    for path in case.made_of:
        case.decide("forget", path)
    case.publish(status=5)
    assert "withdrawn" in case.waits()
    assert {name: case.files[name] for name in own} == own
    case.decide("approve", case.name, "--all", "--finding", "withdrawn")
    case.publish()
    for _ in range(2):
        assert case.is_withdrawn(period)
        said = case.publish()
    assert "let it in after all" in said.text
    for month in sorted({each.period for each in read_decisions(case.decisions, []) if each.kind == "forget"}):
        case.decide("approve", case.name, month)
    case.publish()
    case.settle()
    assert case.files == before


def test_a_force_reads_its_own_exports_by_a_mapping(case: Case, tmp_path: Path) -> None:
    """Its columns are called otherwise, its files too; one mapping serves every dataset that reads the extract."""
    product = force(tmp_path / "theirs")
    case.folder.lay_out(product)
    case.folder.publish_alone(product)
    mapped = [feed for feed in case.dataset.feeds if feed.source.form.file and not feed.source.service]
    with product.settings.open("a", encoding="utf-8") as settings:
        settings.writelines(as_theirs(product, case.folder, feed) for feed in mapped)
    theirs = Case(case.folder, product)
    theirs.publish()
    theirs.settle()
    assert theirs.csv == case.csv
    assert bool(mapped) == any(theirs.product.raw.rglob("*of theirs.*"))


def as_theirs(product: Product, folder: DatasetFolder, feed: Feed) -> str:
    """Write a feed's extracts again as a force has them, take the agreed ones away, and return the mapping."""
    form, kind = feed.source.form, feed.period.of_files
    columns = "".join(f"{json.dumps(name)} = {json.dumps(f'{name} (theirs)')}\n" for name in feed.declared)
    mapping = f"\n[extracts.{feed.name}.columns]\n{columns}"
    if form.key:
        with closing(sqlite3.connect(product.raw / form.file)) as database, database:
            database.execute(f"ALTER TABLE {form.table} RENAME TO theirs")
            for name in feed.declared:
                database.execute(f'ALTER TABLE theirs RENAME COLUMN {name} TO "{name} (theirs)"')
        (product.raw / "empty of theirs.txt").write_text("", "utf-8")
        return f'\n[extracts.{feed.name}]\ntable = "theirs"\n{mapping}'
    names = [f"{name} (theirs)" for name in feed.declared]
    for path in feed.source.files(product.raw, kind):
        (product.raw / path).unlink()
        source = folder.path / "raw" / (path if path.endswith(".csv") else f"{path}.csv")
        rows = [{f"{name} (theirs)": cell for name, cell in row.items()} for row in read_csv(source)]
        write_csv(product.raw / "exports" / f"{feed.name} {period_in(path)} of theirs.csv", rows, names)
    mark = {1: "{month}", 3: "{quarter}"}[kind.months] if "{period}" in form.file else ""
    return f'\n[extracts.{feed.name}]\nfiles = "exports/{feed.name} {mark} of theirs.csv"\n{mapping}'


def test_an_empty_extract_waits_and_goes_out_once_it_is_approved(case: Case) -> None:
    before = case.csv
    if all(map(reads_records, case.dataset.feeds)) and case.dataset.feeds:
        return  # it has no extract
    source = case.folder if not case.dataset.derivation else FOLDERS[case.folder.together[0]]
    state = case.product.state(source.name)["months"]
    for path in state[max(state)]["fed"]:
        empty(case.product, source, path, drawn_in=(case.folder.path, source.path))
    said = case.publish()
    assert case.csv == before
    if any(feed.source.whole for feed in case.dataset.feeds):
        assert "input-gone" in said.text, "nothing is published less because a database is empty"
        return
    assert said.status == ExitStatus.REVIEW
    assert case.waits(source.name)
    case.settle()
    assert case.csv != before
    case.publish(status=0)


def empty(product: Product, source: DatasetFolder, path: str, *, drawn_in: tuple[Path, ...]) -> None:
    """Leave nothing of an extract but what says how it is laid out; its rows are drawn in one of the folders."""
    if path.startswith("datasets/"):
        return  # what stands cannot be emptied
    if path.startswith("reference/"):
        for each in product.reference.glob("*.csv"):
            each.write_text(each.read_text("utf-8").splitlines(keepends=True)[0], "utf-8")
        (product.reference / "neighbourhood-boundaries.geojson").write_text(
            '{"type": "FeatureCollection", "features": []}', "utf-8"
        )
    elif path.startswith("database:"):
        with closing(sqlite3.connect(product.events)) as database, database:
            (table,) = (feed.source.form.table for feed in source.dataset.feeds)
            database.execute(f"DELETE FROM {table}")  # noqa: S608 - a declared name
    elif path.endswith(".xlsx"):
        form = next(feed.source.form for feed in source.dataset.feeds if feed.source.form.file.endswith(".xlsx"))
        header = product.folder / "header.csv"
        drawn = next(each for folder in drawn_in if (each := folder / "raw" / f"{path}.csv").is_file())
        header.write_text(drawn.read_text("utf-8").splitlines()[0], "utf-8")
        write_workbook(header, product.raw / path, sheet=form.table, title_rows=form.title_rows)
    else:
        lines = (product.raw / path).read_bytes().splitlines(keepends=True)
        (product.raw / path).write_bytes(b"" if path.endswith(".jsonl") else lines[0])


def test_a_lost_memory_is_rebuilt_and_what_differs_waits(case: Case) -> None:
    before = case.files
    shutil.rmtree(case.product.private)
    assert "memory-lost" in case.publish().text
    case.run("recover", status=0)
    case.publish()
    assert case.files == before
    case.settle()
    assert without(case.files, *BESIDE) == without(before, *BESIDE)
