"""The worked example of a new dataset does what its page says, and changes no file that is there."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "add-a-dataset.md").read_text(encoding="utf-8")
EXTRACT = "data/raw/expenditure/card/2024-03.csv"
DECLARATION = "pipeline/datasets/expenditure/card_spend.py"
AS_SHOWN = "/tmp/cards"  # noqa: S108 -- the folder that the page names; it is not used
SCHEMA = "schemas/expenditure/card-spend.json"


def block_after(words: str) -> str:
    """Return the first block of the page behind some words."""
    return re.split(r"^```[a-z]*\n", PAGE.split(words, 1)[1], maxsplit=1, flags=re.MULTILINE)[1].split("```\n", 1)[0]


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def run(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {name: text for name, text in os.environ.items() if not name.startswith("PIPELINE_")}
    environ |= {"PYTHONPATH": str(tree), "PIPELINE_KEY_FILE": str(tree / "key"), "NO_COLOR": "1"}
    command = [sys.executable, "-m", "pipeline", "--settings", "examples/leicestershire.toml", *words]
    return subprocess.run(command, cwd=tree, env=environ, capture_output=True, text=True, check=False)


def unsaid(said: subprocess.CompletedProcess[str], shown: list[str]) -> list[str]:
    return [line for line in shown if line not in (said.stdout + said.stderr).splitlines()]


def test_the_worked_example_is_published_as_its_page_shows(tmp_path: Path) -> None:
    tree, data = tmp_path / "product", tmp_path / "cards"
    for name in ("pipeline", "schemas", "examples"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
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
    assert after.keys() - before.keys() == {DECLARATION, SCHEMA, "key"}
    assert {name: after[name] for name in before} == before
