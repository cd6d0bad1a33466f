"""The small files beside a release, generated from what is declared once: data package, schema, code lists, changes.

And the CSV files for programs that read CSV on the Web (W3C): one description of them all.  The standard has programs
look for ``csv-metadata.json`` beside a CSV file.  Each table has its schema in it, a line a table: validators do not
follow a schema that the tables share.  What columns mean stands in ``schema.json`` alone.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pipeline.metadata.vocabulary import MEDIA_TYPES, address, frequency_address
from pipeline.model.wording import SAMPLE_MARK, figure, marked
from pipeline.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model.distribution import FileFormat
    from pipeline.model.release import Publication, ReleasedFile

    Facts = Mapping[str, Any]

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
        lines = [f"{inner}{json.dumps(name)}: {outlined(fact, depth - 1, inner)}" for name, fact in facts.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if depth and facts and isinstance(facts, list):
        lines = [f"{inner}{outlined(fact, depth - 1, inner)}" for fact in facts]
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
            *(
                _described(path, MEDIA_TYPES[path.rpartition(".")[2]], len(text), hashlib.sha256(text).hexdigest())
                for path, text in beside.items()
            ),
        ],
        **_collected(publication),
    }
    if publication.site:
        for file in [*facts["resources"], *facts.get("collected", ())]:
            file["url"] = address(publication.address + file["path"])
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


# --- CSV on the Web

METADATA: Final = "csv-metadata.json"
_CONTEXT: Final = "http://www.w3.org/ns/csvw"
#: What the standard calls the types of columns; a number of so many places is a decimal.
_BASES: Final = {
    **{name: name for name in ("string", "integer", "boolean", "date")},
    "number": "double",
    "yearmonth": "gYearMonth",
    "year": "gYear",
}
#: Rules that are written in the same words there.
_RULES: Final = ("minimum", "maximum", "minLength", "maxLength")
#: Where a schema names no words for true and false, several mean each, which the standard cannot say.
_WORDS: Final = ("", "")
#: What a pattern may not hold to mean the same in every language: a group that only Python knows.
_OF_PYTHON: Final = re.compile(r"\(\?(?![:=!])|\\[AZz]")


def csvw(publication: Publication, schema: Facts, lists: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the description of all CSV files of a dataset's releases, by its name; none where there is no release.

    ``schema`` is the Table Schema of its tables, ``lists`` are the code lists that stand beside it, by path.  A notice
    in the place of a withdrawn file is no table.
    """
    files = [file.name for release in publication.releases for file in release.files if file.format == "csv"]
    if not files:
        return {}
    table, named = _table(schema, lists)
    facts = {
        "@context": [_CONTEXT, {"@language": "en"}],
        "dc:title": marked(publication.title, sample=publication.sample),
        "dc:description": publication.description,
        "dc:publisher": publication.publisher,
        "dc:license": {"@id": address(publication.licence_url)},
        "null": "",
        "tables": [
            {"url": path, "tableSchema": said}
            for path, said in (*((name, table) for name in files), *((path, _of_list(lists[path])) for path in named))
        ],
    }
    return {METADATA: f"{outlined(facts, depth=2)}\n".encode()}


def _table(schema: Facts, lists: Mapping[str, bytes]) -> tuple[Facts, list[str]]:
    """Return the schema of every period's table, and the lists that its foreign keys lead to."""
    key = [_name(name) for name in schema.get("primaryKey", ())]
    keys = [*_foreign_keys(schema, lists)]
    facts = {
        "columns": [_column(field) for field in schema["fields"]],
        **({"primaryKey": key} if key else {}),
        **({"foreignKeys": keys} if keys else {}),
    }
    return facts, sorted({each["reference"]["resource"] for each in keys})


def _column(field: Facts) -> Facts:
    """Return a column; its ``titles`` are what its header says."""
    rules = field.get("constraints", {})
    required = {"required": True} if rules.get("required") else {}
    return {"name": _name(field["name"]), "titles": field["name"], "datatype": _datatype(field, rules), **required}


def _datatype(field: Facts, rules: Facts) -> Facts:
    """Return the type of a column with all its rules that the standard has words for."""
    base = "decimal" if field.get("decimals") else _BASES[field["type"]]
    found: dict[str, Any] = {"base": base, **{name: rules[name] for name in _RULES if name in rules}}
    if field["type"] == "boolean":
        words = [*field.get("trueValues", _WORDS), *field.get("falseValues", _WORDS)]
        found |= {"base": "string"} if len(words) > len(("true", "false")) else {"format": "|".join(words)}
    elif "pattern" in rules and not _OF_PYTHON.search(rules["pattern"]):
        found["format"] = rules["pattern"]
    return found


def _foreign_keys(schema: Facts, lists: Mapping[str, bytes]) -> Iterator[dict[str, Any]]:
    """Yield the keys of columns that are never empty and always hold one value of one published list.

    The standard wants exactly one line for each cell, so that a list in which a value stands twice is none.
    """
    for field in schema["fields"]:
        path, column = f"codelists/{field.get('codelist')}.csv", field.get("codelistColumn", "label")
        rules = field.get("constraints", {})
        if path not in lists or not rules.get("required"):
            continue
        values = [row[column] for row in csv.DictReader(io.StringIO(lists[path].decode()))]
        if len({*values}) == len(values) and {*rules.get("enum", [""])} <= {*values}:
            reference = {"resource": path, "columnReference": _name(column)}
            yield {"columnReference": _name(field["name"]), "reference": reference}


def _of_list(content: bytes) -> Facts:
    """Return the schema of a code list."""
    header = next(csv.reader(io.StringIO(content.decode())))
    return {"columns": [{"name": _name(name), "titles": name} for name in header]}


def _name(header: str) -> str:
    """Return the name by which a column is referred to, as the standard makes it from its header."""
    return quote(header, safe="").replace("-", "%2D").replace("~", "%7E")
