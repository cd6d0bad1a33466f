"""What a release keeps back of a transaction: it stays so when the ledger no longer says why.

An entry names the transaction, what is kept back, and because of which payees, all by private keys.  It counts while
one of these payees is protected: whoever decides about a payee decides about its transactions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import facts_of_distinct, filled, plain
from pipeline.columns.groups import groups
from pipeline.model.payee_types import PERSONAL, PROTECTED
from pipeline.protect.rules.payee_register import UNKNOWN
from pipeline.protect.rules.transactions import together, with_any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from numpy.typing import NDArray

    from pipeline.columns.arrays import Mask

#: What may be kept back: all of a protected payee's transaction, who is paid, a text that holds a person's name.
WHOLE, NAME, TEXTS = "other", "personal", "texts"


class Lines(NamedTuple):
    """Which lines lose the name of who is paid, which all that tells of it, which their texts.

    ``weaker`` are those that do so only because a release did.
    """

    personal: Mask
    protected: Mask
    texts: Mask
    weaker: Mask


def as_released(transaction: pa.Array, now: Lines, before: Collection[str], payees: Mapping[str, str]) -> Lines:
    """Return lines of which as much is kept back as of their transactions in a release, as its entries ``before`` say.

    Where the ledger itself keeps something of that kind back of a transaction, it does so of the lines that it says.
    ``payees`` are the types of payees now.
    """
    known = {" ".join(entry.split(" ")[:2]) for entry in before if _counts(entry, payees)}
    if not known:
        return now
    group = _numbered(transaction)

    def only_then(what: str, mask: Mask) -> Mask:
        was = facts_of_distinct(transaction, lambda key: f"{key} {what}" in known, dtype=np.bool_, empty=False)
        return np.asarray(was & ~with_any(group, mask), np.bool_)

    other = only_then(WHOLE, now.protected)
    nameless = only_then(NAME, now.personal | now.protected) & ~other
    textless = only_then(TEXTS, now.texts | now.protected) & ~other
    return Lines(
        personal=now.personal & ~other | nameless,
        protected=now.protected | other,
        texts=now.texts | textless,
        weaker=other | nameless | textless,
    )


def remembered(transaction: pa.Array, lines: Lines, payee: pa.Array, before: Collection[str] = ()) -> pa.Array:
    """Return what is to be remembered of each line that something is kept back of, null of the others.

    ``payee`` is the key of the payee of a line whose type keeps something back, null elsewhere.
    """
    kinds = np.full(len(transaction), None, np.object_)
    for what, mask in ((TEXTS, lines.texts), (NAME, lines.personal), (WHOLE, lines.protected)):
        kinds[mask] = what
    entry = pc.binary_join_element_wise(plain(transaction), pa.array(kinds, pa.string()), " ")
    texts = pa.array(lines.texts & ~lines.personal & ~lines.protected)
    because = pc.if_else(texts, None, together(_numbered(transaction), payee, alone=True))
    longer = pc.coalesce(pc.binary_join_element_wise(entry, because, " "), entry)
    then = {" ".join(each.split(" ")[:2]): each for each in before}
    same = facts_of_distinct(entry, lambda each: then.get(each, ""), dtype=np.object_, empty="")
    return pc.if_else(pa.array(lines.weaker & (same != "")), pa.array(same, pa.string()), longer)


def _numbered(transaction: pa.Array) -> NDArray[np.int64]:
    return np.where(filled(transaction), groups(transaction), -1)


def _counts(entry: str, payees: Mapping[str, str]) -> bool:
    """Return whether an entry counts still: one without a payee, or with one in doubt, until it is decided itself."""
    _, what, *because = entry.split(" ")
    enough = PROTECTED if what == WHOLE else (*PERSONAL, *PROTECTED)
    return (
        not because or UNKNOWN in because or any(payees.get(key, "").removeprefix(UNKNOWN) in enough for key in because)
    )
