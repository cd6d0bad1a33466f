"""A drafted mapping, or a drafted dataset for a file that resembles no declared extract, with `# CHECK` in doubt.

The mapping is a complete block `[extracts.FEED]`.  Of the dataset every column is withheld until somebody decides.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.dates import ISO, MONTHS
from pipeline.extract.paths import below
from pipeline.model.mapping import FILE, SHEET, gives_period, month_said, named
from pipeline.profiling import columns as kinds
from pipeline.profiling.agreed import Agreed, Line, text_of, texts
from pipeline.profiling.cells import READABLE, is_readable
from pipeline.profiling.container import Kind
from pipeline.profiling.describe import templates
from pipeline.profiling.names import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.model.declaration import Feed
    from pipeline.profiling.columns import Column
    from pipeline.profiling.likeness import Synonyms
    from pipeline.profiling.profile import Profile


#: A mapping looks for the header in so many rows.
_LOOKED = 30
_MONTH = "(?:0[1-9]|1[0-2])"
_YEAR = "20[0-9]{2}"
_LONG = "|".join(MONTHS)
_SHORT = "|".join(name[:3] for name in MONTHS).replace("sep", "sept|sep")
_START, _END = "(?<![0-9A-Za-z])", "(?![0-9A-Za-z])"
#: What in a name is a part of a period, the longest first; only one of those that share a mark is used.
_PARTS = (
    (rf"(?<![0-9]){_YEAR}-{_MONTH}(?![0-9]|-[0-9])", "{month}"),
    (rf"(?<![0-9])({_YEAR})({_MONTH})(?![0-9])", "{year}{mm}"),
    (rf"(?<![0-9])({_YEAR})([._ ])({_MONTH})(?![0-9])", r"{year}\2{mm}"),
    (rf"(?<![0-9])({_MONTH})([._ -])({_YEAR})(?![0-9])", r"{mm}\2{year}"),
    (rf"(?<![0-9]){_YEAR}-[0-9]{{2}}(?![0-9-])", "{fy}"),
    (rf"(?<![0-9]){_YEAR}(?![0-9])", "{year}"),
    (rf"(?<![A-Za-z])(?:{_LONG})(?![a-z])", "{month_name}"),
    (rf"(?<![A-Za-z])(?:{_SHORT})(?![a-z])", "{mon}"),
    (r"(?<=\{mon\})([ '_-]?)([0-9]{2})(?![0-9])", r"\1{yy}"),
    (r"(?<=\{month_name\})([ '_-]?)([0-9]{2})(?![0-9])", r"\1{yy}"),
    (rf"^([12][0-9])({_MONTH})(?=\.)", "{yy}{mm}"),
)
_SOURCES = {Kind.TEXT: ("delimited", "Folder"), Kind.SQLITE: ("database", "Database")}
_BOOK = ("workbook", "Workbook")


def draft(found: Profile, synonyms: Synonyms, *, raw: Path, ours: Mapping[str, Sequence[str]]) -> str:
    """Return the block for a file that resembles a feed; ``ours`` are the force's own codes, as `Agreed` takes them."""
    if found.best is None:
        return ""
    agreed = Agreed(found, found.best, synonyms, ours)
    name = agreed.feed.name
    lines = [Line(f"[extracts.{name}]"), *_source(agreed, raw), *_layout(agreed), *_forms(agreed)]
    for part, inner in agreed.parts():
        lines += [Line(""), Line(f"[extracts.{name}.{part}]"), *inner]
    return "".join(f"{line}\n" for line in lines)


def _source(agreed: Agreed, raw: Path) -> Iterator[Line]:
    """Yield where the files are, which sheets hold the rows, and what gives a row's month."""
    found = agreed.found
    if found.kind is Kind.SQLITE:
        yield Line(f"table = {text_of(found.main.table.name)}")
        return
    pattern = file_pattern(found.path, agreed.feed, raw)
    yield Line(f"files = {texts([pattern])}", "where the files lie below data/raw, and how they are named")
    every = {sheet.table.name for sheet in found.sheets if not sheet.table.hidden}
    chosen = [sheet.table.name for sheet in found.chosen]
    if found.kind is not Kind.TEXT and set(chosen) != every:
        yield Line(f"sheets = {texts(chosen)}", "the other sheets are not read" if len(every) > 1 else "")
    month = months_by(pattern, chosen, agreed.feed, found.path)
    column = agreed.month_column() if month and month != SHEET else month
    if column == SHEET:
        yield Line(f"month = {text_of(SHEET)}")
    elif column:
        why = "a row belongs to the month that this says, as nothing else gives one"
        yield Line(f"month = {text_of(column)}", why)
    elif month:
        yield Line("", "nothing gives the month of a row")


def _layout(agreed: Agreed) -> Iterator[Line]:
    """Yield how the file is laid out, as far as that is not as agreed."""
    found = agreed.found
    text, header = found.text, found.main.header
    if not header.row and found.main.table.names is None:
        yield Line('header = "none"', "columns are called by their letters")
    elif header.row > _LOOKED:
        yield Line(f"header = {header.row}")
    if text and text.encoding != "utf-8":
        yield Line(f'encoding = "{text.encoding}"')
    if text and text.delimiter != ",":
        yield Line(f'delimiter = "{"tab" if text.delimiter == chr(9) else text.delimiter}"')
    words = list(dict.fromkeys(sheet.footers.word for sheet in found.chosen if sheet.footers.word))
    if words and any(sheet.begins(words[0]) for sheet in found.chosen):
        yield Line(f"# stop_at = {text_of(words[0])}", "the last rows begin so, and so do rows of the table")
    elif words:
        more = f"; others begin with {', '.join(words[1:])}" if words[1:] else ""
        yield Line(f"stop_at = {text_of(words[0])}", f"no row of the table may begin so{more}")
    if found.holds:
        yield Line(f"allow = {texts(found.holds)}", "look at what it is; without this line it stops the file")


def _forms(agreed: Agreed) -> Iterator[Line]:
    """Yield how dates and amounts are written, of the columns that are read."""
    feed = agreed.feed
    dates = agreed.forms(feed.dates, "dates")
    if set(dates) - {ISO}:
        bad = [form for form in dates if not is_readable(form)]
        doubt = any(column.order_in_doubt for name in feed.dates for column in agreed.mapped.get(name, ()))
        checks = [f"no mapping reads {', '.join(bad)}"] if bad else []
        checks += ["nothing shows whether the day or the month comes first"] if doubt else []
        yield Line(f"dates = {texts([form for form in dates if is_readable(form)])}", "; ".join(checks))
    money = agreed.forms(feed.amounts, "amounts")
    unread = [form for form in money if form not in READABLE]
    check = f"no mapping reads amounts with {', '.join(unread)}" if unread else ""
    if money:
        yield Line(f"money = {texts([form for form in money if form in READABLE])}", check)


def file_pattern(path: Path, feed: Feed, raw: Path) -> str:
    """Return the pattern of a file's name, below the folder of extracts where it lies there."""
    name = path.name
    for form, mark in _PARTS:
        marks = set(re.findall(r"\{[a-z_]+\}", mark))
        if "{month}" in name or marks & set(re.findall(r"\{[a-z_]+\}", name)) or ("{fy}" in name and "{year}" in marks):
            continue
        changed = re.sub(form, mark, name, count=1, flags=re.IGNORECASE)
        if named(changed, path.name) is not None:
            name = changed
    placed = below(raw, path)
    folder = placed.rpartition("/")[0] if placed else (feed.source.pattern or feed.name).rpartition("/")[0]
    return f"{folder}/{name}" if folder else name


def months_by(pattern: str, sheets: Sequence[str], feed: Feed, path: Path) -> str:
    """Return what gives the period of a row: "" for the file's name, `sheet`, or `file` where a column has to."""
    if gives_period(pattern, feed.period) or feed.source.whole:
        return ""
    told = named(pattern.rpartition("/")[2], path.name)
    return SHEET if all(month_said(sheet, told) for sheet in sheets if sheet) and any(sheets) else FILE


class Drafted(NamedTuple):
    """The text of a declaration, and of the schema beside it."""

    declaration: str
    schema: str


def draft_declaration(found: Profile) -> Drafted:
    """Return a dataset for a file: nothing of it is published until somebody decides about each column."""
    name = re.sub(r"[^a-z]+", "-", found.path.stem.lower()).strip("-") or "new"
    module, source = _SOURCES.get(found.kind, _BOOK)
    main = found.main
    match found.kind:
        case Kind.TEXT:
            arguments = f'"FAMILY/{name}/{{period}}.csv"'
        case Kind.SQLITE:
            first = next((column.name for column in main.columns if column.name), "id")
            table = text_of(main.table.name)
            arguments = f'source="{name}", default="FAMILY/{name}.sqlite", table={table}, key={text_of(first)}'
        case _:
            rows = max(0, main.header.row - 1)
            arguments = f'"FAMILY/{name}/{{period}}.xlsx", sheet={text_of(main.table.name)}, title_rows={rows}'
    declaration = templates().get_template("declaration.txt")
    text = declaration.render(
        main=main,
        name=name,
        constant=name.upper().replace("-", "_"),
        module=module,
        source=source,
        arguments=arguments,
        dated=next((column.name for column in main.columns if column.kind == kinds.DATE and column.name), ""),
    )
    hidden = {kinds.EMPTY, kinds.TEXT, kinds.REFERENCE}
    # proposed to be published: a name, nobody in it, and no free text
    public = [column for column in main.columns if column.name and not column.people and column.kind not in hidden]
    titles = {"title": "CHECK: what it is called", "description": "CHECK: what a row is."}
    schema = {**titles, "missingValues": [""], "fields": [_field(column) for column in public]}
    return Drafted(text, f"{json.dumps(schema, indent=2, ensure_ascii=False)}\n")


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
