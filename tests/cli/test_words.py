"""What an analyst reads: corrections of mistyped commands, plans with rows, the private preview, the terminal."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from product import ROOT, Product, change_csv, contents, tree

from pipeline.report.screen import wrapped

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return Product.with_published_sample(tmp_path)


@pytest.fixture
def changed(product: Product) -> Product:
    """A product in which one crime went, and another has another outcome."""
    rows = product.csv("street-crime", "2024-01")
    assert len({row["Crime ID"] for row in rows if row["Crime ID"]}) > 100
    change_csv(product.crimes("2024-01"), lambda raw: [row for place, row in enumerate(raw) if place not in (30, 31)])
    return product


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (("publsh",), "did you mean `pipeline publish`?"),
        (("plan", "--settings", "x"), "`--settings` stands before the command"),
        (("plan", "--settings=x"), "`pipeline --settings FILE plan`"),
        (("--month", "2024-01", "plan"), "`--month` stands behind the command"),
        (("street-crime",), "`pipeline publish street-crime`"),
        (("plan", "--qiet"), "did you mean `--quiet`?"),
        (("plan", "street-crim"), "did you mean `street-crime`?"),
        (("plan", "2024-01"), "`--month 2024-01`"),
        (("accounts", "street-crime", "2024-01"), "a month is asked for by `--month 2024-01`"),
        (("quarantine", "street-crime", "2024-01"), "a month is asked for by `--month 2024-01`"),
        (("accounts", "street-crime", "none"), "a month is asked for by `--month none`"),
        (("accounts", "street-crime", "2024-1"), "see `pipeline accounts --help`"),
        (("datasets", "street-crime", "2024-01"), "see `pipeline datasets --help`"),
        (("approve", "street-crime", "--month", "2024-01"), "`pipeline approve street-crime 2024-01 --role"),
        (("reject", "street-crime", "--month=2024-01"), "`pipeline reject street-crime 2024-01 --role"),
        (("approve", "spend", "2024-01", "--role", "Head of Data", "--reason", "x"), "did you mean `spend-over-500`?"),
        (("approve", "street-crime", "2024-01"), '`pipeline approve street-crime 2024-01 --role "Head of Data"'),
        (("key", "nwe"), "did you mean `pipeline key new`?"),
        (("key",), "for example `pipeline key new`"),
        ((), "begin with `pipeline plan`"),
    ],
)
def test_a_mistake_is_answered_with_what_to_type(product: Product, words: tuple[str, ...], advice: str) -> None:
    said = product.run(*words)
    assert said.status == 2
    assert advice in said.err


@pytest.mark.parametrize(
    "command",
    [
        *("publish", "plan", "preview", "sample", "key", "datasets", "quarantine", "accounts"),
        *("approve", "reject", "forget", "recover", "review"),
    ],
)
def test_every_command_teaches_by_a_sentence_and_an_example(product: Product, command: str) -> None:
    said = product.run(command, "--help")
    assert f"for example:\n  pipeline {command}" in said.out
    for block in re.findall(r"^  (?:-|[A-Z]).*(?:\n {6,}.*)*", said.out, re.MULTILINE):
        assert re.search(r"\s{2,}\S", block.strip()), block


def test_help_loads_nothing_that_takes_long() -> None:
    heavy = "[m for m in ('pyarrow', 'numpy', 'pandas', 'frictionless', 'rich', 'jinja2') if m in sys.modules]"
    code = f"import sys; from pipeline.cli.parser import parser; parser().format_help(); print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_make_refuses_a_dataset_as_a_target_before_anything_runs(product: Product) -> None:
    before = tree(product.folder)
    words = ["make", "-f", str(ROOT / "Makefile"), "publish", "street-crime"]
    done = subprocess.run(words, cwd=product.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert 'make publish ARGS="street-crime"' in done.stderr
    assert tree(product.folder) == before


def test_a_plan_counts_rows_and_names_nothing_that_does_not_change(changed: Product) -> None:
    before = tree(changed.folder)
    said = changed.run("plan", "--quiet")
    assert said.status == 0, said.text
    assert tree(changed.folder) == before
    now = len(changed.csv("street-crime", "2024-01"))
    found = re.search(r"rows 2024-01: (\d+) now, (\d+) then: (\d+) added, (\d+) removed, (\d+) changed", said.out)
    assert found is not None
    counts = [int(each) for each in found.groups()]
    assert counts[0] == now
    assert counts[1] == now + counts[2] - counts[3]
    assert counts[3] > 0
    portal = said.out.split("catalogue:\n")[1]
    assert portal.count("the catalogue's own pages") == 1
    assert "spend-over-500" not in portal
    assert "engagement-events" not in portal
    changed.publish()
    assert len(changed.csv("street-crime", "2024-01")) == counts[1]


def test_a_preview_is_the_site_as_it_would_be_marked_and_private(changed: Product) -> None:
    public = contents(changed.published)
    said = changed.run("preview", "--quiet")
    assert said.status == 0, said.text
    assert contents(changed.published) == public
    folder = changed.private / "preview"
    for path in (folder, *folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
        assert path.is_dir() or path.stat().st_nlink == 1
    for page in folder.rglob("*.html"):
        assert "PREVIEW" in page.read_text(encoding="utf-8").split("<main")[0], page
    assert not (changed.private / "preview.built").exists()
    shown = contents(folder)
    changed.publish()
    after = contents(changed.published)
    data = {name for name in after if name.endswith((".csv", ".parquet", ".json"))}
    assert {name: shown[name] for name in data} == {name: after[name] for name in data}
    assert not [path for path in changed.published.rglob("*.html") if "PREVIEW" in path.read_text(encoding="utf-8")]


def test_the_page_of_differences_shows_the_rows_that_go(changed: Product) -> None:
    before = {row["Crime ID"] for row in changed.csv("street-crime", "2024-01")}
    changed.run("preview", "--quiet")
    page = (changed.private / "preview" / "differences.html").read_text(encoding="utf-8")
    changed.publish()
    gone = before - {row["Crime ID"] for row in changed.csv("street-crime", "2024-01")}
    assert gone
    assert all(name in page for name in gone)
    assert not list(changed.published.rglob("differences*"))


def test_a_terminal_gets_a_summary_and_everything_only_when_asked(product: Product) -> None:
    brief, full = product.run_on_screen("publish", "--quiet"), product.run_on_screen("publish", "--quiet", "--details")
    assert "quarantined" not in brief.out
    assert "quarantined" in full.out
    assert "--details" in brief.out
    assert "quarantined" in product.run("publish", "--quiet").out


def test_lines_are_broken_at_blanks_and_paths_stay_whole() -> None:
    path = "data/raw/" + "x" * 80
    found = wrapped(f"  look at {path} and then do something about it with a few more words", 60)
    assert any(path in line for line in found)
    assert all(len(line) <= 60 for line in found if path not in line)
    assert all(line.startswith("  ") for line in found)


def test_no_color_is_respected_on_a_terminal(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Product, "environment", _with_no_color(Product.environment))
    assert "\x1b" not in product.run_on_screen("plan", "--quiet").text


def _with_no_color(environment: object) -> object:
    assert callable(environment)
    return lambda self, **environ: environment(self, **environ, NO_COLOR="1")


def test_summaries_of_all_datasets(product: Product) -> None:
    quarantine, accounts = product.run("quarantine"), product.run("accounts")
    assert re.search(
        r"^street-crime +\d+ rows of 2024-01 to 2024-03: bad-coordinates \d+", quarantine.out, re.MULTILINE
    )
    assert re.search(r"^street-crime +read \d+ = published \d+ ", accounts.out, re.MULTILINE)
    months = product.run("accounts", "street-crime").out
    assert re.search(r"^2024-02 +read \d+ = published \d+ ", months, re.MULTILINE)
