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


class Day(NamedTuple):
    """A day on which something changed."""

    day: str
    changes: Sequence[Change]


def changes_of(publications: Sequence[Publication]) -> list[Change]:
    """Return every change of every dataset, the newest first."""
    every = [_change(each, note) for each in publications for note in each.changes]
    return sorted(every, key=lambda each: (each.day, each.title, each.sort), reverse=True)


def by_day(changes: Sequence[Change]) -> list[Day]:
    """Return the changes by the day on which they were made, the newest first."""
    return [Day(day, [*same]) for day, same in groupby(changes, key=lambda each: each.day)]


def together(changes: Sequence[Change]) -> list[Change]:
    """Return the changes with those of one day and dataset that say the same as one, the newest first."""
    found: list[Change] = []
    for (_, _, said), same in groupby(changes, key=lambda each: (each.day, each.dataset, each.said)):
        first, *others = sorted(same, key=lambda each: each.sort)
        period = f"{first.period} to {others[-1].period}, {len(others) + 1} changes" if others else first.period
        found.append((others[-1] if others else first)._replace(period=period, said=said))
    return found


def by_year(changes: Sequence[Change]) -> dict[str, list[Day]]:
    """Return the changes by year, the newest first."""
    return {year: by_day([*same]) for year, same in groupby(changes, key=lambda each: each.day[:4])}


def late(publications: Sequence[Publication]) -> Iterator[tuple[str, str, str]]:
    """Yield what is late: the dataset's title and address, and since when."""
    for each in publications:
        if each.next_due is not None and each.as_of > each.next_due:
            yield each.title, f"{each.name}/index.html", day_in_words(each.next_due)


def atom(publications: Sequence[Publication], changes: Sequence[Change], *, force: str) -> bytes:
    """Return the feed of the newest changes; its names are tags of the contact's address (RFC 4151), and last."""
    mail = next((each.contact_email for each in publications), "")
    newest = changes[:_MOST]
    site = next((each.site for each in publications), "")
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": "en-GB"})
    sample = "SAMPLE DATA: " if any(each.sample for each in publications) else ""
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


def _change(publication: Publication, note: ChangeNote) -> Change:
    kind = publication.period
    return Change(
        day=note.released_on,
        dataset=publication.name,
        title=publication.title,
        period=kind.said(note.month),
        said=_SAID.get(note.change, note.change.capitalize()),
        reason=note.reason,
        rows=_rows(note),
        address=f"{publication.name}/index.html",
        sort=note.month,
    )


def _rows(note: ChangeNote) -> str:
    """Return how many rows came and went, in the bands of the change log."""
    counts = {"rows added": note.rows_added, "rows removed": note.rows_removed, "entries revised": note.revised}
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count not in ("", "0"))


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
