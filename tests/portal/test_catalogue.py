"""What the static catalogue publishes, carries, refuses and leaves alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import PortalError, StorageError
from pipeline.model.plan import Action
from pipeline.publish.catalogue import swap
from pipeline.publish.catalogue.ownership import MARKER
from pipeline.publish.plan import METADATA, make_plan
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
    from pathlib import Path


def test_a_first_publication_creates_every_file_and_page(place: Place) -> None:
    publications = make_site(place.store)
    actions = place.publish(publications)
    assert set(actions.values()) == {Action.CREATE}
    found = snapshot(place.public)
    for publication in publications:
        for release in publication.releases:
            for file in release.files:
                assert found[f"{publication.name}/{file.name}"] == file.sha256
        for name, content in publication.extras.items():
            assert found[f"{publication.name}/{name}"] == hashlib.sha256(content).hexdigest()
        assert f"{publication.name}/index.html" in found
    assert {"README.md", "catalogue.jsonld", "index.html", "style.css"} <= set(found)


def test_publishing_again_writes_nothing_at_all(place: Place) -> None:
    publications = make_site(place.store)
    place.publish(publications)
    before = times(place.root)
    assert set(place.publish(publications).values()) == {Action.SAME}
    next_day = [dataclasses.replace(each, as_of=each.as_of + dt.timedelta(days=1)) for each in publications]
    assert set(place.publish(next_day).values()) == {Action.SAME}
    assert times(place.root) == before


def test_the_day_a_release_becomes_overdue_changes_the_pages_once(place: Place) -> None:
    publications = make_site(place.store)[:1]
    place.publish(publications)
    due = publications[0].next_due
    assert due is not None
    page = place.public / "street-crime" / "index.html"
    for days, action, overdue in ((0, Action.SAME, False), (1, Action.UPDATE, True), (2, Action.SAME, True)):
        later = [dataclasses.replace(publications[0], as_of=due + dt.timedelta(days=days))]
        assert place.publish(later)[f"street-crime/{METADATA}"] is action
        assert ("Overdue" in page.read_text(encoding="utf-8")) is overdue


def test_a_changed_month_is_updated_and_the_others_stay_the_same_files(place: Place) -> None:
    place.publish([make_publication([make_release(place.store, month) for month in MONTHS])])
    before = times(place.public)
    changed = make_publication([make_release(place.store, month, rows=5 + (month == "2024-02")) for month in MONTHS])
    actions = place.publish([changed])
    assert actions["street-crime/street-crime-2024-02.csv"] is Action.UPDATE
    assert actions["street-crime/street-crime-2024-01.csv"] is Action.SAME
    after = times(place.public)
    untouched = str(place.public / "street-crime" / "street-crime-2024-01.csv")
    assert after[untouched] == before[untouched]
    assert (place.public / "README.md").is_file()


def test_a_month_whose_release_is_lost_stays_public_and_on_its_page(place: Place) -> None:
    releases = [make_release(place.store, month) for month in MONTHS]
    place.publish([make_publication(releases)])
    lost = place.public / "street-crime" / "street-crime-2024-01.csv"
    content = lost.read_bytes()
    actions = place.publish([make_publication(releases[1:])])
    assert actions["street-crime/street-crime-2024-01.csv"] is Action.SAME
    assert lost.read_bytes() == content
    page = (place.public / "street-crime" / "files.html").read_text(encoding="utf-8")
    assert 'href="street-crime-2024-01.csv"' in page
    assert "kept from an earlier release" in page
    assert set(place.publish([make_publication(releases[1:])]).values()) == {Action.SAME}
    assert set(place.publish([make_publication([])]).values()) <= {Action.SAME, Action.UPDATE}
    assert lost.read_bytes() == content


FOREIGN = ("important.html", "wp/db.sql", "street-crime/notes.txt", "street-crime/a/b.csv", "spend-over-500/x.html")


@pytest.mark.parametrize("name", FOREIGN)
@pytest.mark.parametrize("published", [False, True, "by an older version"])
@pytest.mark.parametrize("linked", [False, True])
def test_a_folder_that_holds_somebodys_files_is_refused_and_keeps_them(
    place: Place, name: str, *, published: bool | str, linked: bool
) -> None:
    publications = make_site(place.store, months=MONTHS[:2])
    if published:
        place.publish(publications)
    if published == "by an older version":
        (place.public / MARKER).unlink()
    if linked:
        place.public.rename(place.root / "elsewhere")
        place.public.symlink_to(place.root / "elsewhere")
    theirs = place.public / name
    theirs.parent.mkdir(parents=True, exist_ok=True)
    theirs.write_text("somebody's", encoding="utf-8")
    before = times(place.public)
    changed = make_site(place.store)
    for attempt in (place.plan, place.publish):
        with pytest.raises(StorageError) as caught:
            attempt(changed)
        assert caught.value.code == "foreign-files"
        assert name in caught.value.message
    assert times(place.public) == before
    theirs.unlink()
    for folder in theirs.parents:
        if folder not in (place.public, place.root) and not any(folder.iterdir()):
            folder.rmdir()
    place.publish(changed)
    assert (place.public / "README.md").is_file()


def test_a_site_that_is_not_ours_is_refused_though_its_files_have_the_names_of_ours(place: Place) -> None:
    (place.public / "index.html").write_text("their page", encoding="utf-8")
    (place.public / "style.css").write_text("their style", encoding="utf-8")
    with pytest.raises(StorageError, match="foreign-files"):
        place.publish(make_site(place.store))
    assert (place.public / "index.html").read_text(encoding="utf-8") == "their page"


def test_ten_foreign_files_are_named_and_the_rest_counted(place: Place) -> None:
    for number in range(13):
        (place.public / f"theirs-{number:02}\x1b[2J.txt").touch()
    with pytest.raises(StorageError) as caught:
        place.publish(make_site(place.store))
    assert "and 3 more" in caught.value.message
    assert "\x1b" not in str(caught.value)


def test_what_an_older_version_published_is_taken_over_and_marked(place: Place) -> None:
    place.publish(make_site(place.store, months=MONTHS[:2]))
    (place.public / MARKER).unlink()
    assert set(place.publish(make_site(place.store, months=MONTHS[:2])).values()) == {Action.SAME}
    place.publish(make_site(place.store))
    listed = json.loads((place.public / MARKER).read_bytes())["files"]
    assert set(listed) == snapshot(place.public).keys() - {"README.md", MARKER}


def test_a_file_that_is_ours_and_no_longer_wanted_goes_and_a_link_in_its_place_is_not_followed(place: Place) -> None:
    secret = place.root / "secret.txt"
    secret.write_text("not for the public", encoding="utf-8")
    publications = [make_publication([make_release(place.store, "2024-01")], extras={"old.json": b"{}"})]
    place.publish(publications)
    month = place.public / "street-crime" / "street-crime-2024-01.csv"
    month.unlink()
    month.symlink_to(secret)
    actions = place.publish([make_publication([make_release(place.store, "2024-01")])])
    assert actions["street-crime/old.json"] is Action.REMOVE
    assert actions["street-crime/street-crime-2024-01.csv"] is Action.UPDATE
    assert not [path for path in place.public.rglob("*") if path.is_symlink()]
    assert secret.read_text(encoding="utf-8") == "not for the public"


def test_a_linked_dataset_folder_is_refused_and_not_written_through(place: Place) -> None:
    elsewhere = place.root / "elsewhere"
    elsewhere.mkdir()
    (place.public / "street-crime").symlink_to(elsewhere)
    with pytest.raises(StorageError, match="foreign-files"):
        place.publish([make_publication([make_release(place.store, "2024-01")])])
    assert list(elsewhere.iterdir()) == []


def test_what_is_at_the_top_and_a_web_host_wants_is_carried(place: Place) -> None:
    crime, spend, events = make_site(place.store)
    place.publish([crime, spend, events])
    (place.public / "CNAME").write_text("data.example.police.uk\n", encoding="utf-8")
    before = snapshot(place.public / "spend-over-500")
    place.publish([dataclasses.replace(crime, title="Crime")])
    assert snapshot(place.public / "spend-over-500") == before
    assert (place.public / "CNAME").read_text(encoding="utf-8") == "data.example.police.uk\n"
    index = (place.public / "index.html").read_text(encoding="utf-8")
    assert '<a href="spend-over-500/index.html">Spending over £500</a>' in index
    place.publish([dataclasses.replace(crime, title="Crimes")])  # what was carried is ours still
    assert snapshot(place.public / "spend-over-500") == before


def test_a_public_file_edited_in_place_is_copied_again_from_the_store(place: Place) -> None:
    release = make_release(place.store, "2024-01")
    place.publish([make_publication([release])])
    public = place.public / "street-crime" / release.files[0].name
    with public.open("r+b") as file:
        file.write(b"FORGED!!")
    actions = place.publish([make_publication([release])])
    assert actions[f"street-crime/{release.files[0].name}"] is Action.UPDATE
    assert public.read_bytes() == release.files[0].path.read_bytes()
    assert hashlib.sha256(public.read_bytes()).hexdigest() == release.files[0].sha256


def test_a_public_file_that_an_older_version_linked_to_the_store_is_parted_from_it(place: Place) -> None:
    releases = [make_release(place.store, month) for month in MONTHS[:2]]
    place.publish([make_publication(releases[:1])])
    public = place.public / "street-crime" / releases[0].files[0].name
    public.unlink()
    os.link(releases[0].files[0].path, public)
    place.publish([make_publication(releases)])
    assert not public.samefile(releases[0].files[0].path)


def test_modes_are_public_whatever_the_umask_and_the_private_store_keeps_its_own(place: Place) -> None:
    release = make_release(place.store, "2024-01")
    kept = [file.path for file in release.files]
    kept[0].chmod(0o600)
    before = os.umask(0o077)
    try:
        place.publish([make_publication([release])])
    finally:
        os.umask(before)
    for path in place.public.rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path
    assert [path.stat().st_mode & 0o777 for path in kept] == [0o600, 0o644]
    assert [path.stat().st_nlink for path in kept] == [1, 1]


def test_the_private_store_is_never_written_through_a_link(place: Place) -> None:
    release = make_release(place.store, "2024-01")
    place.publish([make_publication([release])])
    before = snapshot(place.store)
    place.publish([make_publication([make_release(place.store, "2024-01", rows=9)])])
    after = snapshot(place.store)
    assert {name: after[name] for name in before} == before


def test_nothing_is_left_in_staging(place: Place) -> None:
    place.publish(make_site(place.store))
    place.publish(make_site(place.store, months=MONTHS[:2]))
    assert list(place.staging.iterdir()) == []


def test_two_renames_do_where_there_is_no_exchange(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swap.put_in_place, "__kwdefaults__", {"exchange": _cannot_exchange})
    publications = make_site(place.store)
    place.publish(publications)
    assert set(place.publish(publications).values()) == {Action.SAME}
    assert list(place.staging.iterdir()) == []
    assert (place.public / "README.md").is_file()


def test_this_system_can_exchange_two_folders(tmp_path: Path) -> None:
    if sys.platform not in ("linux", "darwin"):
        pytest.skip("only Linux and macOS can make two folders change places in one step")
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "one" / "mark").touch()
    assert swap.exchange(tmp_path / "one", tmp_path / "other")
    assert (tmp_path / "other" / "mark").exists()
    with pytest.raises(OSError, match="No such file"):
        swap.exchange(tmp_path / "one", tmp_path / "absent")


def test_a_folder_that_a_kill_took_away_is_put_back_before_anything_is_planned_away(place: Place) -> None:
    releases = [make_release(place.store, month) for month in MONTHS]
    place.publish([make_publication(releases)])
    plan_without_a_folder = make_plan("catalogue", [make_publication(releases[1:])], {})
    (place.staging / swap.MARKER).touch()
    place.public.rename(place.staging / swap.PREVIOUS)
    with pytest.raises(PortalError) as caught:
        place.catalogue.apply(plan_without_a_folder, [make_publication(releases[1:])])
    assert caught.value.code == "portal-changed"
    assert (place.public / "street-crime" / "street-crime-2024-01.csv").is_file()
    assert (place.public / "README.md").is_file()


def _cannot_exchange(_one: Path, _other: Path) -> bool:
    return False
