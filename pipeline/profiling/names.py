"""Names of columns, made comparable: words in small letters, abbreviations written out, units and years left out."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+|[0-9]+")
_YEAR = re.compile(r"(?:19|20)?[0-9]{2}")
#: Shorter words end in an s of their own.
_SHORTEST = 3
#: What several spellings of one word are compared as.
_SAME = {
    spelling: word
    for word, spellings in {
        "amount": "amt amnt",
        "value": "val",
        "number": "num no nr",
        "reference": "ref refno",
        "description": "desc descr",
        "invoice": "inv",
        "transaction": "trans txn tran trx",
        "transaction number": "transno",
        "department": "dept departmental",
        "organisation": "org organisational organizational organization",
        "category": "catergory categories cat",
        "date": "dt",
        "net": "nett",
        "account": "acct acc",
        "cost centre": "cc costcentre costcenter",
        "centre": "ctr center",
        "merchant category": "mcc",
        "telephone": "tel",
        "mobile": "mob",
        "address": "addr",
        "date of birth": "dob",
        "payment": "pmt",
        "company number": "crn",
        "purchase order": "po",
        "registration": "vrm vrn reg",
        "national insurance": "nino",
        "excluding": "exc excl ex",
        "including": "incl inc",
        "irrecoverable": "irrec",
        "procurement": "proc",
        "expense": "exp",
        "expenditure": "expend",
        "entity": "entuty",
        "": "gbp sterling the of a and in s for",
    }.items()
    for spelling in spellings.split()
}


def shown(name: str) -> str:
    """Return a name trimmed, with its inner blanks collapsed: as a mapping compares it."""
    return " ".join(name.split())


@cache
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name that tell what stands below it."""
    plain = unicodedata.normalize("NFKD", name.strip().removeprefix("\ufeff"))
    plain = "".join(each for each in plain if not unicodedata.combining(each))
    found = _WORD.findall(_CAMEL.sub(" ", plain).casefold())
    parts = [part for word in found for part in _SAME.get(word, word).split()]
    # without the s of a plural, where it is likely to be one
    plural = {part for part in parts if len(part) > _SHORTEST and part.endswith("s") and part[-2] not in "sui"}
    written = [part[:-1] if part in plural else part for part in parts]
    told = tuple(word for word in written if not _YEAR.fullmatch(word))
    return told or tuple(written) or (("amount",) if "£" in name else ())
