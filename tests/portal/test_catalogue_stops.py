"""What stops the catalogue, and that it leaves one whole tree: a change, a full disk, a kill at any moment."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import PipelineError, PortalError, SettingsError, StorageError
from pipeline.model.plan import Action
from pipeline.publish.catalogue import swap
from pipeline.publish.catalogue.portal import StaticCatalogue
from tests.lib import EVERY_CASE, ROOT
from tests.lib.catalogue_example import (
    MONTHS,
    Place,
    make_publication,
    make_release,
    make_site,
    snapshot,
    times,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_the_next_tree_is_never_built_inside_the_public_folder(place: Place) -> None:
    for staging in (place.public, place.public / "staging"):
        with pytest.raises(SettingsError, match="inside the public folder"):
            StaticCatalogue(place.public, staging)


def test_a_folder_that_changed_after_the_plan_stops_it(place: Place) -> None:
    publications = make_site(place.store)
    place.publish(publications)
    changed = [dataclasses.replace(each, title=f"{each.title} now") for each in publications]
    plan = place.plan(changed)
    (place.public / "street-crime" / "schema.json").write_text("edited", encoding="utf-8")
    before = times(place.public)
    with pytest.raises(PortalError) as caught:
        place.catalogue.apply(plan, changed)
    assert caught.value.code == "portal-changed"
    assert times(place.public) == before


def test_a_release_that_is_damaged_on_disk_is_not_published(place: Place) -> None:
    publications = make_site(place.store, months=MONTHS[:2])
    place.publish(publications)
    before = snapshot(place.public)
    release = make_release(place.store, "2024-03")
    release.files[0].path.write_bytes(b"damaged")
    with pytest.raises(StorageError) as caught:
        place.publish([make_publication([*publications[0].releases, release])])
    assert caught.value.code == "not-as-released"
    assert caught.value.where == "street-crime/street-crime-2024-03.csv"
    assert snapshot(place.public) == before
    assert list(place.staging.iterdir()) == []


def test_a_release_that_has_gone_from_the_store_is_an_error_that_says_so(place: Place) -> None:
    release = make_release(place.store, "2024-01")
    release.files[0].path.unlink()
    before = snapshot(place.public)
    with pytest.raises(StorageError, match="No such file") as caught:
        place.publish([make_publication([release])])
    assert caught.value.code == "cannot-store"
    assert caught.value.__cause__ is None
    assert snapshot(place.public) == before


@pytest.mark.parametrize("name", ["../escaped.txt", "/escaped.txt", "a//b", "./a"])
def test_no_name_leads_out_of_the_tree(place: Place, name: str) -> None:
    before = snapshot(place.public)
    with pytest.raises(ValueError, match="leads outside"):
        place.publish([make_publication([], extras={name: b"x"})])
    assert snapshot(place.public) == before
    assert not list(place.root.rglob("escaped.txt"))


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV, errno.EACCES, errno.ENOSPC])
def test_a_refused_swap_leaves_the_old_tree_and_says_what_to_do(
    place: Place, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def refuse(_one: Path, _other: Path) -> bool:
        raise OSError(number, os.strerror(number))

    place.publish(make_site(place.store, months=MONTHS[:2]))
    before = snapshot(place.public)
    monkeypatch.setattr(swap.put_in_place, "__kwdefaults__", {"exchange": refuse})
    with pytest.raises(StorageError) as caught:
        place.publish(make_site(place.store))
    assert caught.value.code == ("disk-full" if number == errno.ENOSPC else "cannot-store")
    assert caught.value.fix
    assert snapshot(place.public) == before
    assert list(place.staging.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 2 MB, where that is allowed."""
    mount = tmp_path / "small"
    mount.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(mount)]
    if os.geteuid() != 0 or subprocess.run(words, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small file system needs root; the test with a file size limit runs instead")
    try:
        yield mount
    finally:
        subprocess.run(["umount", str(mount)], check=True)


def test_a_full_disk_leaves_the_old_tree_and_the_next_run_succeeds(small_disk: Path, tmp_path: Path) -> None:
    place = Place(small_disk)
    store = tmp_path / "store"  # another file system: files are copied, so they need room
    old = [make_publication([make_release(store, "2024-01")])]
    place.publish(old)
    before = snapshot(place.public)
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 100_000))
    new = [make_publication([make_release(store, month, rows=4000) for month in MONTHS])]
    with pytest.raises(StorageError) as caught:
        place.publish(new)
    assert caught.value.code == "disk-full"
    assert caught.value.transient
    assert snapshot(place.public) == before
    assert list(place.staging.iterdir()) == []
    filler.unlink()
    place.publish(new)
    assert set(place.publish(new).values()) == {Action.SAME}


def test_a_file_that_may_not_grow_leaves_the_old_tree(place: Place) -> None:
    old, new = make_site(place.store, months=MONTHS[:1]), make_site(place.store)
    place.publish(old)
    before = snapshot(place.public)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
        with pytest.raises(StorageError) as caught:
            place.publish(new)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
    assert caught.value.code == "disk-full"
    assert snapshot(place.public) == before
    place.publish(new)


@pytest.mark.parametrize("mode", ["exchange", "renames"])
def test_a_kill_before_any_file_operation_leaves_a_whole_tree(tmp_path: Path, mode: str) -> None:
    words = [sys.executable, "-W", "ignore", "-m", "tests.portal.drill", str(tmp_path), mode]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["old"] > 50
    assert seen["new"] > 5
    if EVERY_CASE or mode == "exchange":
        assert seen["between"] == (0 if mode == "exchange" else 1)


def test_every_error_of_the_catalogue_is_declared() -> None:
    for code, kind in (("disk-full", StorageError), ("cannot-store", StorageError), ("portal-changed", PortalError)):
        assert "undeclared" not in kind(code, "x").text()
    assert issubclass(StorageError, PipelineError)


def test_a_public_folder_that_leads_to_itself_is_a_mistake_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "published").symlink_to("published")
    with pytest.raises(SettingsError, match="leads to no folder"):
        StaticCatalogue(tmp_path / "published", tmp_path / "private")
