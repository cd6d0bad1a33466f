"""The file of what the private store remembers of a dataset: read whole or not at all, replaced in one step."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pipeline.errors import StorageError
from pipeline.model.findings import Decision, Finding, Verdict
from pipeline.model.reasons import Account, Outcome
from pipeline.model.release import ChangeNote
from pipeline.model.tables import Receipt
from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file
from pipeline.storage.registers import Entered, entered, kept, sweep_registers
from pipeline.storage.state import Built, MonthState, State, Version, Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The form of the state files; another one is not understood and never guessed.
FORM = 3
#: The forms of the versions before, which are read and carried over: both hold the registers themselves.
_WHOLE, _FIRST = 2, 1


def load_state(path: Path) -> State:
    """Return what ``path`` remembers, nothing where it does not exist."""
    if not path.exists():
        return State()
    try:
        return _sound(_read(path))
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


def _sound(state: State) -> State:
    """Return the state; `TypeError` where a part of it is not of the kinds that it was written with."""
    parts: list[object] = [receipt for receipts in state.receipts.values() for receipt in receipts.values()]
    for month in state.months.values():
        parts += filter(None, (month, month.released, month.waiting and month.waiting.built))
    if not all(map(_is_sound, parts)):
        raise TypeError
    return state


def _is_sound(part: object) -> bool:
    match part:
        case Receipt(path=str(), bytes=int(), sha256=str(), rows=int(), months=dict(), encoding=str()):
            return True
        case MonthState(inputs=dict(), made_from=dict(), bad=dict(), input_gone=bool(), profile=dict(), fed=dict()):
            return True
        case Built(folder=str(), rows=int(), files=dict(files), released_on=str(), quality=dict(), made_from=dict()):
            return all(isinstance(facts, dict) for facts in files.values())
    return False


def _carried_over(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the first version remembered, in the form of the one after."""
    months = {}
    for month, fact in facts["months"].items():
        waiting = fact["waiting"]
        if waiting:
            words = {"code": "shrank", "dataset": "", "periods": [month], "words": waiting["reason"]}
            waiting = {"built": waiting["built"], "findings": [words]}
        months[month] = {**fact, "waiting": waiting, "profile": {}}
    return {**facts, "months": months, "floors": {}, "versions": {}, "findings": []}


def _findings(facts: list[dict[str, Any]]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            **{
                **fact,
                "periods": tuple(fact["periods"]),
                "paths": tuple(fact.get("paths", ())),
                "verdict": Verdict(fact.get("verdict", "review")),
            }
        )
        for fact in facts
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
        months={month: _month(month_facts) for month, month_facts in facts["months"].items()},
        floors=facts["floors"],
        weakenings=facts.get("weakenings", {}),
        versions={path: tuple(Version(**each) for each in found) for path, found in facts["versions"].items()},
        findings=_findings(facts["findings"]),
        decided=tuple(
            Decision(**{**fact, "date": dt.date.fromisoformat(fact["date"])}) for fact in facts.get("decided", ())
        ),
        unplaced=_accounts(facts["unplaced"]),
        changes=tuple(ChangeNote(*note) for note in facts["changes"]),
        kept_back={month: tuple(entries) for month, entries in facts.get("kept_back", {}).items()},
        lacking={period: tuple(months) for period, months in facts.get("lacking", {}).items()},
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
