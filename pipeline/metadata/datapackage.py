"""The small files beside a release, generated from what is declared once: data package, schema, code lists, changes."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from pipeline.metadata.vocabulary import MEDIA_TYPES, address, frequency_address
from pipeline.model.wording import SAMPLE_MARK, figure, marked
from pipeline.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipeline.model.distribution import FileFormat
    from pipeline.model.release import Publication, ReleasedFile

_line = json.JSONEncoder(ensure_ascii=False).encode
#: The profile of the Data Package standard that a descriptor here follows.
_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"


def json_bytes(facts: Mapping[str, Any]) -> bytes:
    """Return facts as JSON that people can read, the same bytes for the same facts."""
    return (json.dumps(facts, ensure_ascii=False, indent=2) + "\n").encode()


def outlined(facts: object, depth: int, indent: str = "") -> str:
    """Return facts as JSON that people can read to a ``depth``; what lies deeper stands in one line each.

    A site has thousands of files: with a line for each fact of each, their list would take seconds and twice the room.
    """
    inner = f"{indent}  "
    if depth and facts and isinstance(facts, dict):
        lines = [f"{inner}{json.dumps(name)}: {outlined(each, depth - 1, inner)}" for name, each in facts.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if depth and facts and isinstance(facts, list):
        lines = [f"{inner}{outlined(each, depth - 1, inner)}" for each in facts]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]"
    return _line(facts)


def data_package(publication: Publication, beside: Mapping[str, bytes]) -> bytes:
    """Return the ``datapackage.json`` of a dataset: valid in Frictionless, each file with its hash and bytes.

    ``beside`` are the small files by path: schema, code lists, change log.  The Parquet is a file and not a table
    there: Frictionless 5.21 miscounts the bytes of a Parquet table.  A ``path`` stays relative, so that a folder
    that was downloaded is whole; where the site's address is known, ``url`` is where the file is served.
    """
    kind, key, releases = publication.period, publication.period.key, publication.releases
    start, end = kind.span(release.month for release in releases)
    page = address(f"{publication.address}index.html")
    figures = sorted({name for release in releases for name in release.quality})
    table = {"csv": {"encoding": "utf-8", "schema": "schema.json"}}
    facts: dict[str, Any] = {
        "$schema": _PROFILE,
        "name": publication.name,
        **({"id": address(publication.address), "homepage": page} if publication.site else {}),
        "title": marked(publication.title, sample=publication.sample),
        "description": publication.description,
        "version": publication.version,
        # a day of the releases, so that equal ones have equal bytes
        **({"created": f"{publication.last_published}T00:00:00Z"} if publication.last_published else {}),
        "licenses": [
            {"name": publication.licence_id, "title": publication.licence_title, "path": publication.licence_url}
        ],
        "contributors": [{"title": publication.publisher, "roles": ["publisher"]}],
        "keywords": list(publication.tags),
        "attribution": publication.attribution,
        "contact": {"name": publication.contact_name, "email": publication.contact_email},
        "freedomOfInformation": publication.foi_email,
        "force": publication.force_name,
        "temporal": {"start": start, "end": end} if start else {},
        "spatial": {"name": publication.spatial_name, "uri": publication.spatial_uri},
        "accrualPeriodicity": frequency_address(kind.frequency),
        "statements": list(publication.statements),
        "keySeries": publication.key_series,
        f"{key}sMissing": list(publication.missing),
        f"{key}sHeld": [{key: held.month, "reason": held.reason} for held in publication.held],
        f"{key}sRunning": [each.month for each in releases if not kind.has_ended(each.month, publication.as_of)],
        "quality": {release.month: {"rows": release.rows, **release.quality} for release in releases},
        "qualityFigures": {name: figure(name)._asdict() for name in figures},
        "resources": [
            *(
                _file(file, publication.formats[file.format], **{key: release.month}, **table.get(file.format, {}))
                for release in releases
                for file in release.files
            ),
            *(_small_file(path, content) for path, content in beside.items()),
        ],
        **_collected(publication),
    }
    if publication.site:
        for each in [*facts["resources"], *facts.get("collected", ())]:
            each["url"] = address(publication.address + each["path"])
    if publication.sample:
        facts["sample"] = marked("invented records of an example force, about nobody", sample=True)
    return json_bytes(facts)


def _collected(publication: Publication) -> dict[str, list[dict[str, Any]]]:
    """Return the files of many periods; they are no resources: whoever adds up those would count their rows twice."""
    periods = f"{publication.period.key}s"
    described = [
        _file(each.file, publication.format_of(each.file.format), **{periods: list(each.periods)})
        for each in publication.collected
    ]
    return {"collected": described} if described else {}


def _file(file: ReleasedFile, kind: FileFormat, **more: object) -> dict[str, Any]:
    """Return how a file of a release is described."""
    return _described(file.name, kind.media_type, file.bytes, file.sha256, **more)


def _small_file(path: str, content: bytes) -> dict[str, Any]:
    media_type = MEDIA_TYPES[path.rpartition(".")[2]]
    return _described(path, media_type, len(content), hashlib.sha256(content).hexdigest())


def _described(path: str, media_type: str, size: int, sha256: str, **more: object) -> dict[str, Any]:
    """Return how a file is described; a table is one that has a schema."""
    return {
        "name": path.replace("/", "-").replace(".", "-"),
        "type": "table" if "schema" in more else "file",
        "path": path,
        "format": path.rpartition(".")[2],
        "mediatype": media_type,
        "bytes": size,
        "hash": f"sha256:{sha256}",
        **more,
    }


def notice(publication: Publication) -> bytes:
    """Return a notice in one line of plain text: whoever opens the old address is told, and whom to ask."""
    mark = f"{SAMPLE_MARK}. " if publication.sample else ""
    publisher, mailbox = printable(publication.publisher), printable(publication.contact_email)
    return (
        f"{mark}This file was withdrawn by its publisher, {publisher}. "
        f"If you hold a copy, please delete it. Questions: {mailbox}\n"
    ).encode()
