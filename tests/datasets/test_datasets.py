"""Each dataset that is declared does with its own folder of rows what the folder says, and there is no other folder.

After a wanted change, write published files and fates anew with PIPELINE_TEST_WRITE_GOLDEN=1 and read the difference.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest import mock

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipeline.build import accounts, corridor
from pipeline.datasets import declared
from pipeline.errors import InputError
from pipeline.model.periods import NO_PERIOD
from pipeline.model.reasons import Outcome
from pipeline.protect.treatments import Pseudonym
from pipeline.validate import TableSchema, validate
from pipeline.validate.referee.referee import referee
from tests.lib.dataset_folders import KEY, DatasetFolder, folders, force
from tests.lib.product import Product, read_csv
from tests.lib.received import Received

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.declaration import Dataset, Feed
    from pipeline.model.tables import RawTable
    from pipeline.validate.cast import Field
    from tests.lib.drawn import Line

FOLDERS = folders()
#: The force that publishes the folders' extracts.
FORCE = "leicestershire"


class Run(NamedTuple):
    """A run over a folder's extracts: the product, the raw rows, and what became of each, by feed, path and number."""

    product: Product
    raws: list[RawTable]
    fates: dict[tuple[str, str, int], str]


@pytest.fixture(scope="module", params=FOLDERS.values(), ids=list(FOLDERS))
def folder(request: pytest.FixtureRequest) -> DatasetFolder:
    """Give the folder of each dataset in turn."""
    found: DatasetFolder = request.param
    return found


@pytest.fixture(scope="module")
def run(folder: DatasetFolder, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Publish the dataset alone, and remember what is decided about each row."""
    product = force(tmp_path_factory.mktemp("force") / "product")
    folder.lay_out(product)
    folder.publish_alone(product)
    found = Run(product, [], {})
    settle, make, decided = accounts.settle, accounts._Reasons, list[accounts._Reasons]()

    def reasons(*parts: Any) -> accounts._Reasons:  # noqa: ANN401 - whatever it is made of
        decided.append(make(*parts))
        return decided[-1]

    def settled(raw: RawTable, *gates: Any) -> accounts.Accounted:  # noqa: ANN401 - whatever settles
        accounted, reasons = settle(raw, *gates), decided.pop()
        if raw.feed in {feed.name for feed in folder.dataset.feeds}:
            found.raws.append(raw)
            found.fates.update(fates(raw, reasons))
        return accounted

    with mock.patch.object(accounts, "_Reasons", reasons), mock.patch.object(corridor, "settle", settled):
        said = product.run("--as-of", folder.as_of, "publish", "--quiet", *folder.together)
    assert said.status == 0, said.text
    return found


def fates(raw: RawTable, reasons: accounts._Reasons) -> Iterator[tuple[tuple[str, str, int], str]]:
    """Yield what becomes of each row."""
    for source, row, reason in zip(raw.source.tolist(), raw.row.tolist(), reasons.row.tolist(), strict=True):
        code = reasons.codes[reason]
        yield (raw.feed, raw.paths[source], row), f"{accounts.outcome_of(code)}: {code}" if reason else code
    for spot in raw.ragged:
        yield (raw.feed, raw.paths[spot.source], spot.row), "quarantined: ragged-row"


def drawing(dataset: Dataset, run: Run) -> str:
    """Return the fate of each row as little tables, with those cells that differ from the first row of its feed."""
    used = {feed.name: feed.used for feed in dataset.feeds}
    cells = {
        (raw.feed, raw.paths[raw.source[place]], row): {name: raw.cells[name][place].as_py() for name in used[raw.feed]}
        for raw in run.raws
        for place, row in enumerate(raw.row.tolist())
    }
    parts = []
    for (feed, path), keys in groupby(sorted(run.fates), lambda key: key[:2]):
        first = next(cells[key] for key in sorted(cells) if key[0] == feed)
        lines = [("row", "beside the first row", "becomes")]
        for key in keys:
            other = {name: cell for name, cell in cells.get(key, first).items() if cell != first[name]}
            shown = "; ".join(f"{name}={cell or ''}" for name, cell in other.items())
            lines.append((str(key[2]), shown, run.fates[key]))
        width = max(len(line[1]) for line in lines)
        parts += [f"{path}:", *(f"{row:>4} | {shown:<{width}} || {becomes}" for row, shown, becomes in lines), ""]
    return "\n".join(parts)


def test_every_declared_dataset_has_its_folder_and_no_other_has_one() -> None:
    assert {name: each.path.parent.name for name, each in FOLDERS.items()} == {
        name: dataset.family for name, dataset in declared().items()
    }


def test_its_extracts_give_exactly_the_expected_files(folder: DatasetFolder, run: Run) -> None:
    made = run.product.published / folder.name
    found = {path.name: path.read_bytes().decode() for path in sorted(made.glob(f"{folder.name}-*.csv"))}
    written(folder.path / "expected", found)
    assert found == folder.expected


def written(folder: Path, found: Mapping[str, str]) -> None:
    """Write expected files anew, where that is asked for."""
    if os.environ.get("PIPELINE_TEST_WRITE_GOLDEN"):
        folder.mkdir(exist_ok=True)
        for name, text in found.items():
            (folder / name).write_text(text, "utf-8", newline="")


def test_its_parquet_files_say_what_its_csv_files_say(folder: DatasetFolder, run: Run) -> None:
    for name in folder.expected:
        table = pq.read_table((run.product.published / folder.name / name).with_suffix(".parquet"))
        assert table.schema.remove_metadata() == schema_of(folder, run).arrow.remove_metadata()
        fields = {field.name: field for field in schema_of(folder, run).fields}
        rows = [{name: as_text(cell, fields[name]) for name, cell in row.items()} for row in table.to_pylist()]
        assert rows == read_csv(folder.path / "expected" / name)


def test_its_rows_are_sorted_so_that_their_order_says_nothing(folder: DatasetFolder, run: Run) -> None:
    order = folder.dataset.order
    for name in folder.expected:
        table = pq.read_table((run.product.published / folder.name / name).with_suffix(".parquet")).select(list(order))
        rows = pc.sort_indices(table, [(column, "ascending") for column in order])
        assert table.take(rows).equals(table)


def as_text(cell: object, field: Field) -> str:
    """Return a cell as a CSV has it; numbers that are no amounts are coordinates."""
    if isinstance(cell, bool):
        return (field.true_values if cell else field.false_values)[0]
    return f"{cell:.6f}" if isinstance(cell, float) else str("" if cell is None else cell)


def schema_of(folder: DatasetFolder, run: Run) -> TableSchema:
    """Return the schema of the dataset as it is published, with the values of the settings in it."""
    return TableSchema.of(json.loads((run.product.published / folder.name / "schema.json").read_bytes()))


def test_each_of_its_raw_rows_becomes_what_is_drawn(folder: DatasetFolder, run: Run) -> None:
    if not folder.dataset.feeds:
        return  # it has no raw row
    written(folder.path, {"fates.txt": drawing(folder.dataset, run)})
    assert drawing(folder.dataset, run) == (folder.path / "fates.txt").read_text("utf-8")


def test_its_accounts_are_the_sums_of_its_rows(folder: DatasetFolder, run: Run) -> None:
    said = run.product.run("accounts", folder.name, "--json", status=0)
    sums: Counter[tuple[str, str]] = Counter()
    for each in (reason for line in said.out.splitlines() for reason in json.loads(line)["reasons"]):
        becomes = each["reason"] if each["reason"] == "published" else f"{each['outcome']}: {each['reason']}"
        sums[each["feed"], becomes] += each["rows"]
    if folder.dataset.derivation:
        assert {feed for feed, _ in sums} == {each.dataset for each in folder.dataset.inputs}
        return
    assert +sums == Counter((feed, becomes) for (feed, _, _), becomes in run.fates.items())


def test_its_reference_lists_are_those_that_its_handlings_need(folder: DatasetFolder) -> None:
    lists = {path.stem for path in (folder.path / "reference").glob("*.*")}
    read = {name for feed in folder.dataset.feeds for name in getattr(feed.source, "lists", ())}
    assert lists == {*folder.dataset.reference_files, *read}


def test_its_pseudonyms_are_the_agreed_keyed_hash(folder: DatasetFolder, run: Run) -> None:
    rows = [row for name in folder.expected for row in read_csv(folder.path / "expected" / name)]
    known_of: dict[str, set[str]] = {}
    for raw in run.raws:
        (feed,) = (feed for feed in folder.dataset.feeds if feed.name == raw.feed)
        for each in feed.treatments:
            if isinstance(each, Pseudonym) and not folder.dataset.counting:  # those of what is counted are private
                known = known_of.setdefault(each.makes[0], set())
                cells = zip(*(raw.cells[name].to_pylist() for name in each.reads), strict=True)
                force = (FORCE,) * each.of_force
                known |= {hashed(each.scope, *force, *parts)[: each.length] for parts in cells if all(parts)}
    assert set(known_of) == set(folder.dataset.references.values())
    for column, known in known_of.items():
        found = {row[column] for row in rows} - {""}
        assert found
        assert found <= known


def hashed(*parts: str) -> str:
    return hmac.new(bytes.fromhex(KEY), "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


# --- cells --------------------------------------------------------------------------------------------------------


def fate_of(folder: DatasetFolder, feed: Feed, changed: Mapping[str, str]) -> tuple[str, Mapping[str, str]]:
    """Return what becomes of a good row with some cells changed, and what is published of it."""
    row = {name: cell.replace("#", "1") for name, cell in folder.good[feed.name].items()} | dict(changed)
    file, *others = [""] if feed.source.whole else feed.period.parts(folder.periods[0])
    files = {
        each.name: {**{other: [] for other in others}, file: [row] if each == feed else []}
        for each in folder.dataset.feeds
    }
    received = Received(dataset=folder.dataset, files=files)
    for period in (folder.periods[0], NO_PERIOD)[: 2 if feed.source.whole else 1]:
        month = received.month(period)
        for fate in received.fates(period, month).values():
            reasons = [each.reason for each in month.report.accounts if each.rows]
            assert len(reasons) == 1
            return fate.outcome + (f": {reasons[0]}" if fate.outcome is not Outcome.PUBLISHED else ""), fate.published
    raise AssertionError("the row is in no period that is built")


def becomes(folder: DatasetFolder, feed: Feed, column: str, cell: str) -> str:
    """Return what becomes of a row with this cell in it, or that the cell itself is left blank."""
    try:
        found, published = fate_of(folder, feed, {column: cell})
    except InputError as error:
        return f"stops: {error.code}"
    made = [name for each in feed.treatments if column in each.reads for name in each.makes]
    return "left blank" if found == "published" and not any(published[name] for name in made) else found


def each_feed(folder: DatasetFolder) -> Iterator[tuple[Feed, list[Line]]]:
    for feed in folder.dataset.feeds:
        yield feed, folder.cells(feed.name)


def test_a_good_row_of_each_feed_is_published(folder: DatasetFolder) -> None:
    assert set(folder.good) == {feed.name for feed in folder.dataset.feeds}
    assert {fate_of(folder, feed, {})[0] for feed in folder.dataset.feeds} <= {"published"}


def test_each_bad_raw_cell_gives_its_code(folder: DatasetFolder) -> None:
    for feed, lines in each_feed(folder):
        drawn = [(*line.left.values(), line.right["becomes"]) for line in lines if line.right["becomes"] != "watched"]
        assert [(column, cell, becomes(folder, feed, column, cell)) for column, cell, _ in drawn] == drawn


def test_each_raw_column_that_is_used_has_a_bad_cell(folder: DatasetFolder) -> None:
    for feed, lines in each_feed(folder):
        bad = {line.left["column"] for line in lines if line.right["becomes"] not in ("published", "watched")}
        assert set(feed.used) - bad == set()


def test_what_identifies_somebody_is_watched_and_never_published(folder: DatasetFolder) -> None:
    for feed, lines in each_feed(folder):
        watched = [line.left for line in lines if line.right["becomes"] == "watched"]
        assert {line["column"] for line in watched} == set(feed.identifying)
        for line in watched:
            _, published = fate_of(folder, feed, {line["column"]: line["cell"]})
            assert not [name for name, cell in published.items() if line["cell"] in cell], line["column"]


# --- the published table ------------------------------------------------------------------------------------------


def table_of(schema: TableSchema, rows: Sequence[Mapping[str, str | None]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] or None for row in rows], pa.string()) for name in schema.names})


def test_each_published_cell_is_judged_as_drawn_and_frictionless_agrees(folder: DatasetFolder, run: Run) -> None:
    schema, good, lines = schema_of(folder, run), folder.published, folder.cells("published")
    unkeyed = TableSchema.of({k: v for k, v in schema.descriptor().items() if k != "primaryKey"})
    table = table_of(schema, [{**good, line.left["column"]: line.left["cell"]} for line in lines])
    checked = validate(table, unkeyed)
    found = [(each.position, each.column, f"quarantined: {each.code}") for each in checked.rejections]
    assert found == [
        (place, line.left["column"], line.right["becomes"])
        for place, line in enumerate(lines)
        if line.right["becomes"] != "published"
    ]
    assert referee(table, checked, unkeyed, salt="s").rejected == len(found)


def test_every_rule_of_its_schema_has_a_bad_cell(folder: DatasetFolder, run: Run) -> None:
    bad = [line.left for line in folder.cells("published") if line.right["becomes"] != "published"]
    for field in schema_of(folder, run).fields:
        cells = [line["cell"] for line in bad if line["column"] == field.name]
        ruled = field.type != "string" or field.enum or field.pattern or field.max_length is not None
        assert bool(ruled) == any(cells), field.name
        assert field.required == ("" in cells), field.name


def test_a_row_with_only_what_must_be_there_is_good(folder: DatasetFolder, run: Run) -> None:
    schema, good = schema_of(folder, run), folder.published
    blank = {field.name: None for field in schema.fields if not field.required}
    table = table_of(schema, [good, {**good, **blank, **another_key(folder, schema)}])
    checked = validate(table, schema)
    assert checked.rejections == ()
    assert referee(table, checked, schema, salt="s", everything=True).differences == {}


def another_key(folder: DatasetFolder, schema: TableSchema) -> dict[str, str]:
    """Return the cells of a key that the good row does not have."""
    if len(schema.primary_key) <= 1:
        return dict.fromkeys(schema.primary_key, "fedcba9876543210" * 2)
    good, rows = (
        folder.published,
        [row for name in folder.expected for row in read_csv(folder.path / "expected" / name)],
    )
    keys = ({name: row[name] for name in schema.primary_key} for row in rows)
    return next(key for key in keys if key != {name: good[name] for name in key})


def test_a_row_comes_once_where_it_has_a_key(folder: DatasetFolder, run: Run) -> None:
    schema = schema_of(folder, run)
    found = validate(table_of(schema, [folder.published] * 2), schema).rejections
    assert [tuple(each) for each in found] == [(1, name, "primary-key") for name in schema.primary_key[:1]]


def test_the_examples_of_its_schema_keep_it(folder: DatasetFolder, run: Run) -> None:
    schema = schema_of(folder, run)
    examples = {field["name"]: field["example"] for field in schema.descriptor()["fields"] if field.get("example")}
    assert validate(table_of(schema, [{**folder.published, **examples}]), schema).rejections == ()
