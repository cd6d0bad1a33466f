"""The types of payees, and what a name suggests about who it is.

A suggestion settles nothing, and never leads to naming a person.

Only what the name itself says is used.  A sign of a person wins over a sign of an organisation, and whatever could be
either has no suggestion.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.text import is_damaged_text, is_formula_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


#: From the least to the most protective; a payee takes the most protective type ever given.
PROTECTION = {"ORG": 1, "SOLE": 2, "IND": 3, "STAFF": 3, "PROT": 4}
PERSONAL = ("IND", "STAFF")
PROTECTED = ("PROT",)


def most_protective(types: Iterable[str]) -> str:
    """Return the most protective of known types, "" where there is none."""
    known = sorted((kind for kind in types if kind in PROTECTION), key=lambda kind: (-PROTECTION[kind], kind))
    return known[0] if known else ""


ORGANISATION, INDIVIDUAL = "ORG", "IND"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: The forms of a company, behind its name.
_FORMS = _words("ltd limited llp plc incorporated gmbh cyf cyfyngedig")
#: Words that only organisations bear, and words that could be a surname too: these count in longer names alone, beside
#: a word that no person's name has (but the two forms of company among them).
_BODIES = _words("nhs university prifysgol")
_SURNAMES_TOO = _words(
    "cic cio council cyngor trust police constabulary authority association school foundation federation society "
    "college academy hospital institute"
)
_LONGER = 3
_BESIDE = _words(
    "academies and borough central charitable church city combined community county district east education england "
    "for gb hospitals housing in independent integrated joint junior learning metropolitan mutual national north of "
    "parish primary royal secondary service services south state the town uk wales west cic cio"
)
_TITLES = _words(
    "mr mrs ms miss mx dr doctor prof professor rev revd reverend fr sir dame lord lady messrs master cllr councillor "
    "esq insp sgt pcso"
)
#: Words of firms, and of people in business: nobody is told from the other by them.
_TRADES = _words(
    "agency and autos bank bakery books bros brothers builders building cafe cars catering centre church city cleaning "
    "club co coaches company construction consultancy consultants consulting county daughter daughters design digital "
    "electric electrical energy engineering enterprises estates finance foods garage gas group hire holdings homes "
    "hotel hotels house housing insurance international kennels law lettings mail media motors national networks "
    "office partners partnership plumbing post power print printing project properties property publications "
    "publishing restaurant roofing royal security service services software solicitors solutions sons store stores "
    "supplies sweeping systems taxis technologies technology telecom training transport travel tyres water windows "
    "workshop"
)
_LETTERS = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
#: What stands between the parts of a name, each of which may be somebody's own.
_BETWEEN = re.compile(
    r"[,;:()\[\]/\u2013\u2014]|\s-|-\s|\b(?:re|obo|aka|ta|on behalf of|trading as|care of)\b|\bt/a\b|\bc/o\b"
)
_INITIALS = re.compile(r"(?<=\b\w)\.(?=\w\b)")


class Suggestion(NamedTuple):
    """A type, "" where nothing is suggested, and the reason in words that hold nothing of the name but known words."""

    type: str
    reason: str


def suggestion(names: Sequence[str], *, others: int = 0, protected: str = "") -> Suggestion:
    """Return what the names of one payee suggest.

    ``others`` is how many names it has beside them, and ``protected`` the type of somebody else of the same name.
    """
    if protected:
        return Suggestion(protected, "the same name is protected under another number")
    found = [_of_name(name) for name in names]
    person = next((each for each in found if each.type == INDIVIDUAL), None)
    if person:
        return person
    if found and not others and all(each.type == ORGANISATION for each in found):
        return found[0]
    if len(names) + others > 1:
        return Suggestion("", f"{len(names) + others:,} names, which are not all an organisation's")
    return found[0] if found else Suggestion("", "it has no name")


def _of_name(name: str) -> Suggestion:
    text = _INITIALS.sub("", unicodedata.normalize("NFKC", name).casefold())
    if is_damaged_text(name) or is_formula_text(name):
        return Suggestion("", "the name is damaged: look at the source")
    if not all(unicodedata.name(each, "").startswith("LATIN") for each in text if each.isalpha()):
        return Suggestion("", "the name holds letters of another alphabet")
    words = _LETTERS.findall(text)
    title = next((word for word in words if word in _TITLES), "")
    if title:
        return Suggestion(INDIVIDUAL, f"title: {title.capitalize()}")
    organisation = _organisation(text, words)
    parts = {*_BETWEEN.split(text), *_BETWEEN.split(text.replace(",", " "))} - {text}
    if organisation and any(map(_like_a_person, parts)):
        return Suggestion("", f'company word: "{organisation}", beside what could be a person\'s name')
    if organisation:
        return Suggestion(ORGANISATION, f'company word: "{organisation}"')
    return _without_signs(text, words)


def _without_signs(text: str, words: Sequence[str]) -> Suggestion:
    doubtful = next((word for word in words if word in _SURNAMES_TOO), "")
    if doubtful:
        return Suggestion("", f'"{doubtful}" is a company word, and may be a surname')
    if _like_a_person(text.replace(",", " ")):
        return Suggestion(INDIVIDUAL, "two words, as a person's name has")
    trade = next((word for word in words if word in _TRADES), "")
    if trade:
        return Suggestion("", f'"{trade}": a firm, or a person in business')
    return Suggestion("", "no sign either way")


def _organisation(text: str, words: Sequence[str]) -> str:
    """Return the word that only an organisation's name has where it stands, "" where there is none."""
    counts = sum(len(word) > 1 for word in words) >= _LONGER and not _BESIDE.isdisjoint(words)
    for word in words:
        if word in _BODIES or (counts and word in _SURNAMES_TOO):
            return word
    return next(_forms(text), "") if len(words) > 1 else ""


def _forms(text: str) -> Iterator[str]:
    """Yield the form of a company at the end of each part, but not of what somebody trades as."""
    for part in _BETWEEN.split(re.split(r"\bt/a\b|\btrading as\b", text)[0]):
        last = (_LETTERS.findall(part) or [""])[-1]
        if last in _FORMS:
            yield last


def _like_a_person(text: str) -> bool:
    """Return whether a text is two words, or a word and initials, with nothing else."""
    words = _LETTERS.findall(text)
    full = [word for word in words if len(word) > 1]
    plain = not re.search(r"[^\w\s.'\u2019-]|\d", text) and (_TRADES | _FORMS | _BODIES).isdisjoint(words)
    return plain and (len(full) == 2 or (len(full) == 1 and len(words) > 1))  # noqa: PLR2004 - a first name and a surname
