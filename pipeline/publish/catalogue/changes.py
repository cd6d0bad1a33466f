"""What changed, by day: as pages by year, and as an Atom feed (RFC 4287) for who wants to be told."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple
from xml.etree import ElementTree as ET

from pipeline.metadata.vocabulary import address
from pipeline.model.wording import day_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model.release import ChangeNote, Publication

FEED: Final = "feeds/releases.atom"
#: The newest entries of the feed.
_MOST: Final = 100
#: So many lines stand on a page of a year: none is larger than 100 kB.
_LINES: Final = 250
_ATOM: Final = "http://www.w3.org/2005/Atom"
#: What a change is called, by what the change log says.
_SAID: Final = {"new": "New", "corrected": "Corrected", "withdrawn": "Withdrawn"}


class Change(NamedTuple):
    """One change of one period of a dataset, in words; ``address`` is its page, seen from the public folder."""

    day: str
    dataset: str
    title: str
    period: str
    said: str
    reason: str
    rows: str
    address: str
    sort: str


class Part(NamedTuple):
    """A page of the changes of a year: the name of its file, and which it is, from the oldest on."""

    name: str
    year: str
    number: int
    days: Sequence[tuple[str, list[Change]]]


def changes_of(publications: Sequence[Publication]) -> list[Change]:
    """Return every change of every dataset, the newest first."""
    every = [_change(publication, note) for publication in publications for note in publication.changes]
    return sorted(every, key=lambda each: (each.day, each.title, each.sort), reverse=True)


def by_day(changes: Sequence[Change]) -> list[tuple[str, list[Change]]]:
    """Return the changes by the day on which they were made, the newest first."""
    return [(day, [*same]) for day, same in groupby(changes, key=lambda each: each.day)]


def together(changes: Sequence[Change], *, alike: Sequence[str] = ()) -> list[Change]:
    """Return the changes with those of one day and dataset that say the same as one, the newest first.

    They are of one kind, and equal in the fields that ``alike`` names.
    """
    found: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        key = (change.day, change.dataset, change.said, *(getattr(change, name) for name in alike))
        found.setdefault(key, []).append(change)
    ordered = (sorted(same, key=lambda each: each.sort) for same in found.values())
    return [same[-1]._replace(period=_periods(same)) for same in ordered]


def by_year(changes: Sequence[Change]) -> Iterator[Part]:
    """Yield the parts of each year, the newest first; changes of a day that differ in the period alone are one line.

    Full parts stay as they are: the oldest is filled first.
    """
    for year, same in groupby(changes, key=lambda each: each.day[:4]):
        lines = together([*same], alike=("reason", "rows"))
        newest = (len(lines) - 1) % _LINES + 1
        starts = [0, *range(newest, len(lines), _LINES)]
        for number, start in zip(range(len(starts), 0, -1), starts, strict=True):
            part = lines[start : start + _LINES] if start else lines[:newest]
            yield Part(year if start == 0 else f"{year}-{number}", year, number, by_day(part))


def late(publications: Sequence[Publication]) -> Iterator[tuple[str, str, str]]:
    """Yield what is late: the dataset's title and address, and since when."""
    for publication in publications:
        if publication.next_due is not None and publication.as_of > publication.next_due:
            yield publication.title, f"{publication.name}/index.html", day_in_words(publication.next_due)


def atom(publications: Sequence[Publication], changes: Sequence[Change], *, force: str) -> bytes:
    """Return the feed of the newest changes; its names are tags of the contact's address (RFC 4151), and last."""
    mail = next((publication.contact_email for publication in publications), "")
    newest = changes[:_MOST]
    site = next((publication.site for publication in publications), "")
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en-GB"})
    sample = "SAMPLE DATA: " if any(publication.sample for publication in publications) else ""
    _text(root, "id", _tag(mail, "2024-01-01", "releases"))
    _text(root, "title", f"{sample}Open data of {force}: what changed")
    _text(root, "updated", _moment(newest[0].day if newest else "2024-01-01"))
    author = ET.SubElement(root, "author")
    _text(author, "name", force)
    ET.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": _seen(site, "changes/index.html")})
    ET.SubElement(
        root,
        "link",
        {"rel": "self", "type": "application/atom+xml", "href": _seen(site, FEED) if site else "releases.atom"},
    )
    for each in newest:
        entry = ET.SubElement(root, "entry")
        _text(entry, "id", _tag(mail, each.day, f"{each.dataset}/{each.period}/{each.said}".replace(" ", "-")))
        _text(entry, "title", f"{sample}{each.title}, {each.period}: {each.said.lower()}")
        _text(entry, "updated", _moment(each.day))
        ET.SubElement(entry, "link", {"rel": "alternate", "type": "text/html", "href": _seen(site, each.address)})
        _text(entry, "summary", ". ".join(filter(None, (each.reason, each.rows))) + ".")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _periods(same: Sequence[Change]) -> str:
    """Return of which periods changes are that say the same, the oldest first."""
    first, last = same[0].period, same[-1].period
    return last if len(same) == 1 else f"{first if first == last else f'{first} to {last}'}, {len(same)} changes"


def _change(publication: Publication, note: ChangeNote) -> Change:
    said = _SAID.get(note.change, note.change.capitalize())
    # how many rows came and went, in the bands of the change log
    counts = {"rows added": note.rows_added, "rows removed": note.rows_removed, "entries revised": note.revised}
    rows = ", ".join(f"{count} {what}" for what, count in counts.items() if count not in ("", "0"))
    what = (publication.name, publication.title, publication.period.said(note.month), said, note.reason, rows)
    return Change(note.released_on, *what, f"{publication.name}/index.html", note.month)


def _seen(site: str, path: str) -> str:
    """Return the address of a page, whole or as seen from the feed."""
    return address(f"{site or '../'}{path}")


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _tag(mail: str, day: str, what: str) -> str:
    return f"tag:{mail or 'opendata@example.org'},{day}:{what}"


def _moment(day: str) -> str:
    try:
        return f"{dt.date.fromisoformat(day).isoformat()}T00:00:00Z"
    except ValueError:
        return "2024-01-01T00:00:00Z"
