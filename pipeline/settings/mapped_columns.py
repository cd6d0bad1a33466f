"""What a mapping says of the agreed columns, against the declaration: nothing is forgotten, and nothing weakened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipeline.model.mapping import folded
from pipeline.printable import printable
from pipeline.settings.reader import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model.declaration import Feed
    from pipeline.model.mapping import ExportMapping
    from pipeline.settings.reader import Section

_PARTS = ("columns", "constants", "keys", "absent")


def check_columns(section: Section, mapping: ExportMapping, feeds: Sequence[Feed]) -> None:
    """Keep every mistake about columns."""
    for name in mapping.named:
        places = [part for part in _PARTS if name in getattr(mapping, part)]
        if len(places) > 1:
            _add(section, places[1], name, f"one place for a column, and it stands in {' and '.join(places)}")
    theirs = {folded(name) for names in mapping.columns.values() for name in names}
    if any(folded(name) in theirs for name in mapping.withheld):
        section.bad("withheld", "no column that `columns` maps: what is mapped has the fate of its agreed column")
    for name in mapping.codes.keys() - mapping.columns.keys():
        _add(section, "codes", name, "a column that `columns` maps")
    for feed in feeds:
        _check_names(section, mapping, feed)
        for part, name, expected in _weakening(mapping, feed):
            _add(section, part, name, expected)


def _check_names(section: Section, mapping: ExportMapping, feed: Feed) -> None:
    """Keep the names that no agreed column has, and the agreed columns that are read and not mentioned."""
    folds = {folded(name): name for name in feed.declared}
    for part in (*_PARTS, "codes"):
        for name in getattr(mapping, part):
            if name not in feed.declared:
                near = folds.get(folded(name)) or folds.get(nearest(folded(name), folds), "")
                hint = f"did you mean `{near}`?" if near else f"`pipeline datasets` lists the columns of `{feed.name}`"
                place = _place(section, part, name)
                section.reader.add("unknown-setting", "no agreed column has this name", where=place, fix=hint)
    lacking = [name for name in feed.used if name not in (*mapping.named, *feed.periods)]
    if lacking:
        section.reader.add(
            "missing-setting",
            f"nothing says where these agreed columns come from: {', '.join(f'`{name}`' for name in lacking)}",
            where=section.place("columns"),
            fix="name their column in `columns`, or give each in `constants`, `keys` or `absent`",
        )


def _weakening(mapping: ExportMapping, feed: Feed) -> Iterator[tuple[str, str, str]]:
    """Yield what would protect less or be no reference: the part of the mapping, the column, what is expected."""
    decisive = {each.column: each for each in feed.decisive}
    read = set(feed.used)
    for name in read.intersection(mapping.absent):
        if not feed.may_lack(name):
            why = "without it less would be protected" if name in decisive else "without it every row would be bad"
            yield "absent", name, f"another place for this column: {why}; see `columns` and `constants`"
    for name, text in mapping.constants.items():
        protecting = decisive.get(name)
        if name in feed.identifying:
            yield "constants", name, "another place for this column: a reference is not the same in every row"
        elif protecting and not protecting.constant and text not in protecting.closed:
            allowed = " or ".join(protecting.closed) or "another place"
            yield "constants", name, f"{allowed}: one value for all would protect nobody; see `columns` and `absent`"
        elif not text and name in read and not feed.may_lack(name):
            yield "constants", name, "a text: this column may not be blank"
    for name in mapping.keys:
        if name in read and name not in feed.identifying:
            yield "keys", name, "a reference that is never published itself: only such a column can be made"


def _add(section: Section, part: str, name: str, expected: str) -> None:
    place = _place(section, part, name)
    section.reader.add("bad-setting", f"expected {expected}", where=place, fix="correct this line")


def _place(section: Section, part: str, name: str) -> str:
    return f"{section.reader.file}, [{section.title[1:-1]}.{part}] {printable(name)}"
