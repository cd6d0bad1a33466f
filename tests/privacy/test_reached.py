"""Every line that raises a `PrivacyError` is run: the sites are found in the code, each by a trial that ends there.

A trial is real code with real data: a declaration that was broken on purpose, or a table that no declaration makes.
"""

from __future__ import annotations

import ast
import datetime as dt
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pytest

from pipeline.build.cells import count_rows
from pipeline.build.dataset import run_dataset
from pipeline.build.derived.derivation import product_of
from pipeline.build.distributed import ReleaseFiles, texts_beside
from pipeline.build.run_context import Workplace
from pipeline.columns.pseudonyms import Pseudonyms
from pipeline.datasets import declared
from pipeline.derive import ledger
from pipeline.disclose.counted import cells_of
from pipeline.distribute.geojson import NeighbourhoodMap
from pipeline.errors import PrivacyError
from pipeline.model.derivation import Made
from pipeline.model.release import ReleasedFile
from pipeline.model.source import Secret
from pipeline.release.leak_scan import check, read_back
from pipeline.release.publishable import Part, publishable
from pipeline.run.select import options
from pipeline.settings.key import Key
from pipeline.settings.sections import Referee
from pipeline.settings.settings import Settings
from pipeline.storage.draft import Draft
from pipeline.storage.store import Store
from pipeline.validate.checks import validate
from pipeline.validate.referee.referee import frictionless_rejections, referee
from pipeline.validate.schema import TableSchema
from tests.lib import ROOT
from tests.lib.broken import OneMore, Unseen, guessing, with_rule
from tests.lib.little_force import JAN, SPEND, STREET, little_force, pay
from tests.lib.small_tree import KEY, small_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pipeline.model.declaration import Dataset
    from pipeline.release.publishable import PublishableTable
    from tests.lib.product import Product

PACKAGE = ROOT / "pipeline"
SCHEMA = TableSchema.of({"fields": [{"name": "x", "type": "string"}, {"name": "n", "type": "integer"}]})
GOOD = pa.table({"x": ["a", "b"], "n": ["1", "2"]})


# --- trials: each runs the product until it raises -------------------------------------------------------------------


def run(product: Product, dataset: Dataset) -> None:
    """Run a dataset in a force's folder, and raise what stopped it."""
    work = Workplace(
        settings=Settings.load(product.settings, {}, data=product.data, datasets=options()),
        key=Key(Secret(bytes.fromhex(KEY))),
        as_of=dt.date(2024, 4, 10),
        sample=False,
        writes=True,
        say=lambda _: None,
    )
    error = run_dataset(work, dataset).error
    if error is not None:
        raise error


def a_row_that_the_schema_has_not_judged(folder: Path) -> None:
    run(little_force(folder), with_rule(STREET, Unseen(what="x", why="broken on purpose")))


def a_row_that_nobody_accounts_for(folder: Path) -> None:
    run(little_force(folder), with_rule(STREET, OneMore(what="x", why="broken on purpose")))


def a_row_of_no_month(folder: Path) -> None:
    product = small_tree(folder)
    with closing(sqlite3.connect(product.events)) as database, database:
        database.execute("UPDATE event SET starts_at = 'yesterday' WHERE event_id = 'E2'")
    run(product, guessing())


def a_name_in_the_suppliers_box(folder: Path) -> None:
    product = little_force(folder)
    pay(product, JAN, {"Supplier Name": "Wren Exampleperson", "Card Holder": "WREN EXAMPLEPERSON"})
    run(product, declared()[SPEND])


def files_that_say_different_things(folder: Path) -> None:
    for name, text in (("one.csv", "x\na\n"), ("other.csv", "x\nb\n")):
        (folder / name).write_text(text, encoding="utf-8")
    read_back([ReleasedFile(path.name, "csv", path, 0, "") for path in sorted(folder.iterdir())], ["x"])


def a_draft_of_other_files_than_were_scanned(folder: Path) -> None:
    drafts = [
        Store(folder).build("x", name, files={"x.csv": [pa.py_buffer(name.encode())]}, references={}) for name in "ab"
    ]
    drafts[0].passed(check(pa.table({}), (), where="", files=drafts[1].files))


def _published(cast: Callable[[pa.Table], pa.Table]) -> PublishableTable:
    """Return one row as `publishable` makes it."""
    nothing = np.zeros(1, np.int32)
    first = nothing.astype(np.int64)
    part = Part(text=pa.table({"x": ["a"]}), chosen=first, feed=nothing, source=nothing, row=first, references={})
    return publishable([part], pa.schema([("x", pa.string())]), ["x"], cast=cast)


def a_row_that_came_from_nowhere(_folder: Path) -> None:
    replace(_published(lambda text: text), row=np.zeros(2, np.int64))


def a_column_of_another_type(_folder: Path) -> None:
    _published(lambda text: text.cast(pa.schema([("x", pa.large_string())])))


def a_verdict_of_nobody(_folder: Path) -> None:
    wrong = pa.table({"x": ["a"], "n": ["many"]})
    referee(wrong, replace(validate(wrong, SCHEMA), rejections=()), SCHEMA, salt="s")


def frictionless_falls_over(_folder: Path) -> None:
    schema = TableSchema.of({"fields": [{"name": "x", "type": "number", "constraints": {"minimum": 1}}]})
    table = pa.table({"x": ["sNaN77"]})
    referee(table, validate(table, schema), schema, salt="s")


def a_further_file_that_was_not_read_back(folder: Path) -> None:
    check(pa.table({}), (), where="", files=(ReleasedFile("x-all.geojson", "geojson", folder, 1, ""),))


def a_further_file_that_is_not_as_it_was_made(folder: Path) -> None:
    (folder / "x-all.geojson").write_bytes(b"{}")
    files = ReleaseFiles({}, {"x-all.geojson": (NeighbourhoodMap(), b"[]")})
    texts_beside(files, Draft(folder, folder, ()), written=True)


def frictionless_is_shown_no_row(_folder: Path) -> None:
    frictionless_rejections(GOOD.select([]), SCHEMA)


def frictionless_has_words_for_something_else(_folder: Path) -> None:
    referee(GOOD.rename_columns(["y", "n"]), validate(GOOD, SCHEMA), SCHEMA, salt="s", everything=True)


class _Counting:
    """A counting that reads and makes columns, and returns others."""

    def __init__(self, columns: Mapping[str, pa.Array], reads: tuple[str, ...] = ("x",)) -> None:
        self.reads, self.makes, self.columns, self.suppressed = reads, ("x", "n"), columns, None

    def count(self, _rows: Mapping[str, pa.Array], _context: object) -> Any:  # noqa: ANN401 - as broken as can be
        return self


def _counted(counting: Any) -> None:  # noqa: ANN401 - as broken as can be
    cells_of(pa.table({"x": ["a"]}), counting, names=SCHEMA.names, context=cast("Any", None), where="")


def cells_of_rows_that_were_not_asked_for(_folder: Path) -> None:
    _counted(_Counting({}, reads=("y",)))


def cells_of_other_columns_than_were_said(_folder: Path) -> None:
    _counted(_Counting({"x": pa.array(["a"]), "y": pa.array(["1"])}))


def cells_that_are_no_text(_folder: Path) -> None:
    _counted(_Counting({"x": pa.array(["a"]), "n": pa.array([1])}))


def cells_that_do_not_keep_the_schema(_folder: Path) -> None:
    broken: Any = _Counting({"x": pa.array(["a"]), "n": pa.array(["many"])})
    context: Any = SimpleNamespace(month=JAN, pseudonyms=Pseudonyms(b"k" * 32))
    count_rows(declared()[STREET], broken, pa.table({"x": ["a"]}), {}, context=context, schema=SCHEMA)


def _derived(rows: pa.Table, left_out: Mapping[str, Mapping[str, int]] = MappingProxyType({})) -> None:
    """Make rows by a recipe that is broken on purpose, from one row of an input."""
    recipe = SimpleNamespace(rows=lambda _tables, _context: Made(rows, left_out=left_out))
    inputs = (SimpleNamespace(dataset="a", columns=("x",), totals=False),)
    dataset: Any = SimpleNamespace(
        name="d", derivation=SimpleNamespace(recipe=recipe), inputs=inputs, reference_files=(), order=("x",)
    )
    work: Any = SimpleNamespace(
        store=SimpleNamespace(rows=lambda *_words: pa.table({"x": ["a"]})),
        context=lambda *_words, **_more: SimpleNamespace(month=JAN, pseudonyms=Pseudonyms(b"k" * 32)),
        schema=lambda _dataset: SCHEMA,
        settings=SimpleNamespace(referee=Referee(100, everything=False)),
    )
    built: Any = None
    product_of(work, dataset, JAN, {"a": {JAN: built}}, references=cast("Any", None))


def a_recipe_that_makes_other_columns(_folder: Path) -> None:
    _derived(pa.table({"y": ["a"]}))


def a_recipe_that_makes_no_number(_folder: Path) -> None:
    _derived(pa.table({"x": ["a"], "n": ["many"]}))


def a_recipe_that_leaves_out_more_than_there_is(_folder: Path) -> None:
    _derived(pa.table({"x": ["a"], "n": ["1"]}), {"a": {"not-for-inventory": 2}})


def _ledger(known: Mapping[str, int], **totals: Mapping[str, int]) -> None:
    """Compare parts with so many lines with totals that do not fit them."""
    sums = {code: ledger._Sum(known.get(code, 0)) for code in ("named", "personal", "other", "total")}
    ledger._check(JAN, sums, totals)


def a_part_of_the_ledger_that_no_list_has(_folder: Path) -> None:
    _ledger({}, gifts={"rows": 0, "pence": 0})


def a_release_with_other_lines_than_the_ledger_published(_folder: Path) -> None:
    _ledger({"named": 1})


def parts_that_do_not_add_up_as_they_are_shown(_folder: Path) -> None:
    ledger._check_shown(JAN, {"named": ledger._Sum(1), "total": ledger._Sum()})


TRIALS: tuple[Callable[[Path], None], ...] = (
    a_row_that_the_schema_has_not_judged,
    a_row_that_nobody_accounts_for,
    a_row_of_no_month,
    a_name_in_the_suppliers_box,
    files_that_say_different_things,
    a_draft_of_other_files_than_were_scanned,
    a_further_file_that_was_not_read_back,
    a_further_file_that_is_not_as_it_was_made,
    a_row_that_came_from_nowhere,
    a_column_of_another_type,
    a_verdict_of_nobody,
    frictionless_falls_over,
    frictionless_is_shown_no_row,
    frictionless_has_words_for_something_else,
    cells_of_rows_that_were_not_asked_for,
    cells_of_other_columns_than_were_said,
    cells_that_are_no_text,
    cells_that_do_not_keep_the_schema,
    a_part_of_the_ledger_that_no_list_has,
    a_release_with_other_lines_than_the_ledger_published,
    parts_that_do_not_add_up_as_they_are_shown,
    a_recipe_that_makes_other_columns,
    a_recipe_that_makes_no_number,
    a_recipe_that_leaves_out_more_than_there_is,
)

# --- the sites, found in the code ------------------------------------------------------------------------------------

Site = tuple[str, int]


def _called(node: ast.AST | None) -> str:
    """Return the name that an expression calls, "" where it calls none."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


@cache
def _trees() -> dict[str, ast.Module]:
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def _errors() -> frozenset[str]:
    """Return what makes a `PrivacyError`: itself, what is made of it, and functions that return one."""
    names = {"PrivacyError"}
    while True:
        more = {
            node.name
            for tree in _trees().values()
            for node in ast.walk(tree)
            if (isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") in names for base in node.bases))
            or (
                isinstance(node, ast.FunctionDef)
                and any(isinstance(each, ast.Return) and _called(each.value) in names for each in ast.walk(node))
            )
        }
        if more <= names:
            return frozenset(names)
        names |= more


@cache
def _sites() -> dict[Site, range]:
    """Return every statement that raises a `PrivacyError`, with its lines."""
    return {
        (module, node.lineno): range(node.lineno, (node.end_lineno or node.lineno) + 1)
        for module, tree in _trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and _called(node.exc) in _errors()
    }


@pytest.fixture(scope="module")
def reached(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Site]:
    """Return the module and the line at which each trial ended."""
    found = {}
    for trial in TRIALS:
        with pytest.raises(PrivacyError) as caught:
            trial(tmp_path_factory.mktemp("trial"))
        end = caught.traceback[-1]
        found[trial.__name__] = (Path(end.path).relative_to(PACKAGE).as_posix(), end.lineno + 1)
    return found


def test_every_line_that_raises_a_privacy_error_is_run(reached: Mapping[str, Site]) -> None:
    ends = set(reached.values())
    assert [site for site, lines in _sites().items() if not any((site[0], line) in ends for line in lines)] == []


def test_every_trial_ends_at_a_line_of_its_own(reached: Mapping[str, Site]) -> None:
    assert len(set(reached.values())) == len(TRIALS) == len(_sites())


def test_a_privacy_error_is_made_only_where_it_is_raised_or_by_what_returns_it() -> None:
    for module, tree in _trees().items():
        used: list[Any] = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise)]
        used += [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
        made = [node for node in ast.walk(tree) if _called(node) in _errors()]
        assert all(any(node is each for each in used) for node in made), module
