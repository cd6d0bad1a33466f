"""What the private store remembers of a dataset: receipts, months, accounts, the public change log."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from pipeline.errors import StorageError
from pipeline.model.accounts import Account
from pipeline.model.reasons import Outcome
from pipeline.model.release import ChangeNote
from pipeline.model.tables import Receipt
from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pipeline.model.periods import Month

#: The form of the state files; another one is not understood and never guessed.
FORM = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A release as it was built: its folder in the store, its rows, its files by name, what it was made from."""

    folder: str
    rows: int
    files: Mapping[str, Mapping[str, Any]]
    released_on: str
    quality: Mapping[str, int] = field(default_factory=dict)

    @property
    def csv_sha256(self) -> str:
        """The sha256 of the CSV: what an approval names."""
        return next(str(facts["sha256"]) for facts in self.files.values() if facts["format"] == "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A release that waits for an approval, and why."""

    built: Built
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthState:
    """A month: its last release, what waits, what both were made from, and its accounts.

    ``inputs`` are sha256 by path of every extract that fed it; ``made_from`` are digests of all else.
    ``bad`` counts, by path, the rows of the month that speak against their file.
    """

    released: Built | None
    waiting: Waiting | None
    inputs: Mapping[str, str]
    made_from: Mapping[str, str]
    accounts: tuple[Account, ...]
    bad: Mapping[str, int] = field(default_factory=dict)
    restricted: tuple[str, ...] = ()
    input_gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Everything remembered of one dataset; ``declared`` is a digest of each feed as it was when it was read."""

    receipts: Mapping[str, Mapping[str, Receipt]] = field(default_factory=dict)
    declared: Mapping[str, str] = field(default_factory=dict)
    registers: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)
    months: Mapping[Month, MonthState] = field(default_factory=dict)
    unplaced: tuple[Account, ...] = ()
    changes: tuple[ChangeNote, ...] = ()


def load_state(path: Path) -> State:
    """Return what ``path`` remembers, nothing where it does not exist."""
    if not path.exists():
        return State()
    try:
        facts = json.loads(path.read_bytes())
        return _state(facts[str(FORM)])
    except (ValueError, KeyError, TypeError):
        raise StorageError(
            "bad-state",
            "the private state cannot be understood",
            where=str(path),
            fix="restore data/private from its backup; without it, releases keep but restrictions are forgotten",
        ) from None


def save_state(path: Path, state: State) -> bool:
    """Make ``path`` remember ``state``; return whether anything was written."""
    text = json.dumps({FORM: asdict(state)}, ensure_ascii=True, sort_keys=True, indent=1)
    return replace_file(path, text.encode() + b"\n")


def _state(facts: Mapping[str, Any]) -> State:
    return State(
        receipts={
            feed: {path: Receipt(**each) for path, each in receipts.items()}
            for feed, receipts in facts["receipts"].items()
        },
        declared=facts["declared"],
        registers=facts["registers"],
        months={month: _month(each) for month, each in facts["months"].items()},
        unplaced=_accounts(facts["unplaced"]),
        changes=tuple(ChangeNote(*each) for each in facts["changes"]),
    )


def _month(facts: Mapping[str, Any]) -> MonthState:
    waiting = facts["waiting"]
    return MonthState(
        released=Built(**facts["released"]) if facts["released"] else None,
        waiting=Waiting(built=Built(**waiting["built"]), reason=waiting["reason"]) if waiting else None,
        inputs=facts["inputs"],
        made_from=facts["made_from"],
        accounts=_accounts(facts["accounts"]),
        bad=facts["bad"],
        restricted=tuple(facts["restricted"]),
        input_gone=facts["input_gone"],
    )


def _accounts(facts: list[list[Any]]) -> tuple[Account, ...]:

    return tuple(Account(feed, Outcome(outcome), reason, rows) for feed, outcome, reason, rows in facts)
