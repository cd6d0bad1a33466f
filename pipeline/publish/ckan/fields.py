"""The fields of a CKAN dataset and of its resources, made from a publication; and what differs from them.

CKAN's own fields carry what CKAN knows.  The rest are extras, under the names that data.gov.uk and ckanext-dcat read
where they have one.  Only the next due day depends on the day of the run, and moves on when a month is over: an
unchanged night finds nothing to change.

A resource's ``hash`` is ``sha256:<hex>``, the form of the data package, and its ``sha256`` is the same in hex alone:
loaders that fill a portal's DataStore overwrite ``hash`` with an MD5 of theirs.

Texts of a publication are plain.  In the description, which is markdown, characters that mean something there are
escaped, so that no text can become a link, an image or markup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from pipeline.metadata.vocabulary import frequency_address
from pipeline.model.wording import SAMPLE_MARK, day_in_words, figure, marked
from pipeline.publish.plan import metadata_digest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication, Release, ReleasedFile


#: How invented data says so, everywhere.
_SAMPLE_SENTENCE: Final = f"**{SAMPLE_MARK}.** Every record here is invented. It describes nobody and nothing real."
#: The database takes no NUL, and no other control character has a place in a text.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>])")
#: More months than this are a sentence that nobody reads; the extra of the same name has them all.
_MONTHS_NAMED: Final = 24
Fields = dict[str, Any]
#: The extra that marks a dataset which is still being made: private, and ours to finish.
UNFINISHED: Final = "unfinished"
#: The search index of CKAN takes no extra longer than 32,766 bytes; a longer one makes it refuse the dataset.
LONGEST_EXTRA: Final = 32_000
#: CKAN's limits for a tag, and the characters it may have.
TAG_LENGTHS: Final = range(2, 101)
_NOT_IN_A_TAG: Final = re.compile(r"[^\w.-]+")
_MD5: Final = re.compile(r"[0-9a-f]{32}")
_TABLE_SCHEMA: Final = "https://datapackage.org/standard/table-schema/"
#: Every extra that is ours.  Others are somebody else's and stay.
EXTRAS: Final = (
    "attribution", "conforms_to", "contact-email", "contact-name", "date_released", "date_update_future",
    "date_updated", "foi-email", "foi-name", "frequency", "geographic_coverage", "geographic_granularity",
    "held_months", "key_series", "licence_url", "metadata_sha256", "missing_months", "provenance", "publisher",
    "quality_notes", "sample", "schema", "spatial_uri", "temporal_coverage-from", "temporal_coverage-to",
    "temporal_end", "temporal_granularity", "temporal_start", "theme", "theme-primary", "update_frequency",
    "version_notes", UNFINISHED,
)  # fmt: skip


def plain(text: str) -> str:
    """Return ``text`` on one line without control characters: CKAN trims its fields, and would then differ."""
    return " ".join(_CONTROL.sub(" ", text).split())


def escaped(text: str) -> str:
    """Return ``text`` as markdown that shows it as it stands, on one line."""
    return _MARKUP.sub(r"\\\1", plain(text))


def _paragraphs(publication: Publication, missing: Sequence[Period]) -> Iterator[str]:
    """Yield the description of a dataset as markdown, always the same for the same facts."""
    day = day_in_words(publication.next_due)
    due = f"Next release due: {day}." if day else "No day is promised for the next release."
    if publication.sample:
        yield _SAMPLE_SENTENCE
    yield escaped(publication.description)
    yield f"Published by {escaped(publication.publisher)}. {due}"
    if publication.withheld:
        yield "### What is held back, and why"
        yield _bullets(f"{escaped(what)}: {escaped(why)}" for what, why in publication.withheld)
    if publication.statements:
        yield "### Rules for this dataset"
        yield _bullets(escaped(statement) for statement in publication.statements)
    if missing or publication.held:
        yield f"### {publication.period.noun.capitalize()}s missing or being checked"
        yield _bullets(_absences(publication, missing))
    yield "### Licence and attribution"
    yield f"[{escaped(publication.licence_title)}]({publication.licence_url}). {escaped(publication.attribution)}"
    yield "### Found a person in this data?"
    yield (
        f"Tell us at once: {escaped(publication.contact_name)}, {escaped(publication.contact_email)}. "
        f"Freedom of information requests: {escaped(publication.foi_email)}."
    )


def _absences(publication: Publication, missing: Sequence[Period]) -> Iterator[str]:
    for held in sorted(publication.held):
        yield f"{publication.period.said(held.month)}: {escaped(held.reason)}"
    if missing:
        rest = len(missing) - _MONTHS_NAMED
        more = f" and {rest} more" if rest > 0 else ""
        yield f"Missing: {', '.join(map(publication.lacks, missing[:_MONTHS_NAMED]))}{more}"


def _bullets(lines: Iterator[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def dataset_fields(publication: Publication, *, kept: Collection[Period] = ()) -> Fields:
    """Return the fields of the dataset, ``tags`` and ``extras`` as sorted lists; ``kept`` are months held without
    a release here, which stay published and so count as covered.
    """  # noqa: D205 - one sentence
    missing = sorted(set(publication.missing) - set(kept))
    return {
        "title": _marked(publication, publication.title),
        "notes": "\n\n".join(_paragraphs(publication, missing)),
        "license_id": publication.licence_ckan,
        "version": plain(publication.version),
        "author": _publisher(publication),
        "author_email": publication.contact_email,
        "maintainer": plain(publication.contact_name),
        "maintainer_email": publication.contact_email,
        "tags": _tags(publication),
        "extras": _extras(publication, kept=kept, missing=missing),
    }


def resource_fields(publication: Publication, release: Release, file: ReleasedFile) -> Fields:
    """Return the fields of the resource that holds one file of one month."""
    kind = publication.formats[file.format]
    first, last = publication.period.span([release.month])
    title = f"{plain(publication.title)}, {publication.period.said(release.month)} ({kind.title})"
    return {
        "name": _marked(publication, title),
        "description": _describe(publication, release),
        "format": kind.title,
        "mimetype": kind.media_type,
        "hash": f"sha256:{file.sha256}",
        "sha256": file.sha256,
        "license": publication.licence_url,
        "temporal_start": first,
        "temporal_end": last,
        "issued": publication.issued(release.month),
        "modified": release.released_on.isoformat(),
        "conforms_to": kind.standard,
    }


def differing(held: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the fields of ``wanted`` that ``held`` does not have so; CKAN's null is an empty text."""
    return tuple(name for name, value in wanted.items() if not _equal(name, held.get(name), value))


def held_sha256(resource: Mapping[str, Any]) -> str:
    """Return the sha256 in hex that a resource says it has, or ""."""
    return str(resource.get("sha256") or resource.get("hash") or "").removeprefix("sha256:")


def ours(extras: Sequence[Mapping[str, str]]) -> list[Fields]:
    """Return the extras that are ours, sorted, as `dataset_fields` gives them: no mark of an unfinished dataset."""
    return _pairs({extra["key"]: extra["value"] for extra in extras if extra["key"] in {*EXTRAS} - {UNFINISHED}})


def theirs(extras: Sequence[Mapping[str, str]]) -> list[Fields]:
    """Return the extras that somebody else, or an extension, has added."""
    return _pairs({extra["key"]: extra["value"] for extra in extras if extra["key"] not in EXTRAS})


def _equal(name: str, held: object, wanted: object) -> bool:
    if name == "hash" and isinstance(held, str) and _MD5.fullmatch(held):
        return True  # a loader's; the field `sha256` is compared too
    return ("" if held is None else held) == wanted


def _marked(publication: Publication, text: str) -> str:
    """Return ``text``, marked where the data is invented."""
    return marked(plain(text), sample=publication.sample)


def _publisher(publication: Publication) -> str:
    publisher = plain(publication.publisher)
    return f"{publisher} ({SAMPLE_MARK})" if publication.sample and SAMPLE_MARK not in publisher else publisher


def _tags(publication: Publication) -> list[Fields]:
    """Return the tags as CKAN takes them: other characters than its own are spaces, too short ones are left out."""
    marks = (SAMPLE_MARK,) if publication.sample else ()
    names = {_NOT_IN_A_TAG.sub(" ", tag).strip()[: TAG_LENGTHS[-1]].strip() for tag in (*publication.tags, *marks)}
    return [{"name": name} for name in sorted(names) if len(name) in TAG_LENGTHS]


def _extras(publication: Publication, *, kept: Collection[Period], missing: Sequence[Period]) -> list[Fields]:
    """Return the extras that have something to say."""
    start, end = publication.period.span([*(release.month for release in publication.releases), *kept])
    released = sorted(release.released_on for release in publication.releases)
    schema = publication.extras.get("schema.json", b"").decode("utf-8")
    texts = {
        "attribution": publication.attribution,
        "conforms_to": _TABLE_SCHEMA,
        "contact-email": publication.contact_email,
        "contact-name": publication.contact_name,
        "date_released": publication.issued(),
        "date_update_future": "" if publication.next_due is None else publication.next_due.isoformat(),
        "date_updated": released[-1].isoformat() if released else "",
        "foi-email": publication.foi_email,
        "foi-name": f"Freedom of Information, {publication.force_name}",
        "frequency": frequency_address(publication.period.frequency),
        "geographic_coverage": publication.spatial_name,
        "geographic_granularity": publication.granularity,
        "held_months": "; ".join(f"{held.month}: {held.reason}" for held in sorted(publication.held)),
        "key_series": publication.key_series,
        "licence_url": publication.licence_url,
        "metadata_sha256": metadata_digest(publication),
        "missing_months": ", ".join(missing),
        "provenance": f"Taken from the records of {publication.publisher}, without the names of individuals and "
        "members of staff, checked against its schema and published by an automatic pipeline.",
        "publisher": _publisher(publication),
        "quality_notes": _quality(publication),
        "sample": SAMPLE_MARK if publication.sample else "",
        "schema": schema if len(schema.encode("utf-8")) <= LONGEST_EXTRA else "",
        "spatial_uri": publication.spatial_uri,
        "temporal_coverage-from": start,
        "temporal_coverage-to": end,
        "temporal_end": end,
        "temporal_granularity": publication.period.granularity,
        "temporal_start": start,
        "theme": publication.theme,
        "theme-primary": publication.theme,
        "update_frequency": publication.period.frequency,
        "version_notes": _version_notes(publication),
    }
    return _pairs({key: _cut(plain(text)) for key, text in texts.items() if plain(text)})


def _pairs(texts: Mapping[str, str]) -> list[Fields]:
    return [{"key": key, "value": texts[key]} for key in sorted(texts)]


def _cut(text: str) -> str:
    """Return ``text``, or as much of it as an extra may hold."""
    whole = text.encode("utf-8")
    return text if len(whole) <= LONGEST_EXTRA else whole[: LONGEST_EXTRA - 4].decode("utf-8", "ignore") + " …"


def _describe(publication: Publication, release: Release) -> str:
    """Return what a month's resource says of itself."""
    mark = f"{SAMPLE_MARK}, invented. " if publication.sample else ""
    figures = "".join(f" {figure(name).title}: {value:,}." for name, value in sorted(release.quality.items()))
    rows = f"{release.rows:,} row{'' if release.rows == 1 else 's'}"
    period = publication.period.said(release.month)
    return f"{mark}{period}, {rows}. Released {day_in_words(release.released_on)}.{figures}"


def _quality(publication: Publication) -> str:
    """Return the public figures of the newest month, and what each of them counts."""
    newest = max(publication.releases, key=lambda release: release.month, default=None)
    if newest is None or not newest.quality:
        return ""
    told = [(figure(name), value) for name, value in sorted(newest.quality.items())]
    values = "; ".join(f"{each.title} {value}" for each, value in told)
    meanings = "".join(f" {each.title}: {each.sentence}" for each, _ in told if each.sentence)
    return f"{newest.month}: {values}.{meanings}"


def _version_notes(publication: Publication) -> str:
    """Return what the latest release day changed, from the change log."""
    latest = max((note.released_on for note in publication.changes), default="")
    notes = sorted(note for note in publication.changes if note.released_on == latest)
    return "; ".join(f"{note.month} {note.change}: {note.reason}" for note in notes)
