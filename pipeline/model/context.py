"""What treatments and row rules may know beside the cells themselves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping
    from decimal import Decimal

    from pipeline.codelists import CodeLists
    from pipeline.model.periods import Month
    from pipeline.protect.pseudonyms import Pseudonyms
    from pipeline.protect.treatments.map_points import PointList


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """When a transaction is large enough to be published: operator, amount and basis are settings."""

    amount: Decimal
    operator: str
    basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One month of one force: code lists, reference data, settings, key, and what the private index knows.

    ``restricted`` holds the pseudonyms of restricted records, ``payees`` the most protective type of
    each supplier by its pseudonym, over everything held or ever received.
    """

    month: Month
    as_of: dt.date
    pseudonyms: Pseudonyms
    codelists: CodeLists
    force: str
    force_name: str
    bodies: Mapping[str, str]
    threshold: Threshold
    points: PointList | None = None
    neighbourhoods: frozenset[str] = frozenset()
    restricted: frozenset[str] = frozenset()
    payees: Mapping[str, str] = field(default_factory=dict)
