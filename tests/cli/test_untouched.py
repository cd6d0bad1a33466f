"""A file that nobody touched since it was read in full is not opened again; within a week every file is read anew."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from pipeline.datasets import declared
from pipeline.extract.delimited.folder import Folder
from pipeline.storage import looked
from tests.lib.little_force import FEB, JAN, STREET, little_force, publish
from tests.lib.product import Product, built

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

#: What was opened since somebody began to listen, None while nobody does: who hears of it once always will.
_heard: list[object] | None = None


def _hear(event: str, facts: tuple[object, ...]) -> None:
    if _heard is not None and event in {"open", "sqlite3.connect"}:
        _heard.append(facts[0])


sys.addaudithook(_hear)


def opened(product: Product, day: str, folder: str, *words: str) -> list[str]:
    """Publish, and return which files below a folder of the data it opened."""
    return below(folder, times_opened(product, day, *words))


def below(folder: str, names: Iterable[str]) -> list[str]:
    """Return the names that are below a folder of the data, as they are there."""
    return sorted(name.removeprefix(f"{folder}/") for name in names if name.startswith(f"{folder}/"))


def times_opened(product: Product, day: str, *words: str) -> Counter[str]:
    """Publish, and return how often each of the files of the data was opened."""
    global _heard  # noqa: PLW0603 - a hook cannot be taken away
    names: list[object] = []
    _heard = names
    product.run("--as-of", day, *(words or ("publish", "--quiet")), status=0)
    _heard = None
    root = product.data.resolve()
    paths = [(product.folder / os.fspath(name)).resolve() for name in names if isinstance(name, str | os.PathLike)]
    return Counter(path.relative_to(root).as_posix() for path in paths if path.is_relative_to(root))


def settled(folder: Path) -> Product:
    """Return a force that was published, and published once more when its files count as come to rest."""
    product = little_force(folder)
    with mock.patch.object(looked, "_CLOCK_NS", -(10**9)):  # in place of waiting for the coarsest clock
        for _ in range(2):
            product.run("--as-of", "2024-04-01", "publish", "--quiet", status=0)
    return product


@pytest.fixture(scope="module")
def force(tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Give a settled force that tests only look at: of a copy of it nothing would be known."""
    return settled(tmp_path_factory.mktemp("settled") / "force")


@pytest.fixture
def own(tmp_path: Path) -> Product:
    """Give a settled force to change."""
    return settled(tmp_path / "force")


def test_an_untouched_night_opens_no_extract_and_no_published_data(force: Product) -> None:
    night = times_opened(force, "2024-04-02")
    assert below("raw", night) == []
    public = below("published", night)
    assert public != []
    assert [name for name in public if JAN in name or FEB in name or name.endswith((".html", ".js"))] == []
    assert below("private/releases", night) == []


def test_a_plan_opens_no_untouched_extract_either(force: Product) -> None:
    assert opened(force, "2024-04-02", "raw", "plan", "--quiet") == []


def test_a_week_later_every_file_is_read_in_full(force: Product) -> None:
    every = sorted(path.relative_to(force.raw).as_posix() for path in force.raw.rglob("*") if path.is_file())
    kept = (force.private / "looked" / "files.json").read_bytes()
    assert opened(force, "2024-04-07", "raw", "plan", "--quiet") == []
    week = times_opened(force, "2024-04-08", "plan", "--quiet")
    assert below("raw", week) == every
    assert f"{STREET}/{STREET}-{JAN}.csv" in below("published", week)
    assert kept == (force.private / "looked" / "files.json").read_bytes()  # a plan writes nothing


def test_a_third_run_writes_nothing_at_all(force: Product) -> None:
    def everything() -> dict[str, int]:
        return {str(path): path.lstat().st_mtime_ns for path in force.data.rglob("*")}

    assert force.run("--as-of", "2024-04-02", "publish", "--quiet").status == 0
    before = everything()
    assert force.run("--as-of", "2024-04-02", "publish", "--quiet").status == 0
    assert everything() == before


def test_a_touched_extract_is_read_again_and_the_same_bytes_build_nothing(own: Product) -> None:
    moved, touched = own.crimes(JAN), own.crimes(FEB)
    shutil.copy2(moved, own.folder / "copy")
    (own.folder / "copy").replace(moved)  # the same bytes, size and time in another file
    os.utime(touched)
    assert own.plan(PIPELINE_AS_OF="2024-04-02") == {}
    names = [f"crime/recorded-crime/{month}.csv" for month in (JAN, FEB)]
    assert opened(own, "2024-04-02", "raw", "plan", "--quiet") == names


def test_other_bytes_with_the_same_size_and_time_build_their_month_at_once(own: Product) -> None:
    path = own.crimes(JAN)
    before, text = path.stat(), path.read_bytes()
    path.write_bytes(text.replace(b"24*0100001", b"24*0100009"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    assert own.plan(PIPELINE_AS_OF="2024-04-02") == {STREET: {JAN: f"crime/recorded-crime/{JAN}.csv has changed"}}


def test_a_damaged_public_file_with_the_same_size_and_time_is_made_good_at_once(own: Product) -> None:
    path = own.published / STREET / f"{STREET}-{JAN}.csv"
    before, text = path.stat(), path.read_bytes()
    path.write_bytes(text[::-1])
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert own.run("--as-of", "2024-04-02", "publish", "--quiet").status == 0
    assert path.read_bytes() == text


def test_a_change_that_left_no_trace_is_found_where_the_file_is_read_and_never_published(own: Product) -> None:
    path, memory = own.crimes(JAN), own.private / "looked" / "files.json"
    path.write_bytes(path.read_bytes().replace(b"24*0100001", b"24*0100009"))
    facts, looks = path.stat(), json.loads(memory.read_bytes())
    state = [facts.st_size, facts.st_mtime_ns, facts.st_ino, facts.st_ctime_ns]
    for name, look in looks["1"].items():
        if name.endswith(str(path)):
            look[0] = state
    memory.write_text(json.dumps(looks), encoding="utf-8")
    assert own.plan(PIPELINE_AS_OF="2024-04-02") == {}
    settings = own.settings.read_text(encoding="utf-8")
    own.settings.write_text(settings.replace('incident_key = ["number"]', 'incident_key = ["number", "day"]'))
    said = own.run("--as-of", "2024-04-02", "publish", "--quiet", STREET)
    assert (said.status, said.text.count("changed-while-read")) == (3, 1), said.text
    said = own.run("--as-of", "2024-04-02", "publish", "--quiet", STREET)
    assert said.status == 0, said.text
    assert built(said) == {STREET: (JAN, FEB)}


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"1": {"sha256 x": []}}', json.dumps({"9": {}}).encode()])
def test_a_memory_that_cannot_be_understood_is_no_memory(force: Product, text: bytes) -> None:
    memory = force.private / "looked" / "files.json"
    kept = memory.read_bytes()
    memory.write_bytes(text)
    assert opened(force, "2024-04-02", "raw", "plan", "--quiet") != []
    memory.write_bytes(kept)


def test_a_new_extract_is_read_once_for_registers_months_and_the_leak_check(tmp_path: Path) -> None:
    force = little_force(tmp_path / "force")
    times = times_opened(force, "2024-04-01", "publish", STREET, "--quiet")
    elsewhere = {count for path, count in times.items() if path.startswith("raw/expenditure/")}  # is it a sample's?
    read = {count for path, count in times.items() if path.startswith("raw/crime/")}
    assert len(elsewhere) == 1
    assert read == {elsewhere.pop() + 2}  # its sha256, then its rows


def test_of_a_large_extract_the_leak_check_reads_a_few_columns_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.extract.reader._TOGETHER_BYTES", 10)
    force = little_force(tmp_path / "force")
    asked: list[Sequence[str]] = []
    read = Folder.read

    def noted(self: Folder, root: Path, path: str, columns: Sequence[str], *others: object, **names: object) -> object:
        asked.append(columns)
        return read(self, root, path, columns, *others, **names)  # type: ignore[arg-type]

    monkeypatch.setattr(Folder, "read", noted)
    assert publish(force, STREET).status == 0
    identifying = {name for feed in declared()[STREET].feeds for name in feed.identifying}
    assert max(len(identifying.intersection(columns)) for columns in asked) == 12
    assert identifying == {name for columns in asked for name in columns} & identifying
