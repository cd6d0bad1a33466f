"""What the private store remembers of a dataset: receipts, months, accounts, the public change log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.model.distribution import ENDINGS_OF_ROWS
from pipeline.model.findings import Finding, Verdict
from pipeline.model.periods import period_in

if TYPE_CHECKING:
    from pipeline.model.findings import Decision
    from pipeline.model.periods import Period
    from pipeline.model.reasons import Account, Totals
    from pipeline.model.release import ChangeNote
    from pipeline.model.tables import Receipt

#: What each source entered: a value by key, by register and path.
Registers = Mapping[str, Mapping[str, Mapping[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A release as it was built: its folder in the store, its rows, its files by name, what it was made from.

    ``made_from`` are digests of all but its extracts, ``points`` is the sha256 of the map points that it was snapped
    with; both are empty where an older version built it and nobody knows.  ``keys`` is the sha256 of what is kept
    beside its rows: "" where nothing is, or an older version kept it.  ``totals`` are its control totals,
    None where none are known.
    """

    folder: str
    rows: int
    files: Mapping[str, Mapping[str, Any]]
    released_on: str
    quality: Mapping[str, int] = field(default_factory=dict)
    made_from: Mapping[str, str] = field(default_factory=dict)
    points: str = ""
    keys: str = ""
    totals: Totals | None = None

    @property
    def beside(self) -> dict[str, str]:
        """The sha256 of each of its files that holds something else than rows, by name."""
        every = self.files.items()
        return {name: str(facts["sha256"]) for name, facts in every if facts["format"] not in ENDINGS_OF_ROWS}

    @property
    def csv_sha256(self) -> str:
        """The sha256 of the CSV: what an approval names."""
        return next(str(facts["sha256"]) for facts in self.files.values() if facts["format"] == "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A release that waits for a decision, what it waits for, and its counts for the gates."""

    built: Built
    findings: tuple[Finding, ...] = ()
    profile: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Why it waits, in words."""
        return "; ".join(finding.words for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthState:
    """A month: its last release, what waits, what it was built from last, and its accounts.

    ``inputs`` are sha256 by path of every extract that fed what was built last, ``fed`` of those that fed what is
    released; ``made_from`` are digests of all else.
    ``bad`` counts, by path, the rows of the month that speak against their file.  ``profile`` holds counts of the
    release by name for the gates, by what is counted; ``rejected`` are the sha256 by month of the builds that were let
    go, and because of which this one was.  ``kept_back`` is what a later build has to keep back as its release does,
    as entries of the private index; ``weaker`` are those of them that its extracts no longer give a reason for,
    ``weaker_rows`` the rows in words, by path.
    """

    released: Built | None
    waiting: Waiting | None
    inputs: Mapping[str, str]
    made_from: Mapping[str, str]
    accounts: tuple[Account, ...]
    bad: Mapping[str, int] = field(default_factory=dict)
    restricted: tuple[str, ...] = ()
    input_gone: bool = False
    profile: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    rejected: Mapping[Period, str] = field(default_factory=dict)
    fed: Mapping[str, str] = field(default_factory=dict)
    kept_back: tuple[str, ...] = ()
    weaker: tuple[str, ...] = ()
    weaker_rows: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """The bytes that once stood at a path: their sha256, and the days they came, were replaced and first fed a release.

    A day is ISO text, "" where it has not come.
    """

    sha256: str
    came: str
    replaced: str = ""
    released: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything remembered of one dataset; ``declared`` is a digest of each feed as it was when it was read.

    ``floors`` hold, by register, the strongest entry of each reference that a release went out with; ``weakenings`` how
    often a weaker protection was let out, by what names it; ``versions`` the bytes that each path ever held, the newest
    last; ``findings`` what the dataset waits for beside its months, and what would wait had nobody rejected it;
    ``decided`` the decisions about whatever is set aside, in their order.  ``entered`` is the sha256 of the bytes that
    each path last entered in the registers; ``replaced`` holds what stood there before, while these fed no release.
    ``kept_back`` is what releases kept back that were withdrawn, by month; ``lacking`` are the periods that are over
    and cannot be built because files or releases of some of their months are not there, with those months.
    """

    receipts: Mapping[str, Mapping[str, Receipt]] = field(default_factory=dict)
    declared: Mapping[str, str] = field(default_factory=dict)
    registers: Registers = field(default_factory=dict)
    replaced: Registers = field(default_factory=dict)
    entered: Mapping[str, str] = field(default_factory=dict)
    months: Mapping[Period, MonthState] = field(default_factory=dict)
    floors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    weakenings: Mapping[str, int] = field(default_factory=dict)
    versions: Mapping[str, tuple[Version, ...]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    decided: tuple[Decision, ...] = ()
    unplaced: tuple[Account, ...] = ()
    changes: tuple[ChangeNote, ...] = ()
    kept_back: Mapping[Period, tuple[str, ...]] = field(default_factory=dict)
    lacking: Mapping[Period, tuple[Period, ...]] = field(default_factory=dict)

    @property
    def waits(self) -> tuple[Finding, ...]:
        """Everything that waits for a decision: of the months, then of the dataset itself."""
        of_months = (
            finding
            for month_state in self.months.values()
            if month_state.waiting
            for finding in month_state.waiting.findings
        )
        return (*of_months, *(each for each in self.findings if each.verdict is not Verdict.PASS))

    def period_of(self, path: str) -> Period:
        """Return the period of an extract: that of its name, else the last one that it fed; "" where none is known."""
        fed = [month for month, each in self.months.items() if path in each.inputs or path in each.fed]
        named = period_in(path)
        return named if named in fed or not fed else max(fed)
