"""What the private store remembers comes back as it was, and what it cannot understand it does not guess."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from enum import Enum
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Union, get_args, get_origin, get_type_hints

import pytest

from pipeline.errors import StorageError
from pipeline.model.accounts import Account
from pipeline.model.findings import Finding
from pipeline.model.reasons import Outcome
from pipeline.model.release import ChangeNote
from pipeline.model.tables import Receipt
from pipeline.storage.state import Built, MonthState, State, Waiting, load_state, save_state

if TYPE_CHECKING:
    from pathlib import Path

#: Where the names in the types of a state's parts mean something.
NAMES = {"Mapping": Mapping, "Month": str, "Outcome": Outcome}
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
    return {str: f"text {turn}", int: 7 + turn, bool: True, Any: f"anything {turn}"}[kind]


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
    ["", "{", "[]", "{}", '{"2": {}}', '{"1": {}}', '{"1": []}', "null"],
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
    del facts["2"][part]
    path.write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(StorageError, match="bad-state"):
        load_state(path)


def test_the_state_is_the_owner_s_only(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    save_state(path, STATE)
    assert path.stat().st_mode & 0o077 == 0
