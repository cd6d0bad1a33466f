"""What is held in the extracts of published datasets and is not published, in the declarations' own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.model.release import Publication


class HeldBack(NamedTuple):
    """What a dataset holds back: columns, and rows or cells by a rule, each with why; rows left out, in bands."""

    title: str
    name: str
    columns: Sequence[tuple[str, str]]
    rules: Sequence[tuple[str, str]]
    left_out: Sequence[tuple[str, str]]


def held_back(publications: Sequence[Publication]) -> list[HeldBack]:
    """Return what each dataset holds back, those that hold nothing back left out."""
    every = (
        HeldBack(
            each.title,
            each.name,
            [kept for kept in each.withheld if kept not in each.row_rules],
            each.row_rules,
            each.left_out,
        )
        for each in publications
    )
    return [each for each in every if any(each[2:])]
