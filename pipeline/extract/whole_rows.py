"""Digests of whole rows: equal rows are found without their withheld cells."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.columns.arrays import plain
from pipeline.model.tables import WHOLE_ROW

if TYPE_CHECKING:
    from pipeline.model.tables import Extracted

#: Digests are compared within one run only, and lead back to no cell.
_KEY = secrets.token_bytes(32)


def with_digests(read: Extracted, whole: Extracted) -> Extracted:
    """Return what was ``read`` with a digest of each row of ``whole``, which has every column of the same rows.

    Rows of any source whose cells are all equal have the same, whatever the order of their columns.
    """
    cells = [plain(whole.cells[name]).fill_null("") for name in sorted(whole.cells)]
    rows = (pc.binary_join_element_wise(*cells, "\x1f") if whole.lines is None else whole.lines).to_pylist()
    found = [hashlib.blake2b(row.encode(), key=_KEY, digest_size=16).hexdigest() for row in rows]
    return replace(read, cells={**read.cells, WHOLE_ROW: pa.array(found, pa.string())})
