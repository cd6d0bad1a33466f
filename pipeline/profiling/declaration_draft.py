"""A drafted dataset for a file that resembles no declared extract; every column is withheld until somebody decides."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.extract.mapped.header import letter
from pipeline.profiling import columns as kinds
from pipeline.profiling.cells import is_readable
from pipeline.profiling.container import Kind
from pipeline.profiling.names import words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipeline.profiling.columns import Column
    from pipeline.profiling.profile import Profile

_HEAD = '''"""CHECK: what this dataset is, in one sentence."""

from pipeline.extract.{module} import {source}
from pipeline.model.declaration import Dataset, Feed
from pipeline.model.periods import Monthly
from pipeline.protect.treatments import Withhold

_UNDECIDED = Withhold(what="Columns that nobody has decided about", why="not decided")

{constant} = Feed(
    name="{name}",
    title="CHECK: what its rows are",
    source={call},  # CHECK: where it lies below data/raw
    period=Monthly({dated}),
    columns={{
'''
_FOOT = """    }},
)

{constant}_DATASET = Dataset(
    name="{name}",
    family="FAMILY",  # CHECK: the folder that it stands in
    theme="crime-and-justice",  # CHECK
    tags=("police",),  # CHECK
    feeds=({constant},),
)
"""
_SOURCES = {Kind.TEXT: ("delimited", "Folder"), Kind.SQLITE: ("database", "Database")}
_BOOK = ("workbook", "Workbook")


class Drafted(NamedTuple):
    """The text of a declaration, and of the schema beside it."""

    declaration: str
    schema: str


def draft_declaration(found: Profile) -> Drafted:
    """Return a dataset for a file: nothing of it is published until somebody decides about each column."""
    name = re.sub(r"[^a-z]+", "-", found.path.stem.lower()).strip("-") or "new"
    constant = name.upper().replace("-", "_")
    module, source = _SOURCES.get(found.kind, _BOOK)
    main = found.main
    match found.kind:
        case Kind.TEXT:
            call = f'Folder("FAMILY/{name}/{{period}}.csv")'
        case Kind.SQLITE:
            first = next((column.name for column in main.columns if column.name), "id")
            table = _text(main.table.name)
            call = f'Database(source="{name}", default="FAMILY/{name}.sqlite", table={table}, key={_text(first)})'
        case _:
            rows = max(0, main.header.row - 1)
            call = f'Workbook("FAMILY/{name}/{{period}}.xlsx", sheet={_text(main.table.name)}, title_rows={rows})'
    dated = next((column.name for column in main.columns if column.kind == kinds.DATE and column.name), "")
    by = f"dated_by={_text(dated)}" if dated else ""
    head = _HEAD.format(module=module, source=source, constant=constant, name=name, call=call, dated=by)
    lines = "".join(f"        {line}\n" for line in _columns(found))
    fields = [_field(column) for column in main.columns if _may_be_public(column)]
    titles = {"title": "CHECK: what it is called", "description": "CHECK: what a row is."}
    schema = {**titles, "missingValues": [""], "fields": fields}
    return Drafted(
        head + lines + _FOOT.format(constant=constant, name=name),
        f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n",
    )


def _columns(found: Profile) -> Iterator[str]:
    seen: set[str] = set()
    for column in found.main.columns:
        if column.kind == kinds.EMPTY and not column.name:
            continue
        if column.name is None:
            yield f"# CHECK: {letter(column.place)} has no name: have it exported with one ({_about(column)})"
        elif column.name in seen:
            yield f"# CHECK: a second column has the name {_text(column.name)} ({_about(column)})"
        else:
            seen.add(column.name)
            handling = 'Withhold("somebody")' if column.people else "_UNDECIDED"
            yield f"{_text(column.name)}: {handling},  # CHECK: {_about(column)}"


def _may_be_public(column: Column) -> bool:
    """Return whether a column is proposed to be published: a name, nobody in it, and no free text."""
    return bool(column.name) and not column.people and column.kind not in {kinds.EMPTY, kinds.TEXT, kinds.REFERENCE}


def _field(column: Column) -> dict[str, object]:
    types: dict[str, dict[str, object]] = {
        kinds.DATE: {"type": "date", "unit": "calendar day"},
        kinds.MONEY: {"type": "number", "unit": "pounds sterling", "decimals": 2},
        kinds.WHOLE: {"type": "integer"},
        kinds.NUMBER: {"type": "number"},
    }
    return {
        "name": "_".join(words(column.name or "")),
        "title": column.name,
        "description": "CHECK: what it is; without this field the column stays withheld.",
        **types.get(column.kind, {"type": "string"}),
        "source": "CHECK: which system",
    }


def _about(column: Column) -> str:
    forms = [form for form in column.dates if is_readable(form)]
    kind = f"{column.kind} {', '.join(forms)}" if forms else column.kind
    people = f"; {', '.join(column.people)}" if column.people else ""
    return f"{kind}, {column.share:.0%} filled, {column.distinct:,} different{people}"


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
