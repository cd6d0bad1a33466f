"""The worked example of a new dataset does what its page says, and changes no file that is there."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from pipeline.sample import bears_mark
from tests.lib import ROOT

if TYPE_CHECKING:
    from pathlib import Path

PAGE = (ROOT / "docs" / "add-a-dataset.md").read_text(encoding="utf-8")
EXTRACT = "data/raw/expenditure/card/2024-03.csv"
DECLARATION = "pipeline/datasets/expenditure/card_spend.py"
AS_SHOWN = "/tmp/cards"  # noqa: S108 -- the folder that the page names; it is not used
SCHEMA = "schemas/expenditure/card-spend.json"
FOLDER = "tests/datasets/expenditure/card-spend"
#: The files of its folder, and behind which words of the page each is shown.
SHOWN = {
    f"{FOLDER}/raw/{EXTRACT.removeprefix('data/raw/')}": f"`{EXTRACT}`",
    f"{FOLDER}/expected/card-spend-2024-03.csv": "The published file:",
    f"{FOLDER}/good.json": "`good.json`",
    f"{FOLDER}/cells.txt": "`cells.txt`",
    f"{FOLDER}/fates.txt": "`fates.txt`",
}


def block_after(words: str) -> str:
    """Return the first block of the page behind some words."""
    return re.split(r"^```[a-z]*\n", PAGE.split(words, 1)[1], maxsplit=1, flags=re.MULTILINE)[1].split("```\n", 1)[0]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def run(tree: Path, *words: str, settings: str = "examples/leicestershire.toml") -> subprocess.CompletedProcess[str]:
    environ = {name: text for name, text in os.environ.items() if not name.startswith("PIPELINE_")}
    environ |= {"PYTHONPATH": str(tree), "NO_COLOR": "1"}
    if not settings.startswith("pipeline"):
        environ["PIPELINE_KEY_FILE"] = str(tree / "key")
    command = [sys.executable, "-m", "pipeline", "--settings", settings, *words]
    return subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True, check=False)


def unsaid(said: subprocess.CompletedProcess[str], shown: list[str]) -> list[str]:
    return [line for line in shown if line not in (said.stdout + said.stderr).splitlines()]


def copied(tmp_path: Path) -> Path:
    """Return a copy of the product, to which files may be added."""
    tree = tmp_path / "product"
    for name in ("pipeline", "schemas", "examples", "tests"):
        shutil.copytree(ROOT / name, tree / name)  # what is compiled too: it holds for the same text
    for name in ("pyproject.toml", "pipeline.toml"):
        shutil.copy(ROOT / name, tree)
    return tree


def test_two_datasets_of_a_family_have_two_thresholds(tmp_path: Path) -> None:
    """The second one is a declaration and a schema of its own; a section of its own has its threshold."""
    tree, data = copied(tmp_path), tmp_path / "data"
    for folder, name in (("pipeline/datasets", "spend_over_500.py"), ("schemas", "spend-over-500.json")):
        text = (tree / folder / "expenditure" / name).read_text(encoding="utf-8")
        again = text.replace("spend-over-500", "spend-over-0")
        (tree / folder / "expenditure" / name.replace("500", "0")).write_text(again, encoding="utf-8")
    with (tree / "pipeline.toml").open("a", encoding="utf-8") as settings:
        settings.write('[spend]\nthreshold = "600.00"\n[datasets.spend-over-0.spend]\nthreshold = "0.00"\n')

    assert run(tree, "--data", str(data), "sample", settings="pipeline.toml").returncode == 0
    said = run(
        tree,
        "--data",
        str(data),
        "publish",
        "spend-over-500",
        "spend-over-0",
        "--month",
        "2024-01",
        settings="pipeline.toml",
    )
    assert said.returncode == 0, said.stdout
    smallest = {name: totals(data / "published" / name) for name in ("spend-over-500", "spend-over-0")}
    assert min(smallest["spend-over-500"]) > 600
    assert 0 < min(smallest["spend-over-0"]) < 500
    titles = [json.loads((data / "published" / name / "datapackage.json").read_bytes())["title"] for name in smallest]
    assert ["over £600" in titles[0], "over £0" in titles[1]] == [True, True]


def totals(folder: Path) -> list[float]:
    """Return the size of each published transaction."""
    sums: dict[str, float] = {}
    for path in folder.glob("*.csv"):
        if path.name != "change-log.csv":
            with path.open(encoding="utf-8", newline="") as lines:
                for row in csv.DictReader(lines):
                    key = f"{path.name} {row['transaction_id']}"
                    sums[key] = sums.get(key, 0) + float(row["net_amount"])
    return [abs(total) for total in sums.values()]


def test_what_its_folder_shows_of_the_worked_example_comes_of_it(tmp_path: Path) -> None:
    """Its tests are there when the folder is: they are the same for every dataset, and no file of them changes."""
    tree = copied(tmp_path)
    before = digests(tree)
    shown = {DECLARATION: f"`{DECLARATION}`", SCHEMA: f"`{SCHEMA}`", **SHOWN}
    for name, words in shown.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(block_after(words), encoding="utf-8")

    environ = {name: text for name, text in os.environ.items() if not name.startswith(("PIPELINE_", "PYTEST_"))}
    asked = ("tests/datasets", "tests/house/test_declarations.py", "tests/house/test_schemas.py")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *asked, "-k", "card or every_declared"]
    ended = subprocess.run(
        command, cwd=tree, env=environ | {"PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False
    )

    assert ended.returncode == 0, ended.stdout
    after = digests(tree)
    assert after.keys() - before.keys() == set(shown)
    assert {name: after[name] for name in before} == before


def test_the_worked_example_has_a_sample_without_another_file(tmp_path: Path) -> None:
    """Its extract is invented, marked and published; the people who are planted in it are nowhere in what leaves."""
    tree, data = copied(tmp_path), tmp_path / "data"
    for name in (DECLARATION, SCHEMA):
        (tree / name).write_text(block_after(f"`{name}`"), encoding="utf-8")
    shutil.copy(ROOT / "pipeline.toml", tree)
    commands = (("sample", "--rows", "200"), ("publish", "card-spend"))
    for words in commands:
        said = run(tree, "--data", str(data), *words, settings="pipeline.toml")
        assert said.returncode == 0, said.stdout + said.stderr

    extracts = sorted((data / "raw/expenditure/card").iterdir())
    assert [path.stem for path in extracts] == ["2024-01", "2024-02", "2024-03"]
    assert all(bears_mark(path) for path in extracts)
    header, good, *_ = csv.reader((data / "raw/expenditure/card/2024-02.csv").read_text("utf-8").splitlines())
    assert sorted(header) == sorted(block_after(f"`{EXTRACT}`").splitlines()[0].split(","))
    assert all(good[header.index(name)] for name in ("Body", "Transaction Date", "Merchant Category", "Net Amount"))

    public = [path for path in (data / "published").rglob("*") if path.is_file()]
    assert sum(path.read_text("utf-8").count("\n") - 1 for path in public if path.match("card-spend-20*.csv")) >= 30
    with (data / "private/sample/planted.csv").open(encoding="utf-8", newline="") as lines:
        planted = [line for line in csv.DictReader(lines) if line["feed"] == "card"]
    identifying = {"Card Holder", "Card Number", "Merchant", "Merchant Town", "Narrative"}
    assert identifying <= {line["column"] for line in planted}
    raw = "\n".join(path.read_text("utf-8") for path in extracts)
    assert all(line["value"].replace("\r\n", "\n") in raw for line in planted)
    text = "\n".join(path.read_text("utf-8", "replace") for path in public).casefold() + said.stdout + said.stderr
    assert [line for line in planted if line["value"].casefold() in text] == []


def test_the_worked_example_is_published_as_its_page_shows(tmp_path: Path) -> None:
    tree, data = copied(tmp_path), tmp_path / "cards"
    before = digests(tree)
    for place, name in ((tree, DECLARATION), (tree, SCHEMA), (tmp_path, EXTRACT)):
        to = place / name if place is tree else data / name.removeprefix("data/")
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(block_after(f"`{name}`"), encoding="utf-8")

    assert run(tree, "key", "new").returncode == 0
    said = run(tree, "--data", str(data), "publish", "card-spend")

    shown = block_after("## 4. Try it").replace(AS_SHOWN, str(data)).splitlines()
    assert unsaid(said, shown[1:]) == []
    published = data / "published" / "card-spend" / "card-spend-2024-03.csv"
    assert published.read_text(encoding="utf-8") == block_after("The published file:")
    extract = data / EXTRACT.removeprefix("data/")
    lines = extract.read_text(encoding="utf-8").splitlines()
    extract.write_text("\n".join(f"{line},more" for line in lines) + "\n", encoding="utf-8")
    stopped = run(tree, "--data", str(data), "publish", "card-spend")
    assert unsaid(stopped, block_after("stops the extract:").splitlines()) == []
    after = digests(tree)
    schema = (tree / SCHEMA).read_text(encoding="utf-8")
    (tree / SCHEMA).write_text(schema.replace('"department"', '"unit"'), encoding="utf-8")
    extract.write_text("\n".join(lines) + "\n", encoding="utf-8")
    stopped = run(tree, "--data", str(data), "publish", "card-spend")
    assert (stopped.returncode, "STOPPED: bad-declaration: " + SCHEMA in stopped.stdout) == (2, True)
    assert "the feed card makes department, and the schema has no such field" in stopped.stdout
    assert after.keys() - before.keys() == {DECLARATION, SCHEMA, "key"}
    assert {name: after[name] for name in before} == before
