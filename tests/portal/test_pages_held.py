"""Pages are made when something that decides them changed, and only then; what somebody touched is made good."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.codelists import CODELISTS
from pipeline.publish.catalogue import pages_held as making
from pipeline.publish.catalogue.about import LIST
from pipeline.publish.catalogue.groups import deciding
from pipeline.publish.catalogue.pages import render_site
from pipeline.publish.catalogue.portal import StaticCatalogue
from pipeline.publish.plan import make_plan
from pipeline.storage.looked import Looked
from tests.lib import ROOT
from tests.lib.catalogue_example import TODAY, Place, make_site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.plan import Plan
    from pipeline.model.release import Publication


class Nights:
    """Publishes into a folder with a memory, and counts how often pages were made."""

    def __init__(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place, self.made = place, 0
        make = render_site

        def counted(*facts: object, **named: object) -> dict[str, bytes]:
            self.made += 1
            return make(*facts, **named)  # type: ignore[arg-type]  # handed on as they came

        monkeypatch.setattr(making, "render_site", counted)

    def night(self, site: Sequence[Publication]) -> Plan:
        """Publish as a run of its own."""
        self.made = 0
        (self.place.root / "private").mkdir(exist_ok=True)
        looked = Looked.load(self.place.root / "private", TODAY)
        portal = StaticCatalogue(self.place.public, self.place.staging, looked)
        plan = make_plan(portal.name, site, portal.look(site))
        portal.apply(plan, site)
        looked.save(self.place.root / "private")
        return plan


@pytest.fixture
def nights(place: Place, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Give a site that was published and came to rest."""
    found = Nights(place, monkeypatch)
    site = make_site(place.store)
    found.night(site)
    assert found.made == 1  # a plan, its check and the tree ask for the same pages
    monkeypatch.setattr("pipeline.storage.looked._CLOCK_NS", -(10**9))  # in place of waiting for the coarsest clock
    found.night(site)
    return found


def test_an_unchanged_night_makes_no_page_on_this_day_or_a_later_one(nights: Nights) -> None:
    site = make_site(nights.place.store)
    assert not nights.night(site).writes
    assert nights.made == 0
    later = [dataclasses.replace(each, as_of=TODAY + dt.timedelta(1)) for each in site]
    assert not nights.night(later).writes
    assert nights.made == 0


def test_what_becomes_overdue_is_said_on_the_day(nights: Nights) -> None:
    site = make_site(nights.place.store)
    due = max(each.next_due for each in site if each.next_due)
    late = [dataclasses.replace(each, as_of=due + dt.timedelta(1)) for each in site]
    assert nights.night(late).writes
    assert nights.made == 1
    assert (nights.place.public / "index.html").read_text("utf-8").count('class="badge late"') == len(site)


@pytest.mark.parametrize("fact", ["title", "description", "contact_email", "licence_title", "statements", "answer"])
def test_every_fact_decides_the_pages(nights: Nights, fact: str) -> None:
    site = make_site(nights.place.store)
    value: dict[str, Any] = {"statements": ("Another.",), "answer": dataclasses.replace(site[0].answer, rows="things")}
    site[0] = dataclasses.replace(site[0], **{fact: value.get(fact, "Another")})
    nights.night(site)
    assert nights.made == 1


def test_every_file_that_the_pages_are_made_of_decides_them() -> None:
    """A script, a template or a code list that a new version brings is on the site after the next run."""
    publish = ROOT / "pipeline" / "publish"
    held = {path for path in publish.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".csv")}
    assert {path.suffix for path in held} >= {".css", ".html", ".js", ".json", ".py"}
    assert held <= {*deciding()}
    assert CODELISTS / f"{LIST}.csv" in deciding()


@pytest.mark.parametrize("page", ["index.html", "street-crime/index.html", "changes/index.html", "themes/money.html"])
def test_a_page_that_somebody_touched_is_made_good(nights: Nights, page: str) -> None:
    path = nights.place.public / page
    if not path.exists():
        path = next((nights.place.public / "themes").glob("*.html"))
    before = path.read_bytes()
    path.write_bytes(before.replace(b"<h1>", b"<h1>!"))
    assert nights.night(make_site(nights.place.store)).writes
    assert path.read_bytes() == before


def test_a_page_that_is_gone_comes_back(nights: Nights) -> None:
    (nights.place.public / "search.html").unlink()
    assert nights.night(make_site(nights.place.store)).writes
    assert (nights.place.public / "search.html").is_file()
