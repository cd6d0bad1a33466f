"""What the private store remembers of a dataset: receipts, months, accounts, the public change log."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from pipeline.errors import StorageError
from pipeline.model.accounts import Account
from pipeline.model.decisions import Decision
from pipeline.model.findings import Finding, Verdict
from pipeline.model.periods import period_in
from pipeline.model.reasons import Outcome
from pipeline.model.release import ChangeNote
from pipeline.model.tables import Receipt
from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file
from pipeline.storage.registers import Entered, entered, kept, sweep_registers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipeline.model.periods import Period

#: The form of the state files; another one is not understood and never guessed.
FORM = 3
#: What each source entered: a value by key, by register and path.
Registers = Mapping[str, Mapping[str, Mapping[str, str]]]
#: The forms of the versions before, which are read and carried over: both hold the registers themselves.
_WHOLE, _FIRST = 2, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A release as it was built: its folder in the store, its rows, its files by name, what it was made from.

    ``made_from`` are digests of all but its extracts, ``points`` is the sha256 of the map points that it was snapped
    with; both are empty where an older version built it and nobody knows.  ``keys`` is the sha256 of what is kept
    beside its rows: "" where nothing is, or an older version kept it.
    """

    folder: str
    rows: int
    files: Mapping[str, Mapping[str, Any]]
    released_on: str
    quality: Mapping[str, int] = field(default_factory=dict)
    made_from: Mapping[str, str] = field(default_factory=dict)
    points: str = ""
    keys: str = ""

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
    ``kept_back`` is what releases kept back that were withdrawn, by month.
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

    @property
    def waits(self) -> tuple[Finding, ...]:
        """Everything that waits for a decision: of the months, then of the dataset itself."""
        of_months = (finding for each in self.months.values() if each.waiting for finding in each.waiting.findings)
        return (*of_months, *(each for each in self.findings if each.verdict is not Verdict.PASS))

    def period_of(self, path: str) -> Period:
        """Return the period of an extract: that of its name, else the last one that it fed; "" where none is known."""
        fed = [month for month, each in self.months.items() if path in each.inputs or path in each.fed]
        named = period_in(path)
        return named if named in fed or not fed else max(fed)


def load_state(path: Path) -> State:
    """Return what ``path`` remembers, nothing where it does not exist."""
    if not path.exists():
        return State()
    try:
        return _read(path)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StorageError(
            "bad-state",
            "the private state cannot be understood",
            where=str(path),
            fix="restore data/private from its backup; where there is none, `pipeline recover` rebuilds what can be "
            "rebuilt, and says what is forgotten",
        ) from None


def save_state(path: Path, state: State) -> bool:
    """Make ``path`` remember ``state``, whose registers are on the disk before; return whether that was written."""
    facts = _facts(state)
    for field_, registers in (("registers", state.registers), ("replaced", state.replaced)):
        facts[field_] = {
            name: {source: entered(each).keep(_folder(path)) for source, each in sources.items()}
            for name, sources in registers.items()
        }
    facts["floors"] = {name: entered(floor).keep(_folder(path)) for name, floor in state.floors.items()}
    facts["decided"] = [{**each._asdict(), "date": each.date.isoformat()} for each in state.decided]
    text = json.dumps({FORM: facts}, ensure_ascii=True, sort_keys=True, default=_facts)
    return replace_file(path, text.encode() + b"\n")


def sweep_state(path: Path) -> None:
    """Remove the registers beside ``path`` that what it remembers does not name."""
    state = load_state(path)
    sweep_registers(_folder(path), {each.sha256 for each in _registers(state)} if path.exists() else ())


def _folder(path: Path) -> Path:
    """Return where the registers of a state are kept."""
    return path.with_suffix("")


def _registers(state: State) -> Iterator[Entered]:
    for sources in (*state.registers.values(), *state.replaced.values(), state.floors):
        yield from map(entered, sources.values())


def _facts(each: State | MonthState | Waiting | Built | Finding | Receipt | Version) -> dict[str, Any]:
    """Return what a record holds, by name."""
    return {one.name: getattr(each, one.name) for one in fields(each)}


def _read(path: Path) -> State:
    forms = json.loads(read_plain(path))
    if str(FORM) not in forms:
        return _state(forms[str(_WHOLE)] if str(_WHOLE) in forms else _carried_over(forms[str(_FIRST)]))
    facts, folder = forms[str(FORM)], _folder(path)
    registers, replaced = (
        {name: kept(folder, sources) for name, sources in part.items()}
        for part in (facts["registers"], facts.get("replaced", {}))
    )
    return _state({**facts, "registers": registers, "replaced": replaced, "floors": kept(folder, facts["floors"])})


def _carried_over(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the first version remembered, in the form of the one after."""
    months = {}
    for month, each in facts["months"].items():
        waiting = each["waiting"]
        if waiting:
            words = {"code": "shrank", "dataset": "", "periods": [month], "words": waiting["reason"]}
            waiting = {"built": waiting["built"], "findings": [words]}
        months[month] = {**each, "waiting": waiting, "profile": {}}
    return {**facts, "months": months, "floors": {}, "versions": {}, "findings": []}


def _findings(facts: list[dict[str, Any]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            **{
                **each,
                "periods": tuple(each["periods"]),
                "paths": tuple(each.get("paths", ())),
                "verdict": Verdict(each.get("verdict", "review")),
            }
        )
        for each in facts
    )


def _state(facts: Mapping[str, Any]) -> State:
    return State(
        receipts={
            feed: {path: Receipt(**each) for path, each in receipts.items()}
            for feed, receipts in facts["receipts"].items()
        },
        declared=facts["declared"],
        registers=facts["registers"],
        replaced=facts.get("replaced", {}),
        entered=facts.get("entered", {}),
        months={month: _month(each) for month, each in facts["months"].items()},
        floors=facts["floors"],
        weakenings=facts.get("weakenings", {}),
        versions={path: tuple(Version(**each) for each in found) for path, found in facts["versions"].items()},
        findings=_findings(facts["findings"]),
        decided=tuple(
            Decision(**{**each, "date": dt.date.fromisoformat(each["date"])}) for each in facts.get("decided", ())
        ),
        unplaced=_accounts(facts["unplaced"]),
        changes=tuple(ChangeNote(*each) for each in facts["changes"]),
        kept_back={month: tuple(each) for month, each in facts.get("kept_back", {}).items()},
    )


def _month(facts: Mapping[str, Any]) -> MonthState:
    return MonthState(
        released=_released(facts),
        waiting=_waiting(facts["waiting"]),
        inputs=facts["inputs"],
        made_from=facts["made_from"],
        accounts=_accounts(facts["accounts"]),
        bad=facts["bad"],
        restricted=tuple(facts["restricted"]),
        input_gone=facts["input_gone"],
        profile=facts["profile"],
        rejected=facts.get("rejected", {}),
        fed=facts.get("fed", facts["inputs"] if facts["released"] else {}),
        kept_back=tuple(facts.get("kept_back", ())),
        weaker=tuple(facts.get("weaker", ())),
        weaker_rows=facts.get("weaker_rows", {}),
    )


def _released(facts: Mapping[str, Any]) -> Built | None:
    """Return the release of a month; before each remembered what it was made from, the month did of the newest."""
    if not facts["released"]:
        return None
    newest = not facts["waiting"] and not facts.get("rejected")
    before = {"made_from": facts["made_from"] if newest else {}, "points": facts.get("points", "")}
    return Built(**{**before, **facts["released"]})


def _waiting(facts: Mapping[str, Any] | None) -> Waiting | None:
    if facts is None:
        return None
    built, profile = Built(**facts["built"]), facts.get("profile", {})
    return Waiting(built=built, findings=_findings(facts["findings"]), profile=profile)


def _accounts(facts: list[list[Any]]) -> tuple[Account, ...]:
    return tuple(Account(feed, Outcome(outcome), reason, rows) for feed, outcome, reason, rows in facts)
