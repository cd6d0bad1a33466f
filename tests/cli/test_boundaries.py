"""What lies around a run: who may read the private store, whose the public folder is, a portal that is silent."""

from __future__ import annotations

import grp
import os
import shutil
import stat
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import ExitStatus, StorageError
from pipeline.publish.ckan import portal as ckan_portal
from pipeline.publish.ckan.session import Patience
from pipeline.storage.lock import locked
from pipeline.storage.privacy import check_private
from tests.lib.product import DATASETS, Product, contents, tree
from tests.lib.wrong_portal import PACKAGE, WrongPortal, success

if TYPE_CHECKING:
    from collections.abc import Iterable

MONTH = "street-crime/street-crime-2024-01"


def modes(folder: Path) -> set[tuple[bool, int]]:
    """Return the modes of the folders and files below, the next public tree and the sample's key apart."""
    found = [path for path in (folder, *folder.rglob("*")) if not {"catalogue", "sample"} & set(path.parts)]
    return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in found}


def test_the_private_store_is_its_owners_only_and_the_public_folder_everybodys(product: Product) -> None:
    assert modes(product.private) == {(True, 0o700), (False, 0o600)}
    assert modes(product.published) == {(True, 0o755), (False, 0o644)}


def test_no_public_file_shares_its_bytes_with_the_private_store(product: Product) -> None:
    inodes = {path.stat().st_ino for path in product.private.rglob("*") if path.is_file()}
    assert not inodes & {path.stat().st_ino for path in product.published.rglob("*")}


@pytest.mark.parametrize("command", ["publish", "plan"])
@pytest.mark.parametrize("mode", [0o777, 0o755, 0o750, 0o701, 0o710])
def test_a_private_folder_that_others_can_reach_is_refused(product: Product, command: str, mode: int) -> None:
    product.private.chmod(mode)
    before = contents(product.folder)
    said = product.run(command, status=ExitStatus.SETTINGS)
    assert "private-exposed" in said.err
    assert "chmod 700 '" in said.err
    assert contents(product.folder) == before


def test_what_an_older_version_left_open_inside_is_mended_once_and_remembered(product: Product) -> None:
    release = next((product.private / "releases" / "street-crime").glob("2024-01-*"))
    release.chmod(0o755)
    month = release / "street-crime-2024-01.csv"
    month.chmod(0o644)
    public = product.published / f"{MONTH}.csv"
    public.unlink()
    os.link(month, public)
    assert product.run("publish").status == 0
    assert modes(product.private) == {(True, 0o700), (False, 0o600)}
    assert not public.samefile(month)
    assert "mended" in (product.private / "journal.jsonl").read_text(encoding="utf-8")
    before = tree(product.folder)
    assert "nothing changed" in product.run("publish").out
    assert tree(product.folder) == before


def test_a_file_system_without_modes_is_told_apart(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    product.private.chmod(0o777)
    monkeypatch.setattr("pipeline.storage.privacy.os.fchmod", lambda _handle, _mode: None)
    said = product.run("publish", status=ExitStatus.SETTINGS)
    assert "this file system shows every file as open" in said.err
    assert "chmod" not in said.err


def test_a_group_that_the_settings_name_may_read(product: Product) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    text = product.settings.read_text(encoding="utf-8")
    product.settings.write_text(f'private_group = "{group}"\n{text}', encoding="utf-8")
    assert product.run("publish").status == 0
    assert modes(product.private) == {(True, 0o750), (False, 0o640)}
    assert product.run("plan").status == 0
    product.private.chmod(0o770)
    assert "chmod 750 '" in product.run("publish").err
    product.private.chmod(0o750)
    product.settings.write_text(text, encoding="utf-8")
    assert product.run("publish").status == ExitStatus.SETTINGS  # what was the group's is nobody else's now


@pytest.mark.parametrize("writes", [True, False])
def test_a_private_folder_that_is_closed_to_the_user_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, writes: bool
) -> None:
    private = Path("data/private")
    tmp_path.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    private.mkdir(parents=True, mode=0o700)
    private.chmod(0)
    owner = os.geteuid()
    if owner == 0:  # nothing is closed to the superuser
        os.seteuid(65534)
    try:
        with pytest.raises(StorageError, match="run as the owner of data/private, or correct its owner") as caught:
            check_private(private, group=None, writes=writes)
    finally:
        os.seteuid(owner)
        private.chmod(0o700)
    assert caught.value.code == "not-writable"


def test_a_group_that_does_not_exist_is_a_mistake_in_the_settings(product: Product) -> None:
    text = product.settings.read_text(encoding="utf-8")
    product.settings.write_text(f'private_group = "no-such-group"\n{text}', encoding="utf-8")
    said = product.run("publish", status=ExitStatus.SETTINGS)
    assert "private_group" in said.err


def test_a_public_folder_with_somebodys_files_is_refused_by_the_plan_too(product: Product) -> None:
    theirs = product.published / "wp" / "db.sql"
    theirs.parent.mkdir()
    theirs.write_text("somebody's", encoding="utf-8")
    for command in ("plan", "publish"):
        said = product.run(command, status=ExitStatus.STORAGE)
        assert "foreign-files" in said.text
        assert "wp/db.sql" in said.text
    assert theirs.read_text(encoding="utf-8") == "somebody's"


def test_a_public_folder_with_somebodys_empty_folders_is_refused_too(product: Product) -> None:
    product.publish()
    for theirs in ("uploads/2024", "street-crime/drafts"):
        (product.published / theirs).mkdir(parents=True)
        for command in ("plan", "publish"):
            said = product.run(command, status=ExitStatus.STORAGE)
            assert "foreign-files" in said.text
            assert f"{theirs}/" in said.text
        assert (product.published / theirs).is_dir()
        shutil.rmtree(product.published / theirs.partition("/")[0])
    assert product.publish() == {}  # our own folder is made again
    assert (product.published / "street-crime" / "index.html").is_file()


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@pytest.mark.parametrize("harm", ["edited", "cut", "gone"])
def test_a_damaged_release_is_built_again_from_its_extracts(product: Product, kind: str, harm: str) -> None:
    kept = next((product.private / "releases" / "street-crime").glob(f"2024-01-*/street-crime-2024-01.{kind}"))
    content = kept.read_bytes()
    if harm == "gone":
        kept.unlink()
    else:
        kept.write_bytes(b"FORGED!!" + content[8:] if harm == "edited" else content[:-9])
    public = (product.published / f"{MONTH}.{kind}").read_bytes()
    said = product.run("plan", status=0)
    assert "build 2024-01: a file of the release is damaged" in said.out
    product.run("publish", status=0)
    assert (
        next(
            (product.private / "releases" / "street-crime").glob(f"2024-01-*/street-crime-2024-01.{kind}")
        ).read_bytes()
        == content
    )
    assert (product.published / f"{MONTH}.{kind}").read_bytes() == public
    assert "nothing changed" in product.run("publish").out


def test_a_damaged_release_without_its_extracts_is_one_datasets_error(product: Product) -> None:
    kept = next((product.private / "releases" / "street-crime").glob("2024-01-*/*.csv"))
    public = product.published / f"{MONTH}.csv"
    for path in (kept, public):
        path.chmod(0o600)
        path.write_bytes(b"FORGED!!" + path.read_bytes()[8:])
    for path in product.raw.rglob("2024-01.csv"):
        path.unlink()
    said = product.run("publish", status=ExitStatus.STORAGE)
    assert "release-file-differs: street-crime" in said.text
    assert not [name for name in DATASETS if name != "street-crime" and f"release-file-differs: {name}" in said.text]
    assert public.read_bytes().startswith(b"FORGED!!")


def _with_portal(product: Product, address: str) -> None:
    folder = product.folder / ".portal"
    folder.mkdir()
    env = folder / "env"
    env.write_text(
        f"PIPELINE_CKAN_URL={address}\nPIPELINE_CKAN_TOKEN=a-token-of-tests\nPIPELINE_CKAN_ORGANISATION=example-police\n",
        encoding="utf-8",
    )
    env.chmod(0o600)


def test_a_silent_portal_does_not_keep_the_lock(product: Product, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(_action: str) -> Iterable[bytes]:
        yield b"HTTP/1.1 200 X\r\n\r\n"
        while True:
            time.sleep(0.1)
            yield b" "

    made = ckan_portal.CkanPortal
    hasty = Patience(read=0.5, tries=2, pause=0.01, whole=1.5)
    monkeypatch.setattr("pipeline.run.portals.CkanPortal", lambda *a, **k: made(*a, **k, patience=hasty))
    with closing(WrongPortal(drip)) as portal:
        _with_portal(product, portal.address)
        began = time.monotonic()
        said = product.run("publish")
        took = time.monotonic() - began
    assert said.status == ExitStatus.PORTAL, said.text
    assert "portal-timeout" in said.text
    assert took < 60
    with locked(product.private, say=lambda _: None):
        pass


def test_the_whole_wait_for_a_portal_is_less_than_a_minute() -> None:
    patience = Patience()
    assert patience.whole < 60
    assert max(patience.read, patience.work, patience.longest) < patience.whole


def test_the_sample_never_enters_a_dataset_of_real_records(product: Product) -> None:
    asked: list[str] = []

    def speak(action: str) -> Iterable[bytes]:
        asked.append(action)
        month = {"id": "r1", "url": "http://x/street-crime-2024-01.csv", "url_type": "upload", "name": "January"}
        return success({"id": "u1"}) if action == "user_show" else success({**PACKAGE, "resources": [month]})

    with closing(WrongPortal(speak)) as portal:
        _with_portal(product, portal.address)
        for command in ("plan", "publish"):
            said = product.run(command, "street-crime", status=ExitStatus.PORTAL)
            assert "sample-and-real: street-crime" in said.text
    assert set(asked) == {"user_show", "package_show"}
