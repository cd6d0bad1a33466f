"""What a CKAN page says about a dataset in prose: markdown made from a publication, nothing else.

Texts of a publication are plain; characters that mean something in markdown are escaped, so that no text can become
a link, an image or markup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pipeline.model.wording import SAMPLE_MARK, day_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pipeline.model.periods import Period
    from pipeline.model.release import Publication

#: How invented data says so, everywhere.
_SAMPLE_SENTENCE: Final = f"**{SAMPLE_MARK}.** Every record here is invented. It describes nobody and nothing real."

#: The database takes no NUL, and no other control character has a place in a text.
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>])")
#: More months than this are a sentence that nobody reads; the extra of the same name has them all.
_MONTHS_NAMED: Final = 24


def plain(text: str) -> str:
    """Return ``text`` on one line without control characters: CKAN trims its fields, and would then differ."""
    return " ".join(_CONTROL.sub(" ", text).split())


def escaped(text: str) -> str:
    """Return ``text`` as markdown that shows it as it stands, on one line."""
    return _MARKUP.sub(r"\\\1", plain(text))


def write_notes(publication: Publication, *, missing: Sequence[Period]) -> str:
    """Return the description of a dataset as markdown, always the same for the same facts."""
    return "\n\n".join(_paragraphs(publication, missing))


def _paragraphs(publication: Publication, missing: Sequence[Period]) -> Iterator[str]:
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
