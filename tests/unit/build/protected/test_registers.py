"""What sources entered in a register is combined: the strongest counts, however many sources and keys there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.build.protected.registers import Sources, register_rules, standing
from pipeline.datasets import declared
from pipeline.settings.decisions import Desk
from pipeline.storage.registers import Entered, entered

DATASETS = {rule.register: each for each in declared().values() for rule in register_rules(each)}
#: So many times each case stands in one register, under keys of its own that begin alike.
MANY = 40
_JAN, _FEB = "2024-01 000000009 2024-01-01", "2024-02 000000002"
#: A protected payee, and the number of another one of the same name.
_PROTECTED = {"f:1#": ("PROT",), "n:1#|f:1#": ("",), "n:1#|f:2#": ("", "")}

#: By register: what sources enter, each in its turn, and what counts; `#` stands for a number in each key.
CASES: dict[str, list[tuple[dict[str, tuple[str, ...]], dict[str, str]]]] = {
    "restricted": [
        ({"f:a#": ("Y",)}, {"f:a#": "Y"}),
        ({"f:b#": ("?",)}, {"f:b#": "?"}),
        ({"f:c#": ("?", "Y")}, {"f:c#": "Y"}),
        ({"f:d#": ("Y", "?", "?")}, {"f:d#": "Y"}),
        ({"=e#": ("?", "Y", "?")}, {"=e#": "Y"}),
        ({"f#": ("Y", "?")}, {"f#": "Y"}),  # an older version's
        ({"w:": ("2 3",)}, {"w:": "2 3"}),
    ],
    "incident": [
        ({"a#": (_JAN,)}, {}),
        ({"b#": (f"{_JAN}*",)}, {"b#": f"{_JAN}*"}),
        ({"c#": (_JAN, f"{_FEB} 2024-01-01")}, {"c#": f"{_FEB} 2024-01-01"}),
        ({"d#": (f"{_FEB} 2024-02-01*", _JAN)}, {"d#": f"{_FEB} 2024-02-01*"}),  # 31 days
        ({"e#": (_JAN, f"{_FEB} 2024-02-02")}, {"e#": "repeated"}),  # 32
        ({"f#": (f"{_FEB} ", _JAN)}, {"f#": f"{_FEB} "}),
        ({"g#": (_JAN, _JAN, _JAN)}, {"g#": _JAN}),
        ({"repeated": ("",)}, {}),
    ],
    "account": [
        ({"a:a#": ("asked", "asked")}, {"a:a#": "asked"}),
        ({"p:b#": ("excluded-pay",)}, {"p:b#": "excluded-pay"}),
    ],
    "event": [
        ({"venue f:a#": ("Y",)}, {"venue f:a#": "Y"}),
        ({"venue f:b#": ("Y", "Y"), "audience f:b#": ("Y",)}, {"venue f:b#": "Y", "audience f:b#": "Y"}),
    ],
    "asset": [({"marking f:a#": ("Y", "Y")}, {"marking f:a#": "Y"})],
    "blanked": [({"subject_age f:a#": ("Y", "Y")}, {"subject_age f:a#": "Y"})],
    "party": [
        ({"f:a#": ("", "ORG")}, {"f:a#": "ORG"}),
        ({"f:b#": ("ORG", "IND", "SOLE")}, {"f:b#": "IND"}),
        ({"f:c#": ("?", "ORG")}, {"f:c#": "?ORG"}),
        ({"f:d#": ("?PROT",), "l:f:d#": ("ORG 3",)}, {"f:d#": "PROT"}),
        ({"f:e#": ("ORG",), "l:f:e#": ("STAFF 2",)}, {"f:e#": "STAFF"}),
    ],
    "payee": [
        ({"f:a#": ("",)}, {}),
        ({"f:b#": ("ORG", "SOLE", "")}, {"f:b#": "SOLE"}),
        ({"f:c#": ("IND", "SOLE")}, {"f:c#": "IND"}),
        ({"f:d#": ("PROT", "STAFF", "ORG")}, {"f:d#": "PROT"}),
        ({"f:e#": ("?", "ORG")}, {"f:e#": "?ORG"}),
        ({"f:f#": ("PROT", "?IND")}, {"f:f#": "?PROT"}),
        ({"f:g#": ("?",), "l:f:g#": ("ORG 3",)}, {"f:g#": "ORG"}),  # the force's list settles a doubt,
        ({"f:h#": ("PROT",), "l:f:h#": ("ORG 3", "SOLE 2")}, {"f:h#": "PROT"}),  # and no protection
        ({"f:i#": ("ORG",), "l:f:i#": ("SOLE 2", "IND 9")}, {"f:i#": "IND"}),
        ({"x:j#": ("f:j# 9", "f:j# 2")}, {"x:j#": "f:j#"}),
        ({"k#": ("PROT",), "x:k#": ("f:k# 9",), "f:k#": ("ORG",)}, {"k#": "PROT", "x:k#": "f:k#", "f:k#": "PROT"}),
        ({"m:l#": ("IND", "PROT", "IND")}, {"m:l#": "PROT"}),
        (_PROTECTED | {"f:2#": ("ORG",)}, {"f:1#": "PROT", "m:1#": "PROT", "f:2#": "ORG", "n:1#|f:2#": "held"}),
        (
            {"f:3#": ("IND",), "n:3#|f:3#": ("",), "n:3#|f:4#": ("",), "l:f:4#": ("ORG 2",)},
            {"f:3#": "IND", "m:3#": "IND", "f:4#": "ORG", "n:3#|f:4#": "listed"},
        ),
        (
            {"f:5#": ("PROT",), "n:5#|f:5#": ("",), "n:5#|f:6#": ("",), "l:f:6#": ("ORG 2",)},
            {"f:5#": "PROT", "m:5#": "PROT", "f:6#": "ORG", "n:5#|f:6#": "asked"},
        ),
        ({"m:m#": ("IND",), "n:m#|f:m#": ("", "")}, {"m:m#": "IND", "n:m#|f:m#": "held"}),
    ],
}


def filled(key: str, number: int) -> str:
    return key.replace("#", f"{number:026x}")


def kept(register: str) -> dict[str, Entered]:
    """Return what sources entered: the first values of all keys in one, the second ones in another, and so on."""
    sources: dict[str, dict[str, str]] = {}
    for given, _ in CASES[register]:
        for key, values in given.items():
            for place, value in enumerate(values, 1):
                source = sources.setdefault(f"x/2024-{place:02}.csv", {})
                source.update({filled(key, number): filled(value, number) for number in range(MANY)})
    return {path: entered(each) for path, each in sources.items()}


def test_every_register_is_tried() -> None:
    assert CASES.keys() == DATASETS.keys()


@pytest.mark.parametrize("register", CASES)
def test_what_protects_most_of_all_that_sources_entered_counts(register: str) -> None:
    sources = kept(register)
    there = Sources({path: {path[2:9]} for path in sources}, (), {})
    desk = Desk(Path("decisions.toml"))
    found = standing(DATASETS[register], {register: sources}, {}, desk=desk, sources=there)
    assert dict(found.combined[register]) == {
        filled(key, number): filled(value, number)
        for _, expected in CASES[register]
        for key, value in expected.items()
        for number in range(MANY)
    }
