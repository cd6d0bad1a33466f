"""What the planner says about each file: nothing here touches a disk or a portal."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model.distribution import FileFormat
from pipeline.model.periods import QUARTER
from pipeline.model.plan import Action, HeldDataset
from pipeline.model.release import Publication, Release, ReleasedFile
from pipeline.publish.ckan.fields import resource_fields
from pipeline.publish.ckan.package import HeldPackage
from pipeline.publish.plan import METADATA, NO_FILE, make_plan, metadata_digest, period_of, wanted_files
from tests.lib.publications import make_publication


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def release(month: str, *, content: bytes = b"a", dataset: str = "parks") -> Release:
    files = tuple(
        ReleasedFile(f"{dataset}-{month}.{kind}", kind, Path("store"), len(content), sha256(content + kind.encode()))
        for kind in ("csv", "parquet")
    )
    return Release(dataset=dataset, month=month, rows=3, files=files, released_on=dt.date(2024, 4, 10))


def publication(*releases: Release, name: str = "parks") -> Publication:
    return make_publication(name, releases, held=(), changes=(), extras={"datapackage.json": b"{}"})


def as_held(given_publication: Publication) -> HeldDataset:
    files = {name: file.sha256 for name, file in wanted_files(given_publication).items()}
    return HeldDataset(files=files, metadata=metadata_digest(given_publication), guard="g1")


def actions(held: HeldDataset | None, *publications: Publication) -> dict[str, tuple[Action, str]]:
    held_by_name = {} if held is None else {publications[0].name: held}
    plan = make_plan("place", publications, held_by_name)
    return {change.file: (change.action, change.reason) for change in plan.changes}


def test_an_empty_portal_is_given_everything() -> None:
    plan = make_plan("place", [publication(release("2024-01"))], {})
    assert [(change.action, change.file) for change in plan.changes] == [
        (Action.CREATE, "datapackage.json"),
        (Action.CREATE, METADATA),
        (Action.CREATE, "parks-2024-01.csv"),
        (Action.CREATE, "parks-2024-01.parquet"),
    ]
    assert plan.writes
    assert plan.portal == "place"
    assert not plan.guards


def test_a_portal_that_holds_everything_is_left_alone() -> None:
    mine = publication(release("2024-01"))
    plan = make_plan("place", [mine], {"parks": as_held(mine)})
    assert {change.action for change in plan.changes} == {Action.SAME}
    assert not plan.writes
    assert plan.guards == {"parks": "g1"}


def test_other_bytes_are_an_update_that_says_why() -> None:
    before, after = publication(release("2024-01")), publication(release("2024-01", content=b"b"))
    found = actions(as_held(before), after)
    assert found["parks-2024-01.csv"] == (Action.UPDATE, "rows or values changed")
    assert found["datapackage.json"][0] is Action.SAME
    other_text = dataclasses.replace(before, extras={"datapackage.json": b"[]"})
    assert actions(as_held(before), other_text)["datapackage.json"] == (Action.UPDATE, "its text changed")


def test_a_month_without_a_release_here_is_kept_and_says_so() -> None:
    before = publication(release("2024-01"), release("2024-02"))
    action, reason = actions(as_held(before), publication(release("2024-02")))["parks-2024-01.csv"]
    assert action is Action.SAME
    assert "kept" in reason
    assert "only a withdrawal" in reason


def test_a_lost_private_folder_removes_no_month() -> None:
    before = publication(release("2024-01"), release("2024-02"))
    found = actions(as_held(before), publication())
    assert all(action is not Action.REMOVE for action, _ in found.values())


def test_a_stray_is_removed() -> None:
    mine = publication(release("2024-01"))
    held = as_held(mine)
    strays = {"notes.txt": "1", "other-2024-01.csv": "1", "parks-2024-01.xlsx": "1", "parks-2023-12.csv": NO_FILE}
    found = actions(dataclasses.replace(held, files={**held.files, **strays}), mine)
    assert {name for name, (action, _) in found.items() if action is Action.REMOVE} == set(strays)


MAP = FileFormat("geojson", "GeoJSON", "application/geo+json", "https://www.rfc-editor.org/rfc/rfc7946")


def with_map(month: str) -> Release:
    file = ReleasedFile(f"parks-{month}.geojson", "geojson", Path("store"), 1, sha256(b"map"))
    return dataclasses.replace(release(month), files=(*release(month).files, file))


def test_a_further_file_is_kept_and_goes_only_with_what_its_release_says() -> None:
    before = dataclasses.replace(publication(with_map("2024-01"), with_map("2024-02")), further=(MAP,))
    found = actions(as_held(before), dataclasses.replace(publication(release("2024-02")), further=(MAP,)))
    assert found["parks-2024-01.geojson"][0] is Action.SAME
    assert found["parks-2024-02.geojson"] == (Action.REMOVE, "the release has no such file any more")
    assert actions(as_held(before), publication(release("2024-02")))["parks-2024-01.geojson"][0] is Action.REMOVE


def test_a_ckan_knows_a_further_file_by_its_ending_and_says_what_it_is() -> None:
    mine = dataclasses.replace(publication(with_map("2024-Q1")), further=(MAP,), period=QUARTER)
    fields = [resource_fields(mine, mine.releases[0], file) for file in mine.releases[0].files]
    assert (fields[2]["format"], fields[2]["mimetype"]) == ("GeoJSON", "application/geo+json")
    assert fields[2]["name"].endswith("January to March 2024 (GeoJSON)")
    names = ("parks-2024-q1.csv", "parks-2024-q1.geojson", "parks-2024-q1.zip")
    resources = [{"id": name, "url": f"https://x/download/{name}", "url_type": "upload"} for name in names]
    show = {"id": "1", "name": "parks", "metadata_modified": "", "private": False, "extras": [], "resources": resources}
    assert list(HeldPackage(show, mine.formats.keys()).files) == ["parks-2024-Q1.csv", "parks-2024-Q1.geojson"]
    assert HeldPackage(show, mine.formats.keys()).foreign == 1
    assert list(HeldPackage(show, publication().formats.keys()).files) == ["parks-2024-Q1.csv"]


def test_a_link_under_a_wanted_name_is_replaced() -> None:
    mine = publication(release("2024-01"))
    held = as_held(mine)
    with_link = dataclasses.replace(held, files={**held.files, "parks-2024-01.csv": NO_FILE})
    assert actions(with_link, mine)["parks-2024-01.csv"][0] is Action.UPDATE


def test_changed_words_are_an_update_of_the_metadata() -> None:
    mine = publication(release("2024-01"))
    found = actions(as_held(mine), dataclasses.replace(mine, title="Parks and gardens"))
    assert {name for name, (action, _) in found.items() if action is Action.UPDATE} == {METADATA}


def test_another_day_another_store_and_another_address_of_the_catalogue_change_nothing() -> None:
    mine = publication(release("2024-01"))
    moved = tuple(
        dataclasses.replace(each, files=tuple(dataclasses.replace(file, path=Path("elsewhere")) for file in each.files))
        for each in mine.releases
    )
    later = dataclasses.replace(mine, as_of=dt.date(2024, 4, 11), releases=moved, site="https://data.example.org/")
    assert metadata_digest(later) == metadata_digest(mine)


@pytest.mark.parametrize(
    "changed",
    [
        {"description": "Every park but one."},
        {"next_due": dt.date(2024, 6, 30)},
        {"statements": ("Items over £500.",)},
        {"missing": ("2024-02",)},
        {"key_series": "k2"},
        {"releases": ()},
    ],
)
def test_every_fact_is_in_the_digest(changed: dict[str, object]) -> None:
    mine = publication(release("2024-01"))
    assert metadata_digest(dataclasses.replace(mine, **changed)) != metadata_digest(mine)  # type: ignore[arg-type]  # the values fit their fields


def test_changes_are_in_order_of_dataset_and_file() -> None:
    plan = make_plan("place", [publication(name="zoos"), publication(release("2024-01"))], {})
    keys = [(change.dataset, change.file) for change in plan.changes]
    assert keys == sorted(keys)
    assert {dataset for dataset, _ in keys} == {"parks", "zoos"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("parks-2024-01.csv", True),
        ("parks-2024-12.parquet", True),
        ("parks-2024-13.csv", False),
        ("parks-2024-01.csv\n", False),
        ("parks-2024-01.json", False),
        ("car-parks-2024-01.csv", False),
        ("parks-big-2024-01.csv", False),
        ("codelists/parks-2024-01.csv", False),
    ],
)
def test_month_files_are_known_by_name(name: str, expected: bool) -> None:  # noqa: FBT001 - a case of the table
    assert bool(period_of("parks", name)) is expected


_MONTHS = st.sets(st.sampled_from(["2024-01", "2024-02", "2024-03"]))


@given(published=_MONTHS, here=_MONTHS, content=st.sampled_from([b"a", b"b"]))
def test_no_plan_ever_removes_a_month(published: set[str], here: set[str], content: bytes) -> None:
    before = publication(*(release(month) for month in sorted(published)))
    now = publication(*(release(month, content=content) for month in sorted(here)))
    plan = make_plan("place", [now], {"parks": as_held(before)})
    assert all(change.action is not Action.REMOVE for change in plan.changes)
    named = {change.file for change in plan.changes if change.file.endswith(".csv")}
    assert named == {f"parks-{month}.csv" for month in published | here}
