"""The private disclosure report: how much of each counted release is hidden, in numbers; never which cells."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.model.counting import Suppressed
    from pipeline.model.periods import Period


def save_disclosure(private: Path, dataset: str, period: Period, suppressed: Suppressed) -> None:
    """Remember how many cells of a period there are, are hidden, and how many totals were tested and hidden."""
    content = json.dumps(suppressed._asdict(), sort_keys=True).encode() + b"\n"
    replace_file(private / "disclosure" / dataset / f"{period}.json", content)
