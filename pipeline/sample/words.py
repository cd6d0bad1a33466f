"""The words that invented records are put together from: nothing here is a person, street, town or company.

Surnames, streets and companies are compounds of made-up halves; telephone numbers come from the ranges that Ofcom
keeps for drama, postcodes and plates from forms that are never issued.
"""

from __future__ import annotations

import tomllib
from itertools import product
from pathlib import Path
from typing import Any, Final

from pipeline.plain import read_plain


def beside(module: str) -> dict[str, Any]:
    """Return what the TOML file beside a module says."""
    return tomllib.loads(read_plain(Path(module).with_suffix(".toml")).decode())


_FACTS: Final = beside(__file__)
WORDS: Final[dict[str, list[str]]] = _FACTS["words"]
#: What the name of a column has in it, by the kind of what it holds.
KINDS: Final[dict[str, str]] = _FACTS["kinds"]
WORDS["surnames"] = [a + b for a, b in product(WORDS["surname_starts"], WORDS["surname_ends"])]
WORDS["streets"] = [f"{a} {b}" for a, b in product(WORDS["street_starts"], WORDS["street_kinds"])]
WORDS["companies"] = [f"{a} {b}" for b, a in product(WORDS["company_kinds"], WORDS["company_starts"])]
WORDS["postcodes"] = [f"ZZ99 {d}{a}{b}" for d, a, b in product("123456789", "ABDEFGH", "JLNPQRS")]
#: 07700 900000 to 900999, 01632 960000 to 960999 and 0116 496 0000 to 0999 are kept for drama (Ofcom).
WORDS["phones"] = [f"{lead}{n:03d}" for lead in ("07700 900", "01632 960", "0116 496 0") for n in range(900)]
#: No plate of the present form begins with Q or Z, and none has the year 00.
WORDS["plates"] = [f"Q{a}00 {b}{c}Z" for a, b, c in product("ZQI", "BCDFGHJKLM", "NPRSTVWXY")]
#: A street that is named after a person: it is published although it reads like a name.
PERSON_STREET: Final = "Orla Pennyquick Way"
#: Text that may be published, by a word of its column's name: the thing that every table agrees on, and its part.
PUBLIC: Final = (
    ("ward", "place", "ward_code"),
    (r"\bpost\b", "post", "label"),
    ("neighbourhood", "place", "neighbourhood_code"),
    ("account|category|purpose", "account", "name"),
    ("supplier|merchant|payee|company|vendor", "company", "name"),
    ("cent(re|er)|department|team|unit|division", "department", "name"),
)


def word(kind: str, number: int) -> str:
    """Return the word of a kind that has this number, counted round and round."""
    return WORDS[kind][number % len(WORDS[kind])]
