"""A run that is killed at any moment, or finds no room, leaves one whole public tree; the next run finishes the job."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import ExitStatus
from tests.lib import EVERY_CASE, ROOT
from tests.lib.little_force import FEB, STREET, crime, little_force, publish, record
from tests.lib.product import Product, change_csv, contents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.sample.writing import Line

KILLING = Path(__file__).with_name("killing.py")


def changed(product: Product) -> None:
    """Let the next run have something to do in each dataset."""

    def correct(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [row | {"outcome_code": "16"} if "*24*0" in row["crime_reference"] else row for row in rows]

    change_csv(product.crimes("2024-02"), correct)

    def shorten(lines: list[Line]) -> list[Line]:
        """Leave out the last lines, those apart that protect somebody."""
        return lines[:-30] + [line for line in lines[-30:] if line["Supplier Type"] not in {"ORG", "SOLE"}]

    product.change_ledger("2024-03", shorten)
    change_csv(product.reference / "neighbourhoods.csv", lambda rows: rows[::-1])


def killed(start: Path, work: Path, *words: str, points: int = 0) -> dict[str, Any]:
    """Return what runs left that were killed at so many points, with 0 before each of their operations on files."""
    work.mkdir()
    environment = Product(start).environment(PYTHONPATH=str(ROOT))
    command = [sys.executable, str(KILLING), str(start), str(work), str(points), *(words or ("publish", "--quiet"))]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert said.returncode == 0, said.stderr
    facts: dict[str, Any] = json.loads(said.stdout)
    return facts


def check(facts: dict[str, Any], *, fewest: int) -> list[str]:
    """Check what every killed run left, and return which public trees were seen, in the order of the kills."""
    assert facts["operations"] >= fewest
    for each in facts["found"]:
        assert each["ended"] == -9, each
        assert each["public"] in ("old", "new"), each
        assert each["again"] == 0, each
        assert each["differs"] == [], each
    return [each["public"] for each in facts["found"]]


def test_a_first_publish_that_is_killed_leaves_nothing_or_everything(tmp_path: Path) -> None:
    product = Product.with_sample(tmp_path / "start")
    assert check(killed(product.folder, tmp_path / "work", points=5 if EVERY_CASE else 2), fewest=100)[0] == "old"


def test_a_later_publish_that_is_killed_leaves_the_old_tree_or_the_new_one(tmp_path: Path) -> None:
    product = Product.with_published_sample(tmp_path / "start")
    changed(product)
    assert {*check(killed(product.folder, tmp_path / "work", points=11 if EVERY_CASE else 4), fewest=100)} == {
        "old",
        "new",
    }


def test_a_publish_that_is_killed_before_any_of_its_operations_leaves_one_whole_tree(tmp_path: Path) -> None:
    """One month of one dataset is corrected: in CI the run dies before each operation on a file."""
    force = little_force(tmp_path / "start")
    publish(force, STREET)
    record(force, FEB, crime(FEB, 50))
    words = ("--as-of", "2024-04-02", "publish", "--quiet", STREET)
    seen = check(killed(force.folder, tmp_path / "work", *words, points=0 if EVERY_CASE else 12), fewest=80)
    swapped = seen.index("new")
    assert seen == ["old"] * swapped + ["new"] * (len(seen) - swapped)
    assert len(seen) > swapped + (5 if EVERY_CASE else 0)  # what a swap leaves behind is cleared away afterwards


def test_a_withdrawal_that_is_killed_leaves_the_month_in_every_file_or_in_none(tmp_path: Path) -> None:
    """The file of all months and that of the year change in the same step as the month that is taken back."""
    force = little_force(tmp_path / "start")
    publish(force, STREET)
    for each in (force.crimes(FEB), force.incidents(FEB)):
        force.decide("forget", each.relative_to(force.raw).as_posix())
    publish(force, STREET, "2024-04-02", status=5)
    force.decide("approve", STREET, FEB, "--finding", "withdrawn")
    words = ("--as-of", "2024-04-02", "publish", "--quiet", STREET)
    before = contents(force.published)
    facts = killed(force.folder, tmp_path / "work", *words, points=25 if EVERY_CASE else 5)
    assert {*check(facts, fewest=80)} == {"old", "new"}  # each tree is whole, byte for byte
    publish(force, STREET, "2024-04-02")
    after = contents(force.published)
    of_many = [
        f"{STREET}/{name}" for name in (f"all/{STREET}-all.parquet", f"all/{STREET}-2024.zip", f"{STREET}-{FEB}.csv")
    ]
    assert all(before[name] != after[name] for name in of_many)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Put a file system of 64 MB in memory under ``folder``; its content stays."""
    kept = folder.with_name("kept")
    folder.rename(kept)
    folder.mkdir()
    said = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, text=True, check=False
    )
    if said.returncode != 0:
        if os.environ.get("CI") and os.geteuid() == 0:
            pytest.fail(f"no small disk could be made: {said.stderr}")
        pytest.skip("only the superuser can make a small disk to fill")
    try:
        shutil.copytree(kept, folder, dirs_exist_ok=True)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def leave_room(folder: Path, kilobytes: int) -> Path:
    """Fill the disk but for some room; return the file that fills it."""
    filler = folder / "filler"
    free = os.statvfs(folder)
    with filler.open("wb") as file:
        file.write(bytes(max(free.f_bavail * free.f_frsize - kilobytes * 1024, 0)))
    return filler


@pytest.mark.parametrize("first", [True, False])
def test_a_full_disk_leaves_what_is_public_and_the_next_run_finishes(tmp_path: Path, first: bool) -> None:  # noqa: FBT001 - parametrised
    make = Product.with_sample if first else Product.with_published_sample
    undisturbed = make(tmp_path / "undisturbed")
    product = make(tmp_path / "product")
    for each in (undisturbed, product):
        changed(each)
    undisturbed.publish()
    expected = contents(undisturbed.published)
    statuses = set()
    with small_disk(product.data):
        before = contents(product.published) if product.published.exists() else {}
        for kilobytes in (0, 8, 60, 250, 500):
            filler = leave_room(product.data, kilobytes)
            said = product.run("publish", "--quiet")
            statuses.add(said.status)
            assert said.status in (ExitStatus.OK, ExitStatus.STORAGE), said.text
            if said.status:
                assert "disk-full: " in said.text, said.text
                assert "Traceback" not in said.text
            left = contents(product.published) if product.published.exists() else {}
            for dataset in {name.split("/")[0] for name in left if "/" in name}:
                mine = {name: text for name, text in left.items() if name.startswith(f"{dataset}/")}
                assert any(
                    mine == {name: text for name, text in whole.items() if name.startswith(f"{dataset}/")}
                    for whole in (before, expected)
                ), dataset
            filler.unlink()
        product.publish()
        assert contents(product.published) == expected
        assert not list(product.private.rglob("*.part"))
    assert ExitStatus.STORAGE in statuses
