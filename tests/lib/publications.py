"""Publications for the tests: a dataset of small files, any months, any content."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import TYPE_CHECKING, Any

from pipeline.model.declaration import Answer
from pipeline.model.periods import MONTH
from pipeline.model.release import ChangeNote, Held, Publication, PublishedColumn, Release, ReleasedFile
from pipeline.publish.plan import make_plan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.model.plan import Plan, Portal

MONTHS = ("2024-01", "2024-02", "2024-03")
FORMATS = ("csv", "parquet")


def make_release(
    folder: Path, dataset: str, month: str, *, content: str = "", released_on: dt.date = dt.date(2024, 4, 10)
) -> Release:
    """Return a release of one month, its two files written below ``folder``."""
    files = []
    for kind in FORMATS:
        path = folder / f"{dataset}-{month}.{kind}"
        data = f"{kind},{month},{content}\n".encode()
        path.write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        files.append(ReleasedFile(name=path.name, format=kind, path=path, bytes=len(data), sha256=digest))
    return Release(
        dataset=dataset, month=month, rows=2104, files=tuple(files), released_on=released_on, quality={"located": 1990}
    )


def make_publication(name: str, releases: Sequence[Release], **facts: object) -> Publication:
    """Return a publication of ``releases``; ``facts`` replace what stands here."""
    usual: dict[str, Any] = {
        "name": name,
        "title": "Street-level crime",
        "description": "Recorded crime and incidents of anti-social behaviour, by street.",
        "publisher": "Example Police",
        "organisation": "example-police",
        "force_name": "Example Police",
        "theme": "crime-and-justice",
        "tags": ("crime", "police"),
        "period": MONTH,
        "licence_id": "OGL-UK-3.0",
        "licence_ckan": "uk-ogl",
        "licence_title": "Open Government Licence 3.0 (United Kingdom)",
        "licence_url": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
        "attribution": "Contains information from Example Police, licensed under the Open Government Licence v3.0.",
        "contact_name": "Open Data Team",
        "contact_email": "opendata@example.police.uk",
        "foi_email": "foi@example.police.uk",
        "spatial_name": "Example",
        "spatial_uri": "http://statistics.data.gov.uk/id/statistical-geography/E23000021",
        "granularity": "point",
        "answer": Answer(),
        "statements": ("Places with fewer than 8 addresses are not shown.",),
        "version": "2024-04-10",
        "key_series": "ks-1a2b3c4d",
        "sample": False,
        "as_of": dt.date(2024, 4, 10),
        "last_published": dt.date(2024, 4, 10),
        "next_due": dt.date(2024, 5, 10),
        "columns": (PublishedColumn("Month", "Month", "yearmonth", "The month.", ()),),
        "releases": tuple(releases),
        "missing": (),
        "held": (Held("2024-04", "waits for an approval"),),
        "withheld": (("names of victims", "they identify people"),),
        "changes": (ChangeNote("2024-04-10", "2024-01", "new", "first release", "under 10", "0"),),
        "extras": {"schema.json": b'{"fields": []}', "datapackage.json": b"{}"},
    }
    return Publication(**{**usual, **facts})


def publish(portal: Portal, *publications: Publication) -> Plan:
    """Return the plan that was made for ``portal`` and carried out."""
    plan = make_plan(portal.name, publications, portal.look(publications), beside=portal.beside)
    portal.apply(plan, publications)
    return plan


def actions(plan: Plan) -> Mapping[str, str]:
    """Return what the plan does to each file that it does not leave as it is."""
    return {change.file: str(change.action) for change in plan.changes if change.action != "SAME"}
