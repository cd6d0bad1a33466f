"""The payees whom nobody has classified: what a person has to know of each to say what it is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.columns.keys import folded
from pipeline.columns.money import money
from pipeline.model.payee_types import most_protective
from pipeline.model.row_rule import Question

if TYPE_CHECKING:
    from collections.abc import Sequence

#: A number with more names than these is no single payee's, and its names need not all be told.
MOST_NAMES = 8
_PENCE = 100


def pence(text: str) -> int:
    """Return an amount in pence, 0 where it is none: its line is bad, and is counted all the same."""
    return int(Decimal(money(text) or "0") * _PENCE)


def questions_of(lines: pa.Table) -> list[Question]:
    """Return the question about each payee of ``lines``: key, reference, name, total in pence, type of the name."""
    amounts = lines["total"].cast(pa.decimal128(38, 0))  # whose sum cannot run over
    wide = lines.set_column(lines.column_names.index("total"), "total", amounts)
    grouped = wide.group_by(["key", "name", "protected"]).aggregate(
        [("total", "sum"), ("total", "count"), ("reference", "min")]
    )
    payees: dict[str, list[dict[str, Any]]] = {}
    for part in grouped.to_pylist():
        payees.setdefault(part["key"], []).append(part)
    return [_question(payees[key]) for key in sorted(payees)]


def _question(parts: Sequence[dict[str, Any]]) -> Question:
    parts = sorted(parts, key=lambda part: (-part["total_count"], part["name"] or ""))
    names: dict[str, str] = {}
    for part in parts:
        if part["name"]:
            names.setdefault(folded(part["name"]) or part["name"], part["name"])
    return Question(
        reference=min(part["reference_min"] for part in parts),
        names=tuple(names.values())[:MOST_NAMES],
        others=max(len(names) - MOST_NAMES, 0),
        lines=sum(part["total_count"] for part in parts),
        total=int(sum(part["total_sum"] for part in parts)),
        protected=most_protective(part["protected"] or "" for part in parts),
    )
