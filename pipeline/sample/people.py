"""Pools of invented particulars that ordinary rows are filled from: names, dates, addresses, narratives."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipeline.sample import words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

_FIRST_BIRTH = dt.date(1935, 1, 1)
_BIRTH_DAYS = 26_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """Pools that rows draw from; everything in them is made up."""

    names: tuple[str, ...]
    births: tuple[str, ...]
    addresses: tuple[str, ...]
    emails: tuple[str, ...]
    narratives: tuple[str, ...]


def invent_particulars(rng: np.random.Generator) -> Particulars:
    """Return pools of some hundreds of each; the narratives name people out of the other pools."""

    def pick(values: Sequence[str]) -> str:
        return values[int(rng.integers(0, len(values)))]

    names = tuple(dict.fromkeys(f"{pick(words.FORENAMES)} {pick(words.SURNAMES)}" for _ in range(900)))
    addresses = tuple(
        f"{int(rng.integers(1, 180))} {pick(words.STREETS)}, {pick(words.TOWNS)}, {pick(words.POSTCODES)}"
        for _ in range(900)
    )
    emails = tuple(f"{name.lower().replace(' ', '.')}@{pick(words.DOMAINS)}" for name in names)
    narratives = tuple(
        f"{pick(words.OPENINGS)}; {_middle(pick, names, addresses, emails)}. {pick(words.ENDINGS)}" for _ in range(700)
    )
    births = tuple((_FIRST_BIRTH + dt.timedelta(days=day)).isoformat() for day in range(0, _BIRTH_DAYS, 5))
    return Particulars(names=names, births=births, addresses=addresses, emails=emails, narratives=narratives)


def _middle(
    pick: Callable[[Sequence[str]], str], names: Sequence[str], addresses: Sequence[str], emails: Sequence[str]
) -> str:
    """Return a piece of narrative that names somebody."""
    return pick(words.MIDDLES).format(
        name=pick(names),
        phone=pick(words.PHONES),
        address=pick(addresses),
        email=pick(emails),
        plate=pick(words.PLATES),
    )
