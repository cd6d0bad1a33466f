"""The static catalogue: what it publishes, what it keeps, and what a kill or a full disk leaves behind."""

from __future__ import annotations

import dataclasses
import datetime as dt
import errno
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import PipelineError, PortalError, SettingsError, StorageError
from pipeline.model.plan import Action, Plan
from pipeline.model.wording import FIGURES
from pipeline.publish.catalogue import swap
from pipeline.publish.catalogue.ownership import MARKER
from pipeline.publish.catalogue.portal import StaticCatalogue
from pipeline.publish.plan import METADATA, make_plan
from tests.lib import ROOT
from tests.lib.catalogue_example import (  # the folder of this file is no package
    MONTHS,
    make_publication,
    make_release,
    make_site,
    snapshot,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pipeline.model.release import Publication

_FINISH_EVERY = 8


@dataclasses.dataclass(frozen=True)
class Place:
    """A public folder, a staging folder beside it, and a private store, all below one folder."""

    root: Path

    @property
    def public(self) -> Path:
        return self.root / "published"

    @property
    def staging(self) -> Path:
        return self.root / "private" / "staging"

    @property
    def store(self) -> Path:
        return self.root / "private" / "releases"

    @property
    def catalogue(self) -> StaticCatalogue:
        return StaticCatalogue(self.public, self.staging)

    def plan(self, publications: Sequence[Publication]) -> Plan:
        return make_plan("catalogue", publications, self.catalogue.look(publications))

    def publish(self, publications: Sequence[Publication]) -> dict[str, Action]:
        plan = self.plan(publications)
        self.catalogue.apply(plan, publications)
        return {f"{change.dataset}/{change.file}": change.action for change in plan.changes}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.public.mkdir()
    (made.public / "README.md").write_text("What goes in here, and who may see it.\n", encoding="utf-8")
    return made


def times(folder: Path) -> dict[str, tuple[int, int]]:
    """Return when each file and folder changed, and which it is."""
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in (folder, *folder.rglob("*"))}


# --- what it publishes -------------------------------------------------------------------------------


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
    page = (place.public / "street-crime" / "index.html").read_text(encoding="utf-8")
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


# --- what the pages say ------------------------------------------------------------------------------

_HOSTILE = "<script>alert(1)</script>\"' onload='x' {{ 7 * 7 }} </title> &amp;"


def test_hostile_text_is_only_text(place: Place) -> None:
    plain = make_publication([make_release(place.store, "2024-01")])
    facts: dict[str, Any] = {
        field.name: _HOSTILE
        for field in dataclasses.fields(plain)
        if isinstance(getattr(plain, field.name), str) and field.name != "name"
    }
    facts["columns"] = tuple(column._replace(name=_HOSTILE, description=_HOSTILE) for column in plain.columns)
    facts["changes"] = tuple(change._replace(reason=_HOSTILE, change=_HOSTILE) for change in plain.changes)
    facts["held"] = tuple(held._replace(reason=_HOSTILE) for held in plain.held)
    facts |= {"withheld": ((_HOSTILE, _HOSTILE),), "statements": (_HOSTILE,), "tags": (_HOSTILE,)}
    place.publish([dataclasses.replace(plain, **facts)])
    for page in place.public.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script>" not in text
        assert "' onload='" not in text
        assert "{{ 7 * 7 }}" in text
        assert text.count("</title>") == 1 + text.count('<title id="chart-title">')
        assert text.count("</script>") == text.count('<script type="application/ld+json">')


def test_the_page_says_everything_that_the_publication_says(place: Place) -> None:
    publication = make_site(place.store)[0]
    place.publish([publication])
    text = (place.public / publication.name / "index.html").read_text(encoding="utf-8")
    for said in (
        publication.description,
        publication.attribution,
        publication.licence_url,
        publication.contact_email,
        publication.foi_email,
        publication.version,
        publication.key_series,
        publication.spatial_name,
        *publication.statements,
        *(column.description for column in publication.columns),
        *(word for pair in publication.withheld for word in pair),
        *(held.reason for held in publication.held),
        *(file.sha256 for release in publication.releases for file in release.files),
        "December 2023",
        "10 April 2024",
        "31 May 2024",
        "codelists/crime-type.csv",
        "datapackage.json",
        "schema.json",
        "SAMPLE DATA",
        "Found a person in this data?",
        "unlisted offence codes",
    ):
        assert said.replace("'", "&#39;") in text, said


def page_of(place: Place, *publications: Publication) -> str:
    """Return the page of the first publication, all of them being published."""
    place.publish(publications)
    return (place.public / publications[0].name / "index.html").read_text(encoding="utf-8")


def test_words_between_backticks_are_code(place: Place) -> None:
    column = make_publication([]).columns[0]
    texts = ("Who was paid; `REDACTED OTHER` & <b> where not.", "A lone ` stays.", "`a` and `b`, a third ` too.")
    columns = tuple(column._replace(name=f"c{number}", description=text) for number, text in enumerate(texts))
    page = page_of(place, make_publication([make_release(place.store, "2024-01")], columns=columns))
    assert "Who was paid; <code>REDACTED OTHER</code> &amp; &lt;b&gt; where not.</td>" in page
    assert "A lone ` stays.</td>" in page
    assert "<code>a</code> and <code>b</code>, a third ` too.</td>" in page


def test_a_month_that_is_not_over_says_so_until_it_is(place: Place) -> None:
    releases = [make_release(place.store, month) for month in MONTHS]
    on_the_20th = make_publication(releases, as_of=dt.date(2024, 3, 20))
    said = "so far: this month is not over yet"
    page = page_of(place, on_the_20th)
    assert page.count(said) == 1
    assert "March<span" in page.partition(said)[0].rpartition("<tr>")[2]
    assert said in page_of(place, dataclasses.replace(on_the_20th, as_of=dt.date(2024, 3, 31)))
    assert said not in page_of(place, dataclasses.replace(on_the_20th, as_of=dt.date(2024, 4, 1)))


def test_a_month_that_can_be_downloaded_is_not_missing(place: Place) -> None:
    releases = [make_release(place.store, month) for month in MONTHS]
    page_of(place, make_publication(releases, missing=()))
    gap = dataclasses.replace(make_publication([releases[0], releases[2]]), missing=("2023-12", "2024-02"))
    page = page_of(place, gap)
    assert "kept from an earlier release" in page
    listed = page.partition("<h3>Months missing</h3>")[2].partition("<h3>")[0]
    assert "December 2023" in listed
    assert "February 2024" not in listed


def test_quality_figures_and_changes_are_in_words(place: Place) -> None:
    release = dataclasses.replace(make_release(place.store, "2024-01"), quality={"shared_reference": 3, "odd_one": 1})
    page = page_of(place, make_publication([release]))
    assert "shared_reference" not in page
    assert FIGURES["shared_reference"].title in page
    assert FIGURES["shared_reference"].sentence in page
    assert ">odd one</th>" in page
    assert '<time datetime="2024-04-10">10 April 2024</time></th>' in page


def test_the_catalogue_for_machines_has_what_dcat_ap_asks_for(place: Place) -> None:
    publications = make_site(place.store)
    place.publish(publications)
    catalogue = json.loads((place.public / "catalogue.jsonld").read_bytes())
    assert catalogue["dct:description"]
    assert catalogue["dct:publisher"] == {"@type": "foaf:Agent", "foaf:name": "Example Police"}
    themes = {
        each["dct:identifier"]: each["dcat:theme"]["@id"].rpartition("/")[2] for each in catalogue["dcat:dataset"]
    }
    assert themes == {"street-crime": "JUST", "spend-over-500": "GOVE", "engagement-events": "JUST"}
    crime = next(each for each in catalogue["dcat:dataset"] if each["dct:identifier"] == "street-crime")
    assert crime["dct:issued"] == {"@type": "xsd:date", "@value": "2024-04-10"}
    sizes = {file.name: file.bytes for release in publications[0].releases for file in release.files}
    for each in crime["dcat:distribution"]:
        assert each["dcat:accessURL"] == each["dcat:downloadURL"]
        assert each["dcat:byteSize"]["@value"] == str(sizes[each["dct:title"]])
        assert each["dct:conformsTo"]["@id"].startswith("https://")
        assert each["dct:rights"] == {"@type": "dct:RightsStatement", "rdfs:label": publications[0].attribution}
    used = {word.partition(":")[0] for word in _words(catalogue) if ":" in word}
    assert used <= set(catalogue["@context"])


def _words(linked: object) -> Iterator[str]:
    """Yield every name of a property and of a class below ``linked``."""
    if isinstance(linked, list):
        for each in linked:
            yield from _words(each)
    elif isinstance(linked, dict):
        for key, value in linked.items():
            if key == "@type":
                yield value
            elif key != "@context":
                yield key
                yield from _words(value)


def test_only_sample_data_is_marked_as_such(place: Place) -> None:
    place.publish(make_site(place.store, sample=False))
    assert not [path for path in place.public.rglob("*.*") if b"SAMPLE" in path.read_bytes()]
    place.publish(make_site(place.store, sample=True))
    pages = [path.read_text(encoding="utf-8") for path in place.public.rglob("*.html")]
    assert len(pages) == 4
    assert all("<title>SAMPLE DATA: " in page and "<strong>SAMPLE DATA.</strong>" in page for page in pages)
    assert "SAMPLE DATA" in (place.public / "catalogue.jsonld").read_text(encoding="utf-8")


def test_facts_for_machines_are_json_and_name_every_file(place: Place) -> None:
    publication = make_site(place.store)[0]
    place.publish([publication])
    page = (place.public / publication.name / "index.html").read_text(encoding="utf-8")
    linked = json.loads(page.partition('<script type="application/ld+json">')[2].partition("</script>")[0])
    names = {file.name for release in publication.releases for file in release.files}
    assert {each["contentUrl"] for each in linked["distribution"]} == names
    assert linked["temporalCoverage"] == "2024-01/2024-03"
    assert linked["license"] == publication.licence_url
    catalogue = json.loads((place.public / "catalogue.jsonld").read_bytes())
    distributions = catalogue["dcat:dataset"][0]["dcat:distribution"]
    assert {each["dcat:downloadURL"]["@id"] for each in distributions} == {f"street-crime/{name}" for name in names}
    assert all(each["dct:license"]["@id"] == publication.licence_url for each in distributions)


# --- what stops it -----------------------------------------------------------------------------------


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


# --- a full disk -------------------------------------------------------------------------------------


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
    filler.write_bytes(b"x" * 1_900_000)
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


# --- a kill at any moment ----------------------------------------------------------------------------


def _cannot_exchange(_one: Path, _other: Path) -> bool:
    return False


def _die_at(event_number: int) -> None:
    """Kill this process just before the given file operation (files opened, made, linked, renamed, deleted)."""
    watched = ("open", "os.", "shutil.", "ctypes.")
    left = event_number

    def count(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event.startswith(watched):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def _in_child(work: Callable[[], None]) -> bool:
    """Run ``work`` in a forked process; return whether it lived to the end."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    _, result = os.waitpid(child, 0)
    assert os.WIFSIGNALED(result) or os.waitstatus_to_exitcode(result) == 0
    return not os.WIFSIGNALED(result)


def _drill(root: Path, mode: str) -> None:
    """Kill an update at its first file operation, its second, and so on until one run ends; check after each."""
    place = Place(root)
    releases = [make_release(place.store, month) for month in MONTHS[:2]]
    old, new = [make_publication(releases[:1])], [make_publication(releases)]
    if mode == "renames":
        swap.put_in_place.__kwdefaults__ = {"exchange": _cannot_exchange}
    place.public.mkdir(exist_ok=True)
    place.publish(old)
    old_tree = snapshot(place.public)
    shutil.copytree(place.public, root / "old-tree")
    place.publish(new)
    new_tree = snapshot(place.public)
    seen = {"old": 0, "new": 0, "between": 0}
    ended, number = False, 0
    while not ended:
        number += 1
        shutil.rmtree(place.public)
        shutil.copytree(root / "old-tree", place.public)
        plan = place.plan(new)

        def update(plan: Plan = plan, number: int = number) -> None:
            _die_at(number)
            place.catalogue.apply(plan, new)

        ended = _in_child(update)
        if mode == "renames" and not place.public.exists():
            seen["between"] += 1
        else:
            found = snapshot(place.public)
            assert found in (old_tree, new_tree), f"a mixed tree is public after operation {number}"
            seen["new" if found == new_tree else "old"] += 1
        place.catalogue.recover()
        assert snapshot(place.public) in (old_tree, new_tree)
        assert not list(place.root.glob("private/staging/*"))
        if number % _FINISH_EVERY == 0:
            place.publish(new)
            assert snapshot(place.public) == new_tree
    sys.stdout.write(json.dumps(seen))


@pytest.mark.parametrize("mode", ["exchange", "renames"])
def test_a_kill_before_any_file_operation_leaves_a_whole_tree(tmp_path: Path, mode: str) -> None:
    words = [sys.executable, "-W", "ignore", __file__, "drill", str(tmp_path), mode]
    done = subprocess.run(words, capture_output=True, encoding="utf-8", check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["old"] > 50
    assert seen["new"] > 5
    assert seen["between"] == (0 if mode == "exchange" else 1)


def test_every_error_of_the_catalogue_is_declared() -> None:
    for code, kind in (("disk-full", StorageError), ("cannot-store", StorageError), ("portal-changed", PortalError)):
        assert "undeclared" not in kind(code, "x").text()
    assert issubclass(StorageError, PipelineError)


if __name__ == "__main__":
    _drill(Path(sys.argv[2]), sys.argv[3])


def test_a_public_folder_that_leads_to_itself_is_a_mistake_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "published").symlink_to("published")
    with pytest.raises(SettingsError, match="leads to no folder"):
        StaticCatalogue(tmp_path / "published", tmp_path / "private")
