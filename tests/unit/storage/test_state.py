"""What the private store remembers comes back as it was, and what it cannot understand it does not guess."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

import pytest

from pipeline.errors import StorageError
from pipeline.model.findings import Finding
from pipeline.model.reasons import Account, Outcome, Totals
from pipeline.model.release import ChangeNote
from pipeline.model.tables import Receipt
from pipeline.storage import state_file
from pipeline.storage.state import Built, MonthState, State, Waiting
from pipeline.storage.state_file import FORM, load_state, save_state, sweep_state

if TYPE_CHECKING:
    from pathlib import Path

#: Where the names in the types of a state's parts mean something.
NAMES = {**vars(state_file), "Mapping": Mapping, "Period": str, "Outcome": Outcome, "Totals": Totals, "dt": dt}
BUILT = Built(
    folder="2024-01-abc",
    rows=7,
    files={
        "x-2024-01.csv": {"format": "csv", "bytes": 9, "sha256": "c" * 64},
        "x-2024-01.parquet": {"format": "parquet", "bytes": 8, "sha256": "d" * 64},
    },
    released_on="2024-04-10",
    quality={"no_location": 1},
)
STATE = State(
    receipts={"f": {"f/2024-01.csv": Receipt("f/2024-01.csv", 9, "a" * 64, 8, {"2024-01": 7, "none": 1}, "cp1252")}},
    declared={"f": "digest"},
    registers={"restricted": {"f/2024-01.csv": {"e" * 64: "Y"}}, "payee": {"supplier-types": {"s": "", "t": "PROT"}}},
    months={
        "2024-01": MonthState(
            released=BUILT,
            waiting=Waiting(
                built=replace(BUILT, folder="2024-01-def", rows=1),
                findings=(Finding(code="shrank", dataset="x", periods=("2024-01",), words="it holds 1 rows"),),
            ),
            inputs={"f/2024-01.csv": "a" * 64},
            made_from={"key": "k"},
            accounts=(Account("f", Outcome.PUBLISHED, "published", 7), Account("f", Outcome.WITHHELD, "restricted", 1)),
            bad={"f/2024-01.csv": 2},
            restricted=("e" * 64,),
            input_gone=True,
        ),
        "2024-02": MonthState(released=None, waiting=None, inputs={}, made_from={}, accounts=()),
    },
    unplaced=(Account("f", Outcome.QUARANTINED, "bad-date", 1),),
    changes=(ChangeNote("2024-04-10", "2024-01", "new", "first release", "1-7", "0"),),
)


def test_a_state_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "state" / "x.json"
    assert load_state(path) == State()
    assert save_state(path, STATE)
    assert load_state(path) == STATE


def filled(kind: Any, turn: int = 1) -> Any:  # noqa: ANN401 - any part of a state
    """Return a value of a type of which every part, however deep, is set, and none as it is by default."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return filled(next(part for part in parts if part is not NoneType), turn)
    if origin is Mapping:
        return {f"key {number}": filled(parts[1], number) for number in (1, 2)}
    if origin is tuple:
        return tuple(filled(parts[0], number) for number in (1, 2))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return list(kind)[-1]
    if is_dataclass(kind) or hasattr(kind, "_fields"):
        made = kind(**{name: filled(each, turn) for name, each in get_type_hints(kind, localns=NAMES).items()})
        left = [name for name, default in defaults(kind).items() if getattr(made, name) == default]
        assert not left, (kind, left)
        return made
    others = {str: f"text {turn}", int: 7 + turn, bool: True, Any: f"anything {turn}", dt.date: dt.date(2024, 1, turn)}
    return others[kind]


def defaults(kind: Any) -> dict[str, object]:  # noqa: ANN401 - a dataclass or a named tuple
    """Return what the fields of a class are where nobody sets them."""
    if not is_dataclass(kind):
        return dict(kind._field_defaults)
    given = {each.name: each.default for each in fields(kind) if each.default is not MISSING}
    made = {each.name: each.default_factory() for each in fields(kind) if each.default_factory is not MISSING}
    return given | made


def test_every_field_of_every_part_of_a_state_comes_back(tmp_path: Path) -> None:
    state = filled(State)
    path = tmp_path / "x.json"
    assert save_state(path, state)
    assert load_state(path) == state


def test_the_same_state_is_not_written_again(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    save_state(path, STATE)
    before = path.stat()
    assert not save_state(path, load_state(path))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert path.stat().st_ino == before.st_ino


def test_the_sha256_of_a_release_is_that_of_its_csv() -> None:
    assert BUILT.csv_sha256 == "c" * 64


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"3": {}}', '{"2": {}}', '{"1": {}}', '{"1": []}', "null"],
)
def test_a_state_that_cannot_be_understood_is_an_error_and_never_an_empty_state(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StorageError, match="bad-state") as caught:
        load_state(path)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("part", ["receipts", "registers", "months", "unplaced", "changes"])
def test_a_state_without_one_of_its_parts_is_an_error(tmp_path: Path, part: str) -> None:
    path = tmp_path / "x.json"
    save_state(path, STATE)
    facts = json.loads(path.read_bytes())
    del facts[str(FORM)][part]
    path.write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(StorageError, match="bad-state"):
        load_state(path)


def test_the_state_is_the_owner_s_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    save_state(path, STATE)
    assert path.stat().st_mode & 0o077 == 0


def registers(path: Path) -> list[Path]:
    """Return the files of registers beside a state."""
    return sorted(path.with_suffix("").iterdir())


def test_each_register_is_a_private_file_of_its_own_that_is_written_once(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    save_state(path, STATE)
    before = {each: (each.stat().st_ino, each.stat().st_mtime_ns) for each in registers(path)}
    assert len(before) == 2
    assert path.with_suffix("").stat().st_mode & 0o777 == 0o700
    assert all(each.stat().st_mode & 0o777 == 0o600 for each in before)
    assert "PROT" not in path.read_text(encoding="ascii")
    more = {"f/2024-02.csv": {"b" * 64: "Y"}, **load_state(path).registers["restricted"]}
    save_state(path, replace(load_state(path), registers={**STATE.registers, "restricted": more}))
    after = {each: (each.stat().st_ino, each.stat().st_mtime_ns) for each in registers(path)}
    assert len(after) == 3
    assert after.items() > before.items()


def test_a_register_that_the_state_names_and_that_is_gone_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    save_state(path, STATE)
    registers(path)[0].unlink()
    found = load_state(path)
    with pytest.raises(StorageError, match="bad-state"):
        [dict(each.items()) for sources in found.registers.values() for each in sources.values()]
    assert not save_state(path, found)  # it goes on naming what is lost


@pytest.mark.parametrize("harm", ["cut", "another", "empty"])
def test_a_damaged_register_is_an_error_and_never_an_empty_one(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "x.json"
    save_state(path, STATE)
    one, other = registers(path)
    content = {"cut": one.read_bytes()[:-9], "another": other.read_bytes(), "empty": b""}[harm]
    one.write_bytes(content)
    found = load_state(path)
    with pytest.raises(StorageError, match="bad-state"):
        [dict(each.items()) for sources in found.registers.values() for each in sources.values()]


def test_a_damaged_register_is_made_good_when_its_source_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    save_state(path, STATE)
    for each in registers(path):
        each.write_bytes(b"")
    save_state(path, STATE)
    assert load_state(path) == STATE
    assert load_state(path).registers["payee"]["supplier-types"]["t"] == "PROT"


def test_registers_that_no_state_names_are_swept_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    save_state(path, STATE)
    named = registers(path)
    save_state(tmp_path / "y.json", replace(STATE, registers={"restricted": {"f": {"z": "Y"}}}))
    (orphan,) = registers(tmp_path / "y.json")
    (path.with_suffix("") / orphan.name).write_bytes(orphan.read_bytes())
    (path.with_suffix("") / ".torn.part").write_bytes(b"half")
    sweep_state(path)
    assert registers(path) == named
    save_state(path, replace(STATE, registers={}))
    assert registers(path) == named  # until the state that no longer names them is on the disk
    sweep_state(path)
    assert registers(path) == []
    assert registers(tmp_path / "y.json") == [orphan]


def test_registers_are_on_the_disk_before_the_state_names_them(tmp_path: Path) -> None:
    """A folder where the state's part would stand stops the state, as a full disk does."""
    path = tmp_path / "x.json"
    (tmp_path / ".x.json.part").mkdir()
    with pytest.raises(StorageError, match="not-writable"):
        save_state(path, STATE)
    assert not path.exists()
    assert len(registers(path)) == 2


@pytest.mark.parametrize("size", [0, 1, 2, 37])
def test_a_register_is_the_mapping_that_was_entered(tmp_path: Path, size: int) -> None:
    entries = {f"{number * 7919 % 100:03}é": str(number) for number in range(size)}
    path = tmp_path / "x.json"
    save_state(path, State(registers={"r": {"f": entries}}, floors={"r": entries}))
    found = load_state(path)
    for each in (found.registers["r"]["f"], found.floors["r"]):
        assert each == entries
        assert entries == each
        assert list(each) == sorted(entries)
        assert len(each) == size
        assert all(each[key] == value for key, value in entries.items())
        assert not any(key in each for key in ("", "000", "zzz"))
