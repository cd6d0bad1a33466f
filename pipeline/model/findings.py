"""What may stop a release or make it wait: one noun for every gate, and the decision of a post that settles it.

A finding holds codes, periods, counts and paths; never a cell.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from pipeline.model.periods import Period


class Verdict(StrEnum):
    """What a gate says: let it pass, let a person look, or stop."""

    PASS = "pass"  # noqa: S105 - a verdict
    REVIEW = "review"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one gate found of some periods of a dataset.

    ``code`` is one of `FINDINGS`; ``words`` say why in one clause.  ``counts`` are numbers by name; ``paths`` are the
    extracts or lists below the data folder that it is about; ``held`` is the file to look at, below ``private``;
    ``rows`` say, by path, how many rows of an extract it is about, and which.
    ``binds`` is the sha256 of what an approval would let in; where there is none, `sha256` is made of the facts.
    """

    code: str
    dataset: str
    periods: tuple[Period, ...]
    words: str
    verdict: Verdict = Verdict.REVIEW
    counts: Mapping[str, int] = field(default_factory=dict)
    paths: tuple[str, ...] = ()
    held: str = ""
    binds: str = ""
    rows: Mapping[str, str] = field(default_factory=dict)

    @property
    def sha256(self) -> str:
        """What a decision about this finding names: the bytes that it lets in, else code, dataset, periods, counts."""
        if self.binds:
            return self.binds
        facts = [self.code, self.dataset, list(self.periods), dict(sorted(self.counts.items())), sorted(self.paths)]
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


#: The finding about a month that is fed by another month's file.
SUSPECT: Final = "suspect-input"
#: The finding about what stays set aside although no decision says so any more.
LOST: Final = "decision-lost"
#: The finding about a mapping: nothing of its dataset is built before it is settled.
MAPPING_OPENS: Final = "mapping-opens"
#: Findings about a file itself: each has one month and the path of one file, and binds the sha256 of its bytes.
OF_FILES: Final = frozenset(("stale-extract", "same-extract-twice", "other-months"))
#: Findings of which each month is decided by itself: of files, and of what is snapped anew.
BY_MONTH: Final = OF_FILES | {"resnap"}
#: Every code of a finding, with its meaning.  The documentation's table is made from this.
FINDINGS: Final = MappingProxyType(
    {
        "shrank": "A month has far fewer rows than before, or than the months beside it.",
        "grew": "A month has far more rows than before, or than the months beside it.",
        "category-gone": "A category that held rows in each of the nearest months has none.",
        "days-missing": "The last days of a month have no row: the file may be cut off.",
        "share-jumped": "A share of rows (without a place, without an outcome ...) is far above that of other months.",
        "all-held-back": "An extract has rows, and none of them would be published.",
        "suspect-input": "The month is fed by a file of another month that waits or was rejected.",
        "protection-weakened": "A record or a payee would be less protected than in what is public.",
        "name-also-protected": "A payee is to be named whose name is protected under another number.",
        "account-by-folding": "An account matches an excluded one only when case, blanks and zeros are left aside.",
        "stale-extract": "A file came back that was replaced by another one since.",
        "same-extract-twice": "Two files of one kind hold the same bytes.",
        "other-months": "Most rows of a file belong to other months than the file.",
        "decision-lost": "A file or a build was rejected or taken back, and the file of decisions says so no more.",
        "withdrawn": "A month is to be withdrawn, because the file that it was made of is taken back.",
        "recovered": "The private memory was lost: whatever goes out afterwards is looked at once.",
        "mapping-opens": "A mapping gives codes of theirs a meaning that protects less: nothing is built meanwhile.",
        "small-excluded": "Payments to few people would be all that a total shows.",
        "resnap": "Another list of map points is there than the one that the month was released with.",
    }
)


class Decision(NamedTuple):
    """One decision of a post.

    ``finding`` is the code of what was settled ("" any finding about those bytes), ``period`` the month that it is
    about ("" where it is about no month), ``path`` an extract below ``data/raw`` ("" where none).
    """

    kind: str
    finding: str
    dataset: str
    period: str
    sha256: str
    role: str
    date: dt.date
    reason: str
    path: str = ""

    @property
    def lets_go(self) -> bool:
        """Whether it sets aside what it is about."""
        return self.kind != "approve"

    def is_about_same(self, other: Decision) -> bool:
        """Return whether both are about the same file, or about the same build of a month."""
        if (self.dataset, self.sha256, self.path) != (other.dataset, other.sha256, other.path):
            return False
        return bool(self.path) or self.period == other.period or "" in (self.period, other.period)
