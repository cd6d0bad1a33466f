"""What is published to a real CKAN is there, whole, under addresses that stay; nothing else is touched."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import requests

from pipeline.model.plan import Action, Change, Plan
from pipeline.model.release import Held, ReleasedFile
from pipeline.publish.ckan.fields import EXTRAS
from pipeline.publish.ckan.session import Patience
from pipeline.publish.plan import metadata_digest
from tests.lib.publications import FORMATS, MONTHS, actions, make_publication, make_release, publish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipeline.model.release import Publication, Release
    from pipeline.publish.ckan.portal import CkanPortal
    from tests.lib.faulty_proxy import FaultyProxy
    from tests.lib.real_portal import RealCkan

    Connect = Callable[..., CkanPortal]

READS = {"user_show", "package_show"}


@pytest.fixture
def two_months(tmp_path: Path, name: str) -> Publication:
    return make_publication(name, [make_release(tmp_path, name, month) for month in MONTHS[:2]])


def show(ckan: RealCkan, name: str) -> dict[str, Any]:
    shown: dict[str, Any] = ckan.call("package_show", id=name)
    return shown


def extras(shown: dict[str, Any]) -> dict[str, str]:
    return {extra["key"]: extra["value"] for extra in shown["extras"]}


def by_file(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {resource["url"].rpartition("/")[2]: resource for resource in shown["resources"]}


def check_held(ckan: RealCkan, publication: Publication) -> None:
    """A visitor finds every file once, with its bytes, by month."""
    visitor = ckan.as_owner_of("")
    resources = show(visitor, publication.name)["resources"]
    files = sorted((file for release in publication.releases for file in release.files), key=lambda file: file.name)
    assert [resource["url"].rpartition("/")[2] for resource in resources] == [file.name for file in files]
    for file, resource in zip(files, resources, strict=True):
        assert resource["hash"] == f"sha256:{file.sha256}"
        assert resource["size"] == file.bytes
        assert requests.get(resource["url"], timeout=60).content == file.path.read_bytes()


def test_a_visitor_finds_a_new_dataset_with_every_file_and_field(
    real_ckan: RealCkan, connect: Connect, two_months: Publication
) -> None:
    assert not real_ckan.call("user_show")["sysadmin"]
    plan = publish(connect(), two_months)
    assert set(actions(plan).values()) == {"CREATE"}
    check_held(real_ckan, two_months)
    shown = show(real_ckan.as_owner_of(""), two_months.name)
    assert shown["title"] == "Street-level crime"
    assert (shown["license_id"], shown["isopen"]) == ("uk-ogl", True)
    assert shown["organization"]["name"] == real_ckan.organisation
    assert shown["maintainer_email"] == "opendata@example.police.uk"
    for said in ("names of victims", "fewer than 8 addresses", "Found a person", two_months.attribution):
        assert said in shown["notes"]
    assert extras(shown) == {
        **extras(shown),
        "frequency": "http://publications.europa.eu/resource/authority/frequency/MONTHLY",
        "update_frequency": "monthly",
        "temporal_start": "2024-01-01",
        "temporal_end": "2024-02-29",
        "theme-primary": "crime-and-justice",
        "foi-email": "foi@example.police.uk",
        "spatial_uri": two_months.spatial_uri,
        "date_update_future": "2024-05-10",
        "schema": '{"fields": []}',
        "key_series": "ks-1a2b3c4d",
    }
    assert set(extras(shown)) <= set(EXTRAS)
    csv, parquet = shown["resources"][:2]
    assert csv["name"] == "Street-level crime, January 2024 (CSV)"
    assert (csv["format"], csv["mimetype"]) == ("CSV", "text/csv")
    assert (parquet["format"], parquet["mimetype"]) == ("Parquet", "application/vnd.apache.parquet")
    assert csv["license"] == two_months.licence_url
    assert (csv["temporal_start"], csv["temporal_end"]) == ("2024-01-01", "2024-01-31")


def test_a_night_without_changes_only_reads(
    real_ckan: RealCkan, connect: Connect, proxy: FaultyProxy, two_months: Publication
) -> None:
    publish(connect(), two_months)
    before = show(real_ckan, two_months.name)
    tomorrow = replace(two_months, as_of=dt.date(2024, 4, 11))
    plan = publish(connect(proxy.address), tomorrow)
    assert not plan.writes
    assert {call.action for call in proxy.calls} == READS
    assert show(real_ckan, two_months.name) == before


def test_a_changed_month_keeps_ids_and_addresses_and_sends_only_itself(
    real_ckan: RealCkan, connect: Connect, proxy: FaultyProxy, two_months: Publication, tmp_path: Path
) -> None:
    publish(connect(), two_months)
    before = by_file(show(real_ckan, two_months.name))
    changed = make_release(tmp_path, two_months.name, "2024-02", content="changed", released_on=dt.date(2024, 5, 10))
    after = replace(two_months, releases=(two_months.releases[0], changed))
    plan = publish(connect(proxy.address), after)
    names = {file.name for file in changed.files}
    assert {file for file, action in actions(plan).items() if action == "UPDATE"} == {*names, "metadata"}
    check_held(real_ckan, after)
    held = by_file(show(real_ckan, two_months.name))
    for file, resource in before.items():
        assert (held[file]["id"], held[file]["url"]) == (resource["id"], resource["url"])
        assert (held[file] == resource) == (file not in names)
    assert proxy.count("package_revise") == 1
    assert {call.action for call in proxy.calls if call.action.endswith(FORMATS)} == names


def test_months_stand_in_order_whenever_they_come(
    real_ckan: RealCkan, connect: Connect, two_months: Publication, tmp_path: Path
) -> None:
    publish(connect(), two_months)
    ids = {file: resource["id"] for file, resource in by_file(show(real_ckan, two_months.name)).items()}
    more = tuple(make_release(tmp_path, two_months.name, month) for month in ("2023-11", "2024-03"))
    after = replace(two_months, releases=(*more, *two_months.releases))
    publish(connect(), after)
    check_held(real_ckan, after)
    shown = show(real_ckan, two_months.name)
    assert {file: by_file(shown)[file]["id"] for file in ids} == ids
    assert extras(shown)["temporal_start"] == "2023-11-01"
    assert not publish(connect(), after).writes


def test_edits_by_hand_are_put_right_without_sending_a_file(
    real_ckan: RealCkan, connect: Connect, proxy: FaultyProxy, two_months: Publication
) -> None:
    publish(connect(), two_months)
    before = show(real_ckan, two_months.name)
    edits = {
        "title": "Crime!",
        "notes": "",
        "license_id": "cc-by",
        "maintainer_email": "somebody@example.org",
        "tags": [{"name": "other"}],
        "extras": [{"key": "frequency", "value": "never"}, {"key": "guid", "value": "of a harvester"}],
    }
    real_ckan.call("package_patch", id=two_months.name, **edits)
    resource = before["resources"][2]
    real_ckan.call("resource_patch", id=resource["id"], description="edited", format="XLS")
    portal = connect(proxy.address)
    differing = portal.look([two_months])[two_months.name].metadata
    for field in (*edits, "description", "format"):
        assert field in differing
    assert actions(publish(portal, two_months)) == {"metadata": "UPDATE"}
    after = show(real_ckan, two_months.name)
    for field in ("title", "notes", "license_id", "maintainer_email"):
        assert after[field] == before[field]
    apart = {"metadata_modified"}
    assert [{k: r[k] for k in r.keys() - apart} for r in after["resources"]] == [
        {k: r[k] for k in r.keys() - apart} for r in before["resources"]
    ]
    assert [tag["name"] for tag in after["tags"]] == [tag["name"] for tag in before["tags"]]
    assert extras(after) == extras(before) | {"guid": "of a harvester"}
    assert not any(call.action.endswith(FORMATS) for call in proxy.calls)


@pytest.mark.parametrize("keeps_hash", [True, False])
def test_a_file_replaced_by_hand_is_sent_again(
    real_ckan: RealCkan, connect: Connect, two_months: Publication, *, keeps_hash: bool
) -> None:
    publish(connect(), two_months)
    resource = show(real_ckan, two_months.name)["resources"][0]
    fields = {"id": resource["id"]} | ({} if keeps_hash else {"hash": "", "sha256": ""})
    answer = requests.post(
        f"{real_ckan.address}/api/3/action/resource_patch",
        data=fields,
        files={"upload": (resource["url"].rpartition("/")[2], b"other rows")},
        headers={"Authorization": real_ckan.token.reveal()},
        timeout=60,
    )
    assert answer.ok
    plan = publish(connect(), two_months)
    assert actions(plan)[resource["url"].rpartition("/")[2]] == "UPDATE"
    check_held(real_ckan, two_months)
    assert show(real_ckan, two_months.name)["resources"][0]["id"] == resource["id"]


def test_the_hash_of_a_datastore_loader_is_left_alone(
    real_ckan: RealCkan, connect: Connect, two_months: Publication
) -> None:
    publish(connect(), two_months)
    resource = show(real_ckan, two_months.name)["resources"][0]
    real_ckan.call("resource_patch", id=resource["id"], hash="0" * 32)
    assert not publish(connect(), two_months).writes


def test_what_is_not_ours_is_left_alone_and_said(
    real_ckan: RealCkan, connect: Connect, two_months: Publication, tmp_path: Path
) -> None:
    publish(connect(), two_months)
    theirs = real_ckan.call("resource_create", package_id=two_months.name, name="a link", url="https://example.org/")
    lines: list[str] = []
    assert not publish(connect(progress=lines.append), two_months).writes
    assert lines == [f"{two_months.name}: left alone on the portal, not ours: 1 resources"]
    more = (*two_months.releases, make_release(tmp_path, two_months.name, "2024-03"))
    publish(connect(), replace(two_months, releases=more))
    names = [resource["name"] for resource in show(real_ckan, two_months.name)["resources"]]
    assert len(names) == len(more) * len(FORMATS) + 1
    assert real_ckan.call("resource_show", id=theirs["id"])["url"] == "https://example.org/"


def test_a_month_without_a_release_here_stays_published(
    real_ckan: RealCkan, connect: Connect, two_months: Publication
) -> None:
    publish(connect(), two_months)
    before = by_file(show(real_ckan, two_months.name))
    less = replace(two_months, releases=two_months.releases[1:], missing=("2024-01",))
    publish(connect(), less)
    shown = show(real_ckan, two_months.name)
    assert by_file(shown) == before
    assert extras(shown)["temporal_start"] == "2024-01-01"
    assert "missing_months" not in extras(shown)
    assert not publish(connect(), less).writes


def test_a_withdrawn_file_is_overwritten_and_keeps_its_address(
    real_ckan: RealCkan, connect: Connect, two_months: Publication
) -> None:
    portal = connect()
    publish(portal, two_months)
    gone = two_months.releases[0]
    left = replace(two_months, releases=two_months.releases[1:])
    before = by_file(show(real_ckan, two_months.name))
    changes = tuple(Change(Action.REMOVE, left.name, file.name, "withdrawn by its publisher") for file in gone.files)
    portal.apply(Plan(portal.name, changes, {left.name: portal.look([left])[left.name].guard}), [left])
    held = portal.look([left])[left.name]
    assert not {file.name for file in gone.files} & held.files.keys()
    for file in gone.files:
        assert b"was withdrawn by its publisher" in requests.get(before[file.name]["url"], timeout=60).content
    assert extras(show(real_ckan, left.name))["temporal_start"] == "2024-02-01"
    publish(portal, two_months)
    check_held(real_ckan, two_months)
    again = by_file(show(real_ckan, two_months.name))
    assert {file: again[file]["id"] for file in before} == {file: before[file]["id"] for file in before}
    assert not any("withdrawn" in resource for resource in again.values())


def test_invented_data_says_so_everywhere(real_ckan: RealCkan, connect: Connect, two_months: Publication) -> None:
    publish(connect(), replace(two_months, sample=True))
    shown = show(real_ckan, two_months.name)
    marked = [shown["title"], shown["notes"], shown["author"], extras(shown)["publisher"], extras(shown)["sample"]]
    marked += [text for resource in shown["resources"] for text in (resource["name"], resource["description"])]
    assert all("SAMPLE DATA" in text for text in marked)
    assert "SAMPLE DATA" in [tag["name"] for tag in shown["tags"]]


def test_hostile_texts_arrive_as_texts(real_ckan: RealCkan, connect: Connect, two_months: Publication) -> None:
    hostile = '"}\r\n--boundary\x00\x1b[31m <script>alert(1)</script> [x](javascript:1) é 漢 \U0001f600 {"a": 1} \ud800'
    publication = replace(
        two_months,
        title=hostile,
        description=hostile,
        tags=(hostile, "x", "y" * 300, "crime"),
        statements=(hostile,),
        held=(Held("2024-04", hostile),),
        version="1",
        extras={"schema.json": json.dumps({"fields": hostile}).encode() + b" " * 40_000},
    )
    publish(connect(), publication)
    shown = show(real_ckan, publication.name)
    assert "<script>alert(1)</script>" in shown["title"]
    assert "\\[x\\]" in shown["notes"]
    assert "schema" not in extras(shown)
    assert not publish(connect(), publication).writes
    page = requests.get(f"{real_ckan.address}/dataset/{publication.name}", timeout=60)
    assert page.ok
    assert "<script>alert(1)" not in page.text
    assert 'href="javascript:' not in page.text


def test_the_metadata_that_a_portal_holds_is_the_planners_digest(connect: Connect, two_months: Publication) -> None:
    publish(connect(), two_months)
    held = connect().look([two_months])[two_months.name]
    assert held.metadata == metadata_digest(two_months)
    assert set(held.files) == {f.name for r in two_months.releases for f in r.files}


def test_ten_years_of_two_files_a_month_are_one_dataset(
    real_ckan: RealCkan, connect: Connect, proxy: FaultyProxy, tmp_path: Path, name: str
) -> None:
    patience = Patience(read=20, work=60)
    months = [f"{year}-{month:02d}" for year in range(2014, 2024) for month in range(1, 13)]
    whole = make_publication(name, [make_release(tmp_path, name, month) for month in months])
    publish(connect(patience=patience), replace(whole, releases=whole.releases[:2]))
    add_outside(real_ckan, whole, whole.releases[2:])  # the adapter would download each file again
    plan = publish(connect(proxy.address, patience=patience), whole)
    assert actions(plan) == {"metadata": "UPDATE"}
    assert proxy.count("package_revise") == 1
    resources = show(real_ckan.as_owner_of(""), name)["resources"]
    assert [resource["name"] for resource in resources[-2:]] == [
        f"Street-level crime, December 2023 ({kind})" for kind in ("CSV", "Parquet")
    ]
    assert len(resources) == 240
    proxy.calls.clear()
    more = replace(whole, releases=(*whole.releases, make_release(tmp_path, name, "2024-01")))
    publish(connect(proxy.address, patience=patience), more)
    assert len(proxy.calls) < 12
    after = show(real_ckan, name)["resources"]
    assert [resource["id"] for resource in after[:240]] == [resource["id"] for resource in resources]


def add_outside(ckan: RealCkan, publication: Publication, releases: Sequence[Release]) -> None:
    """Add files of releases without the adapter, with their hashes and no other field."""
    files = [file for release in releases for file in release.files]
    new = [{"hash": f"sha256:{file.sha256}", "format": file.format} for file in files]
    uploads = {
        f"update__resources__-{len(files) - place}__upload": (file.name, file.path.read_bytes())
        for place, file in enumerate(files)
    }
    answer = requests.post(
        f"{ckan.address}/api/3/action/package_revise",
        data={"match__name": publication.name, "update__resources__extend": json.dumps(new)},
        files=uploads,
        headers={"Authorization": ckan.token.reveal()},
        timeout=60,
    )
    assert answer.ok, answer.text


def test_a_large_file_is_streamed(real_ckan: RealCkan, connect: Connect, two_months: Publication) -> None:
    size = 48 << 20
    release = two_months.releases[0]
    path = release.files[0].path
    with path.open("wb") as file:
        for number in range(size >> 20):
            file.write(bytes([number]) * (1 << 20))
    large = ReleasedFile(path.name, "csv", path, size, digest_of(path))
    publication = replace(two_months, releases=(replace(release, files=(large,)),))
    tracemalloc.start()
    publish(connect(), publication)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size / 4
    assert show(real_ckan, publication.name)["resources"][0]["size"] == size


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
