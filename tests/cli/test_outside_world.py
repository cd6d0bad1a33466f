"""Whatever stands in files, in folders and on the command line, the answer is an error of ours, not a fault."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.lib.product import Product

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEEP = "[" * 100_000


@pytest.fixture
def product(tmp_path: Path) -> Product:
    return Product.with_sample(tmp_path)


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--as-of", "0001-01-01", "plan"), 2),
        (("--as-of", "9999-12-31", "plan"), 2),
        (("--as-of", "2024-02-30", "plan"), 2),
        (("--data", "a\0b", "plan"), 2),
        (("--settings", "a\0b", "plan"), 2),
        (("--settings", "/", "plan"), 2),
        (("--data", "a" * 5_000, "plan"), 3),
        (("--data", "/dev/null", "plan"), 3),
        (("publish", "\udcff"), 2),
    ],
)
def test_odd_words_on_the_command_line(product: Product, words: tuple[str, ...], status: int) -> None:
    assert product.run(*words).status == status


def _circle(product: Product) -> None:
    (product.raw / "circle").symlink_to("circle")


def _crime_in_a_circle(product: Product) -> None:
    shutil.rmtree(product.raw / "crime")
    (product.raw / "crime").symlink_to("crime")


def _raw_is_a_file(product: Product) -> None:
    shutil.rmtree(product.raw)
    product.raw.write_text("x")


def _raw_in_a_circle(product: Product) -> None:
    shutil.rmtree(product.raw)
    product.raw.symlink_to("raw")


def _database_is_a_folder(product: Product) -> None:
    product.events.unlink()
    product.events.mkdir()


def _odd_name(product: Product) -> None:
    (product.raw / "crime" / os.fsdecode(b"Jan\xff\n\x1b[2J.csv")).write_text("x")


def _deep_settings(product: Product) -> None:
    product.settings.write_text(f"x = {DEEP}\n{product.settings.read_text()}")


@pytest.mark.parametrize(
    ("change", "statuses"),
    [
        (_circle, {0}),
        (_crime_in_a_circle, {3}),
        (_raw_is_a_file, {3}),
        (_raw_in_a_circle, {3}),
        (_database_is_a_folder, {3}),
        (_odd_name, {0}),
        (_deep_settings, {2}),
    ],
)
@pytest.mark.parametrize("command", ["publish", "plan"])
def test_odd_files_and_folders(
    product: Product, command: str, change: Callable[[Product], None], statuses: set[int]
) -> None:
    change(product)
    said = product.run(command, "--quiet")
    assert said.status in (statuses | {0} if command == "plan" else statuses), said.text
    assert "\x1b" not in said.text
    assert "bug:" not in said.text


@pytest.mark.parametrize("text", [DEEP, "null", "[]", '{"2": []}', "9" * 5_000])
def test_a_state_that_cannot_be_understood_is_a_fault_of_storage(tmp_path: Path, text: str) -> None:
    product = Product.with_published_sample(tmp_path)
    for path in (product.private / "state").glob("*.json"):
        path.write_text(text)
    said = product.run("publish", "--quiet", status=8)
    assert "bad-state" in said.text


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (("months", "2024-01", "released", "rows"), []),
        (("months", "2024-01", "released", "files"), "x"),
        (("months", "2024-01", "bad"), True),
        (("receipts", "recorded-crime", "crime/recorded-crime/2024-01.csv", "path"), 7),
    ],
)
@pytest.mark.parametrize("command", ["publish", "plan"])
def test_a_state_with_a_value_of_another_kind_is_a_fault_of_storage(
    tmp_path: Path, command: str, change: tuple[str, ...], value: object
) -> None:
    product = Product.with_published_sample(tmp_path)
    path = product.private / "state" / "street-crime.json"
    facts = json.loads(path.read_bytes())
    inner = facts["3"]
    for name in change[:-1]:
        inner = inner[name]
    inner[change[-1]] = value
    path.write_text(json.dumps(facts), encoding="utf-8")
    said = product.run(command, "--quiet")
    assert (said.status, "bad-state" in said.text) == (8, True), said.text


def test_a_closed_folder_below_the_extracts_is_said(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = product.raw / "closed"
    closed.mkdir()
    iterdir = type(closed).iterdir

    def refuse(folder: Path) -> object:
        if folder.name == closed.name:
            raise PermissionError(13, "no")
        return iterdir(folder)

    monkeypatch.setattr(type(closed), "iterdir", refuse)
    said = product.run("publish", "--quiet", status=3)
    assert "unreadable-file: closed: the file cannot be read: Permission denied" in said.text


@pytest.mark.parametrize(
    "line", [b"\xff", b'{"event": "decided"', b'{"event": "decided"}', b'["ckan"}', b"[" * 100_000]
)
def test_a_damaged_line_of_the_journal_stops_nothing(tmp_path: Path, line: bytes) -> None:
    product = Product.with_published_sample(tmp_path)
    with (product.private / "journal.jsonl").open("ab") as journal:
        journal.write(line + b"\n")
    for command in ("plan", "publish", "preview"):
        assert product.run(command, "--quiet").status == 0
    assert product.run("recover").status == 0


@pytest.mark.parametrize("stray", ["x.txt", "street-crime/x.txt", "index.html/x"])
def test_a_public_folder_with_files_of_others_is_refused_by_each_command(tmp_path: Path, stray: str) -> None:
    product = Product.with_published_sample(tmp_path)
    path = product.published / stray
    if not path.parent.is_dir():
        path.parent.unlink()
        path.parent.mkdir()
    path.write_text("x", encoding="utf-8")
    for command in ("plan", "publish", "preview"):
        said = product.run(command, "--quiet")
        assert (said.status, "foreign-files" in said.text) == (8, True), said.text
    assert path.read_text(encoding="utf-8") == "x"


@pytest.mark.parametrize("form", ["d/../../../../../../outside", "exe", [], None, {"csv": 1}])
def test_a_public_data_package_leads_recovery_nowhere(tmp_path: Path, form: object) -> None:
    """What it says of files that are none of ours is left aside; nothing is read or written outside."""
    product = Product.with_published_sample(tmp_path / "product")
    shutil.rmtree(product.private)
    path = product.published / "street-crime" / "datapackage.json"
    facts = json.loads(path.read_bytes())
    (path.parent / "street-crime-2024-01.d").mkdir()
    outside = tmp_path / "outside"
    outside.write_text("x", encoding="utf-8")
    digest = hashlib.sha256(outside.read_bytes()).hexdigest()
    facts["resources"].append({**facts["resources"][0], "format": form, "hash": f"sha256:{digest}"})
    path.write_text(json.dumps(facts), encoding="utf-8")
    assert product.run("recover").status == 0
    assert [each for each in tmp_path.rglob("outside") if each != outside] == []
