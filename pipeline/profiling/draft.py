"""A drafted mapping: a complete block `[extracts.FEED]` for a file, with `# CHECK` where something is not sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model.mapping import SHEET
from pipeline.profiling.agreed import Agreed, Line, texts
from pipeline.profiling.cells import READABLE, is_readable
from pipeline.profiling.container import Kind
from pipeline.profiling.file_pattern import file_pattern, months_by

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.profiling.likeness import Synonyms
    from pipeline.profiling.profile import Profile

_ISO = "YYYY-MM-DD"
#: A mapping looks for the header in so many rows.
_LOOKED = 30


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
        yield Line(f"table = {texts([found.main.table.name])[1:-1]}")
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
        yield Line(f"month = {texts([SHEET])[1:-1]}")
    elif column:
        why = "a row belongs to the month that this says, as nothing else gives one"
        yield Line(f"month = {texts([column])[1:-1]}", why)
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
        yield Line(f"# stop_at = {texts(words[:1])[1:-1]}", "the last rows begin so, and so do rows of the table")
    elif words:
        more = f"; others begin with {', '.join(words[1:])}" if words[1:] else ""
        yield Line(f"stop_at = {texts(words[:1])[1:-1]}", f"no row of the table may begin so{more}")
    if found.holds:
        yield Line(f"allow = {texts(found.holds)}", "look at what it is; without this line it stops the file")


def _forms(agreed: Agreed) -> Iterator[Line]:
    """Yield how dates and amounts are written, of the columns that are read."""
    feed = agreed.feed
    dates = agreed.forms(feed.dates, "dates")
    if set(dates) - {_ISO}:
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
