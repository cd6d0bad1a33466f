"""The CSV files of a dataset for programs that read CSV on the Web (W3C): one description of them all.

The standard has programs look for ``csv-metadata.json`` beside a CSV file.  Each table has its schema in it, a line a
table: validators do not follow a schema that the tables share.  What columns mean stands in ``schema.json`` alone.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from pipeline.metadata.datapackage import outlined
from pipeline.metadata.vocabulary import address
from pipeline.model.wording import marked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pipeline.model.release import Publication

    Facts = Mapping[str, Any]

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
