"""The small files beside a release, generated from what is declared once: data package, schema, code lists, changes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from pipeline.metadata.vocabulary import MEDIA_TYPES, frequency_address
from pipeline.model.wording import figure, marked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.release import Publication, Release, ReleasedFile

#: The profile of the Data Package standard that a descriptor here follows.
_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"


def json_bytes(facts: Mapping[str, Any]) -> bytes:
    """Return facts as JSON that people can read, the same bytes for the same facts."""
    return (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode()


def data_package(publication: Publication, beside: Mapping[str, bytes]) -> bytes:
    """Return the ``datapackage.json`` of a dataset: valid in Frictionless, each file with its hash and bytes.

    ``beside`` are the small files by path: schema, code lists, change log.  The Parquet is a file and not a table
    there: Frictionless 5.21 miscounts the bytes of a Parquet table.
    """
    kind, key = publication.period, publication.period.key
    facts: dict[str, Any] = {
        "$schema": _PROFILE,
        "name": publication.name,
        "title": marked(publication.title, sample=publication.sample),
        "description": publication.description,
        "version": publication.version,
        **_created(publication),
        "licenses": [
            {"name": publication.licence_id, "title": publication.licence_title, "path": publication.licence_url}
        ],
        "contributors": [{"title": publication.publisher, "roles": ["publisher"]}],
        "keywords": list(publication.tags),
        "attribution": publication.attribution,
        "contact": {"name": publication.contact_name, "email": publication.contact_email},
        "freedomOfInformation": publication.foi_email,
        "force": publication.force_name,
        "temporal": _temporal(publication),
        "spatial": {"name": publication.spatial_name, "uri": publication.spatial_uri},
        "accrualPeriodicity": frequency_address(kind.frequency),
        "statements": list(publication.statements),
        "keySeries": publication.key_series,
        f"{key}sMissing": list(publication.missing),
        f"{key}sHeld": [{key: held.month, "reason": held.reason} for held in publication.held],
        f"{key}sRunning": [
            each.month for each in publication.releases if not kind.has_ended(each.month, publication.as_of)
        ],
        "quality": {release.month: {"rows": release.rows, **release.quality} for release in publication.releases},
        "qualityFigures": {name: figure(name)._asdict() for name in _figures(publication)},
        "resources": [
            *(_resource(key, release, file) for release in publication.releases for file in release.files),
            *(_small_file(path, content) for path, content in beside.items()),
        ],
    }
    if publication.sample:
        facts["sample"] = marked("invented records of an example force, about nobody", sample=True)
    return json_bytes(facts)


def _created(publication: Publication) -> dict[str, str]:
    """Return when the newest release was made: a day of the releases, so that equal ones have equal bytes."""
    day = publication.last_published
    return {} if day is None else {"created": f"{day.isoformat()}T00:00:00Z"}


def _figures(publication: Publication) -> list[str]:
    return sorted({name for release in publication.releases for name in release.quality})


def _small_file(path: str, content: bytes) -> dict[str, Any]:
    kind = path.rpartition(".")[2]
    return {
        "name": path.replace("/", "-").replace(".", "-"),
        "type": "file",
        "path": path,
        "format": kind,
        "mediatype": MEDIA_TYPES[kind],
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def _temporal(publication: Publication) -> dict[str, str]:
    start, end = publication.period.span(release.month for release in publication.releases)
    return {"start": start, "end": end} if start else {}


def _resource(key: str, release: Release, file: ReleasedFile) -> dict[str, Any]:
    table = {"encoding": "utf-8", "schema": "schema.json"} if file.format == "csv" else {}
    return {
        "name": file.name.replace(".", "-"),
        "type": "table" if file.format == "csv" else "file",
        "path": file.name,
        "format": file.format,
        "mediatype": MEDIA_TYPES[file.format],
        "bytes": file.bytes,
        "hash": f"sha256:{file.sha256}",
        key: release.month,
        **table,
    }
