"""What decides the rows of a dataset is found from its declaration, and a change of it rebuilds no other dataset."""

from __future__ import annotations

import ast
import shutil
from typing import TYPE_CHECKING, ClassVar

import pytest

from pipeline.build import fingerprint
from pipeline.build.fingerprint import code_lists, deciding
from pipeline.build.run_context import Workplace
from pipeline.codelists import CODELISTS, CodeList, CodeLists
from pipeline.datasets import declared
from tests.lib import EVERY_CASE, ROOT
from tests.lib.product import DATASETS as SAMPLE
from tests.lib.product import Product, Said, planned

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATASETS = declared()
EVERY = tuple(DATASETS)
DERIVED = {name for name, dataset in DATASETS.items() if dataset.derivation}
CRIMES = {"crime-summary", "crime-series"}
COUNTED = {"public-feedback", "sensitive-crime-summary"}
ROWS = {*EVERY} - DERIVED
PAYEES = {"spend-over-500", "gifts-and-hospitality", "contracts"}
AMOUNTS = {"inventory", "scorecard", "engagement-events", "public-feedback", "stop-and-search"}
_CRIME = {"street-crime", "crime-outcomes"}
MODULES = tuple((ROOT / "pipeline").rglob("*.py"))


@pytest.mark.parametrize(
    ("module", "datasets"),
    [
        ("protect/treatments/map_points.py", {*_CRIME, "stop-and-search"}),
        ("protect/rules/payee_register.py", PAYEES),  # only rules take from it
        ("protect/rules/events.py", {"engagement-events"}),
        ("extract/workbook/cells.py", {"spend-over-500", "gifts-and-hospitality"}),
        ("columns/money.py", {*PAYEES, *AMOUNTS, "excluded-spend-totals"}),
        ("datasets/crime/street_crime.py", set()),  # the declaration has a digest of its own
        ("build/corridor.py", ROWS),
        ("build/received/entering.py", ROWS),
        ("columns/arrays.py", {*EVERY}),
        ("model/periods.py", {*EVERY}),
        ("validate/referee/referee.py", {*EVERY}),
        ("validate/schema.py", {*EVERY}),
        ("release/publishable.py", {*EVERY}),
        ("codelists.py", {*EVERY}),
        ("publish/plan.py", set()),
        ("build/derived/derivation.py", DERIVED),
        ("derive/crimes.py", CRIMES),
        ("derive/ledger.py", DERIVED - CRIMES),
        ("disclose/ledger_parts.py", {"spend-over-500"}),
        ("columns/rounding.py", CRIMES | COUNTED),
        ("disclose/small_numbers.py", COUNTED),
        ("build/decided/gates.py", set()),
        ("settings/sections.py", set()),
    ],
)
def test_a_module_decides_the_datasets_that_its_text_can_change(module: str, datasets: set[str]) -> None:
    assert (ROOT / "pipeline" / module).is_file()
    assert {name for name, dataset in DATASETS.items() if module in deciding(dataset)} == datasets


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_changed_program_builds_only_what_it_decides(tmp_path: Path) -> None:
    product, program = Product.with_published_sample(tmp_path / "force"), tmp_path / "program"
    for name in ("pipeline", "schemas"):
        shutil.copytree(ROOT / name, program / name)  # what is compiled too: it holds for the same text

    def run(*words: str) -> Said:
        with product.start(*words, "--quiet", PYTHONPATH=str(program)) as done:
            out, err = done.communicate()
        assert done.returncode == 0, err
        return Said(0, out, err)

    def builds() -> set[str]:
        return {*planned(run("plan"))}

    treatments = program / "pipeline" / "protect" / "treatments"
    (treatments / "softer.py").write_text(
        "from pipeline.protect.treatments.soft import WORD\n"
        "from pipeline.protect.treatments.text import Keep\n\n\n"
        "class Softer(Keep):\n    word = WORD\n",
        encoding="utf-8",
    )
    (treatments / "soft.py").write_text("WORD = 1\n", encoding="utf-8")
    passing = treatments / "__init__.py"
    added = "from pipeline.protect.treatments.softer import Softer\n"
    passing.write_text(passing.read_text(encoding="utf-8") + added, encoding="utf-8")
    assert builds() == set()  # nobody uses the new treatment
    declaration = program / "pipeline" / "datasets" / "expenditure" / "spend_over_500.py"
    change(declaration, "import Constant, Day, Keep,", "import Constant, Day, Keep, Softer,")
    change(declaration, '"Cost Centre Name": Keep(', '"Cost Centre Name": Softer(')
    assert builds() == {"spend-over-500"}
    if not EVERY_CASE:
        return  # each look below is a start of Python, and CI makes them
    run("publish")
    assert builds() == set()
    (treatments / "soft.py").write_text("WORD = 2\n", encoding="utf-8")
    assert builds() == {"spend-over-500"}
    change(program / "pipeline" / "build" / "corridor.py", '"""The corridor', '"""The one corridor')
    assert builds() == {*SAMPLE}


def test_a_module_of_every_class_that_a_dataset_declares_decides_it() -> None:
    for dataset in DATASETS.values():
        for feed in dataset.feeds:
            for each in (feed.source, feed.period, *feed.handlings):
                name = type(each).__module__.removeprefix("pipeline.")
                assert f"{name.replace('.', '/')}.py" in deciding(dataset)


def test_no_module_is_taken_from_in_a_way_that_is_not_followed() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.ImportFrom):
                assert node.level == 0, path
                assert node.names[0].name != "*", path


@pytest.mark.parametrize(
    ("listed", "datasets"),
    [
        ("crime-type", {"street-crime", *CRIMES}),
        ("offence-code", {"street-crime"}),  # a rule names it, by default
        ("venue-kind", {"engagement-events"}),
        ("attendance-band", {"engagement-events"}),
        ("payment-method", {"spend-over-500"}),
        ("redaction-marker", PAYEES),
        ("search-type", {"stop-and-search"}),
        ("gift-decision", {"gifts-and-hospitality"}),
    ],
)
def test_a_code_list_counts_for_the_datasets_that_can_look_it_up(listed: str, datasets: set[str]) -> None:
    assert {name for name, dataset in DATASETS.items() if code_lists(dataset, [listed])} == datasets


class Noticed(CodeLists):
    """Code lists that remember what was looked up."""

    read_now: ClassVar[set[str]] = set()

    def read(self, name: str) -> CodeList:
        self.read_now.add(name)
        return CodeLists.read(self, name)


def test_every_code_list_that_is_looked_up_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    product = Product.with_sample(tmp_path)
    monkeypatch.setattr(Workplace, "codelists", lambda *_: Noticed(CODELISTS, {}))
    for name in SAMPLE:
        Noticed.read_now.clear()
        product.plan(name)
        assert Noticed.read_now == set(code_lists(DATASETS[name], Noticed.read_now)) != set()


def imports(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield what the imports below a node take when they run, as the parser of Python understands them."""
    if isinstance(node, ast.ImportFrom):
        yield from ((node.module or "", each.name) for each in node.names)
    elif isinstance(node, ast.Import):
        yield from ((each.name, "") for each in node.names)
    for_types = isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    below = node.orelse if isinstance(node, ast.If) and for_types else ast.iter_child_nodes(node)
    for each in below:
        if isinstance(each, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield from imports(each)


def test_what_each_module_takes_is_found_as_the_parser_finds_it() -> None:
    for path in (path for path in MODULES if path.relative_to(ROOT / "pipeline").parts[0] in fingerprint._ROOMS):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        taken = {each for each in imports(ast.parse(path.read_bytes())) if each[0].startswith("pipeline")}
        assert set(fingerprint._taken(name)) == taken, name
