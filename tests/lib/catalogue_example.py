"""Small real releases on disk and the publications made of them, for the tests of the static catalogue."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.model.release import ChangeNote, Held, PublishedColumn, Release, ReleasedFile
from pipeline.publish.catalogue.portal import StaticCatalogue
from pipeline.publish.plan import make_plan
from tests.lib import publications

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.model.plan import Action, Plan
    from pipeline.model.release import Publication

TODAY = dt.date(2024, 4, 10)
MONTHS = ("2024-01", "2024-02", "2024-03")


def make_release(store: Path, month: str, *, rows: int = 5, dataset: str = "street-crime") -> Release:
    """Write the CSV and the Parquet of a month into ``store`` and return the release that they are."""
    folder = store / dataset / month / str(rows)
    folder.mkdir(parents=True, exist_ok=True)
    references = [f"{number:04d}" for number in range(rows)]
    places = [f"On or near Café Street {number % 7}" for number in range(rows)]
    csv, parquet = folder / f"{dataset}-{month}.csv", folder / f"{dataset}-{month}.parquet"
    if not parquet.exists():  # a released file is never written again: the public one may share its bytes
        lines = ["Reference,Month,Location", *(f"{a},{month},{b}" for a, b in zip(references, places, strict=True))]
        csv.write_text("\n".join(lines) + "\n", encoding="utf-8")
        pq.write_table(pa.table({"Reference": references, "Month": [month] * rows, "Location": places}), parquet)
    files = []
    for path in (csv, parquet):
        path.chmod(0o644)
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        files.append(ReleasedFile(path.name, path.suffix[1:], path, len(content), digest))
    quality = {"rows without a location": rows // 20, "unlisted offence codes": rows // 50}
    return Release(
        dataset=dataset, month=month, rows=rows, files=tuple(files), released_on=dt.date(2024, 4, 10), quality=quality
    )


def make_publication(releases: Sequence[Release], *, name: str = "street-crime", **facts: Any) -> Publication:  # noqa: ANN401 - any field of a publication
    """Return a publication of the example force with every kind of fact in it; ``facts`` replace some."""
    usual: dict[str, Any] = {
        "description": "Crimes and anti-social behaviour that the force recorded, by month, each placed on a nearby "
        "map point that at least eight addresses share.",
        "contact_name": "Open data team",
        "statements": ("Places are moved to the nearest of the published map points.",),
        "sample": True,
        "as_of": TODAY,
        "next_due": dt.date(2024, 5, 31),
        "columns": (
            PublishedColumn("Reference", "Reference", "string", "A pseudonym of the record's reference.", ()),
            PublishedColumn("Month", "Month", "yearmonth", "The month in which it was recorded.", ()),
            PublishedColumn("Crime type", "Crime type", "string", "One of the national crime types.", ("crime-type",)),
            PublishedColumn("Location", "Location", "string", "A map point nearby, in words.", ()),
        ),
        "missing": ("2023-12",),
        "held": (Held("2024-02", "far fewer rows than in the months beside it: waits for an approval"),),
        "withheld": (
            ("Names, dates of birth and telephone numbers", "they identify a victim"),
            ("Restricted records", "the record is restricted"),
        ),
        "changes": tuple(
            ChangeNote("2024-04-10", release.month, "new month", "first release", str(release.rows), "0")
            for release in releases
        ),
        "extras": {},
    }
    made = publications.make_publication(name, releases, **{**usual, **facts})
    return made if made.extras else dataclasses.replace(made, extras=_extras(made))


def make_site(store: Path, *, months: Sequence[str] = MONTHS, **facts: Any) -> list[Publication]:  # noqa: ANN401 - any field of a publication
    """Return three publications, one of them overdue, one with a single month."""
    crime = [make_release(store, month, rows=400 + 37 * (int(month[5:]) % 5)) for month in months]
    spend = [make_release(store, month, rows=160, dataset="spend-over-500") for month in months[-1:]]
    return [
        make_publication(crime, **facts),
        make_publication(
            spend,
            name="spend-over-500",
            title="Spending over £500",
            description="Every payment over £500 of the force and the Police and Crime Commissioner.",
            theme="government-spending",
            next_due=dt.date(2024, 3, 31),
            held=(),
            **facts,
        ),
        make_publication([], name="engagement-events", title="Engagement events", last_published=None, **facts),
    ]


def snapshot(folder: Path) -> dict[str, str]:
    """Return what is below a folder: a digest of each file, the target of each link, by path."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _extras(publication: Publication) -> Mapping[str, bytes]:
    """Return small files as a release step would generate them."""
    package = {"name": publication.name, "title": publication.title, "months": [r.month for r in publication.releases]}
    return {
        "datapackage.json": json.dumps(package).encode(),
        "schema.json": b'{"fields": []}\n',
        "change-log.csv": b"released_on,month,change\n",
        "codelists/crime-type.csv": b"label\nBurglary\n",
    }


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


def times(folder: Path) -> dict[str, tuple[int, int]]:
    """Return when each file and folder changed, and which it is."""
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in (folder, *folder.rglob("*"))}
