"""What extracts and the force's list say of names: whom one may be named after, and whom nobody may.

A name is looked up by its *fold*: white space as single blanks, case aside.  What protects is looked up by the folded
form of keys, however it is written.  Keys of the register: `f:` a name, `l:` a line of the list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, on_distinct, plain
from pipeline.columns.text import fold
from pipeline.model.suggestion import PERSONAL, PROTECTED, most_protective
from pipeline.protect.rules.payee_register import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from pipeline.model.context import Context


class Listed(NamedTuple):
    """What the force's list says of a name: its most protective type, and the name to be shown, "" for none."""

    kind: str = ""
    shown: str = ""


def called(column: pa.Array) -> pa.Array:
    """Return the fold of each name, null where it is empty."""
    return on_distinct(column, lambda text: fold(text) or None)


def listed(context: Context) -> Mapping[str, Listed]:
    """Return what the force's list says, by fold."""
    return context.references.derived("named-parties", _by_fold) or {}


def _by_fold(table: pa.Table) -> dict[str, Listed]:
    found: dict[str, Listed] = {}
    for line in table.to_pylist():
        before = found.get(fold(line["name"]), Listed())
        kind = most_protective((before.kind, line["type"]))
        found[fold(line["name"])] = Listed(kind, before.shown or line["shown"])
    return found


def most_by_name(names: pa.Array, kinds: NDArray[np.object_], context: Context) -> dict[str, str]:
    """Return the most protective type of each fold, of rows and list; one that is on no list is none."""
    known = listed(context)
    table = pa.table({"name": plain(names), "kind": pa.array(kinds, pa.string())})
    grouped = table.filter(pc.is_valid(table["name"])).group_by("name").aggregate([("kind", "distinct")])
    pairs = zip(grouped["name"].to_pylist(), grouped["kind_distinct"].to_pylist(), strict=True)
    return {name: most_protective((known.get(name, Listed()).kind, *given)) for name, given in pairs}


def protective(value: str) -> str:
    """Return the type of an entry where it redacts, also where it is in doubt, else ""."""
    bare = value.removeprefix(UNKNOWN)
    return bare if bare in (*PERSONAL, *PROTECTED) else ""


def kinds_of_public(
    names: pa.Array, entries: Mapping[str, str], *, scope: str, context: Context
) -> NDArray[np.object_]:
    """Return as whom each public name is kept back: as who bears it, or as whom the force's list shows by it."""
    shown: dict[str, list[str]] = {}
    for name, each in listed(context).items():
        shown.setdefault(each.shown, []).append(name)

    def kind(text: str) -> str:
        keys = [context.pseudonyms.protection_of(scope, name) for name in (text, *shown.get(text, ()))]
        return most_protective(protective(entries.get(key, "")) for key in keys)

    return facts_of_distinct(names, kind, dtype=np.object_, empty="")
