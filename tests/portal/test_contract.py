"""One contract for every portal: the static catalogue and a real CKAN keep the same promises."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.errors import PipelineError
from pipeline.model.periods import ALL, QUARTER, SNAPSHOT
from pipeline.model.plan import Action
from pipeline.publish.catalogue.portal import StaticCatalogue
from pipeline.publish.plan import make_plan
from tests.lib import publications as make

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipeline.model.periods import PeriodKind
    from pipeline.model.plan import Plan, Portal
    from pipeline.model.release import Publication


@dataclass(frozen=True)
class Place:
    """A portal under test, and a name on it that nobody else uses."""

    portal: Portal
    dataset: str
    folder: Path

    def publication(self, *months: str, content: str = "", **facts: Any) -> Publication:  # noqa: ANN401 - any field
        folder = Path(tempfile.mkdtemp(dir=self.folder))  # released files are never written again
        releases = [make.make_release(folder, self.dataset, month, content=content + month) for month in months]
        return make.make_publication(self.dataset, releases, **facts)

    def plan(self, publication: Publication) -> Plan:
        held = self.portal.look([publication])
        return make_plan(self.portal.name, [publication], held, beside=self.portal.beside)


@pytest.fixture(params=["catalogue", "ckan"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    store = tmp_path / "store"
    store.mkdir()
    if request.param == "catalogue":
        yield Place(StaticCatalogue(tmp_path / "published", tmp_path / "staging"), "street-crime", store)
        return
    connect: Callable[[], Portal] = request.getfixturevalue("connect")
    yield Place(connect(), request.getfixturevalue("name"), store)


def test_what_is_planned_for_an_empty_portal_is_created_and_then_nothing_is_left_to_do(place: Place) -> None:
    publication = place.publication("2024-01", "2024-02")
    plan = make.publish(place.portal, publication)
    assert {change.action for change in plan.changes} == {Action.CREATE}
    again = place.plan(publication)
    assert not again.writes
    assert {change.action for change in again.changes} == {Action.SAME}


def test_one_changed_month_updates_that_month_only(place: Place) -> None:
    make.publish(place.portal, place.publication("2024-01", "2024-02"))
    before = place.publication("2024-01")
    changed = place.publication("2024-02", content="corrected ")
    both = replace(changed, releases=(*before.releases, *changed.releases))
    plan = place.plan(both)
    months = {change.file: change.action for change in plan.changes if change.file.startswith(place.dataset)}
    assert months == {
        f"{place.dataset}-2024-01.csv": Action.SAME,
        f"{place.dataset}-2024-01.parquet": Action.SAME,
        f"{place.dataset}-2024-02.csv": Action.UPDATE,
        f"{place.dataset}-2024-02.parquet": Action.UPDATE,
    }
    place.portal.apply(plan, [both])
    assert not place.plan(both).writes


def test_a_month_that_is_no_longer_here_is_kept(place: Place) -> None:
    make.publish(place.portal, place.publication("2024-01", "2024-02"))
    fewer = place.publication("2024-02")
    plan = make.publish(place.portal, fewer)
    assert Action.REMOVE not in {change.action for change in plan.changes}
    held = place.portal.look([fewer])[place.dataset].files
    assert {f"{place.dataset}-2024-01.csv", f"{place.dataset}-2024-01.parquet"} <= set(held)


def test_other_words_about_the_same_files_update_the_metadata_only(place: Place) -> None:
    make.publish(place.portal, place.publication("2024-01"))
    plan = place.plan(place.publication("2024-01", title="Crime by street"))
    changed = {change.file for change in plan.changes if change.action is not Action.SAME}
    lists = {"the catalogue's own pages"} if place.portal.name == "catalogue" else set()  # they say the title too
    assert changed == {"metadata"} | lists


def test_a_plan_made_before_somebody_else_published_is_refused_and_writes_nothing(place: Place) -> None:
    make.publish(place.portal, place.publication("2024-01"))
    mine = place.publication("2024-01", "2024-02")
    stale = place.plan(mine)
    theirs = place.publication("2024-01", "2024-03")
    make.publish(place.portal, theirs)
    with pytest.raises(PipelineError) as refused:
        place.portal.apply(stale, [mine])
    assert refused.value.code in ("portal-changed", "changed-meanwhile")
    assert not place.plan(theirs).writes


def test_a_release_that_is_not_on_disk_any_more_stops_before_anything_is_public(place: Place) -> None:
    make.publish(place.portal, place.publication("2024-01"))
    broken = place.publication("2024-01", "2024-02")
    broken.releases[1].files[0].path.unlink()
    with pytest.raises((PipelineError, OSError)):
        make.publish(place.portal, broken)
    assert not place.plan(place.publication("2024-01")).writes


@pytest.mark.parametrize(
    ("kind", "first", "second"),
    [(QUARTER, "2023-Q4", "2024-Q1"), (SNAPSHOT, "2024-01", "2024-04"), (ALL, "all", "all")],
)
def test_periods_of_every_kind_are_held_and_kept(place: Place, kind: PeriodKind, first: str, second: str) -> None:
    both = place.publication(*sorted({first, second}), period=kind, next_due=None)
    assert {change.action for change in make.publish(place.portal, both).changes} == {Action.CREATE}
    assert not place.plan(both).writes
    later = replace(both, releases=tuple(each for each in both.releases if each.month == second))
    plan = place.plan(later)
    assert Action.REMOVE not in {change.action for change in plan.changes if first in change.file}
    make.publish(place.portal, later)
    assert not place.plan(later).writes
