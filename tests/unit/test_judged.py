"""What a gate has looked at is what goes on: nothing else can be settled or described."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from pipeline.build.accounts import settle
from pipeline.codelists import CODELISTS
from pipeline.errors import PrivacyError
from pipeline.model.tables import RawTable, SafeTable
from pipeline.release.leak_scan import check
from pipeline.storage.store import Store
from pipeline.validate.checks import validate
from pipeline.validate.referee.referee import referee
from pipeline.validate.schema import TableSchema

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.validate.referee.referee import Refereed

SCHEMA = TableSchema.load(CODELISTS.parent / "engagement" / "engagement-events.json")
NOWHERE = np.zeros(2, np.bool_)
RAW = RawTable(
    feed="events",
    paths=("events",),
    cells={},
    source=np.zeros(2, np.int32),
    row=np.array([2, 3]),
    repeats=np.arange(2),
    closed=NOWHERE,
    after_file=NOWHERE,
)


def safe(*judged: int) -> SafeTable:
    """Return two rows without a problem, of which the schema was given those at ``judged``."""
    return SafeTable(
        feed="events",
        table=pa.table({}),
        positions=np.array(judged),
        length=2,
        bad=NOWHERE,
        found=(),
        rulings=(),
        quality={},
        references={},
        applied=(),
        kept=(),
    )


def agreed() -> Refereed:
    table = pa.table({name: pa.array([], pa.string()) for name in SCHEMA.names})
    return referee(table, validate(table, SCHEMA), SCHEMA, salt="s")


def test_a_row_that_the_schema_has_not_judged_is_never_published() -> None:
    assert settle(RAW, safe(0, 1), agreed()).published.tolist() == [0, 1]
    with pytest.raises(PrivacyError, match="unjudged-row"):
        settle(RAW, safe(0), agreed())


def test_a_draft_passes_by_the_scan_of_its_own_files_only(tmp_path: Path) -> None:
    draft = Store(tmp_path).build("x", "2024-01", files={"x.csv": [pa.py_buffer(b"a\n")]}, references={})
    scanned = check(pa.table({}), (), where="", files=draft.files)
    assert draft.passed(scanned).described(rows=0, released_on=dt.date(2024, 4, 10), quality={}).rows == 0
    other = replace(scanned, files=(replace(draft.files[0], sha256="0" * 64),))
    for files in (other, replace(scanned, files=())):
        with pytest.raises(PrivacyError, match="files-differ"):
            draft.passed(files)
