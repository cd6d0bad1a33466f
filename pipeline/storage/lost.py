"""What a state names and that is not on the disk as it was written: registers, files of releases."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import StorageError
from pipeline.storage.registers import entered

if TYPE_CHECKING:
    from pathlib import Path

    from pipeline.storage.state import Registers, State

#: What leads on where a file of a release is neither private nor public as it was built.
BRING_BACK = (
    "put the extracts of the month back into data/raw and publish: it is built again; or restore data/private from its "
    "backup; or `pipeline forget PATH --role POST --reason TEXT` of an extract, and an approval, withdraw the month"
)


def not_understood(path: Path, what: str, fix: str) -> StorageError:
    """Return the error for a file of ours that cannot be understood."""
    return StorageError("bad-state", f"{what} cannot be understood", where=str(path), fix=fix)


def lost_file(path: Path) -> StorageError:
    """Return the error for a file of a release that cannot be read."""
    words = "a file of a release is not there as it was built"
    return StorageError("bad-state", words, where=str(path), fix=BRING_BACK)


class LostRegister(NamedTuple):
    """A register that is lost, and the error for it; ``part`` is the field of the state that names it."""

    part: str
    register: str
    source: str
    error: StorageError


def lost_registers(state: State) -> list[LostRegister]:
    """Return the registers that are lost; a floor has no source."""
    parts = {"registers": state.registers, "replaced": state.replaced, "floors": {"": state.floors}}
    return [
        LostRegister(part, name or source, source if name else "", error)
        for part, registers in parts.items()
        for name, sources in registers.items()
        for source, each in sources.items()
        if (error := entered(each).error)
    ]


def without_lost(state: State) -> State:
    """Return a state without the registers that are lost."""
    lost = {(gone.part, gone.register, gone.source) for gone in lost_registers(state)}

    def whole(part: str, registers: Registers) -> Registers:
        return {
            name: {source: each for source, each in sources.items() if (part, name, source) not in lost}
            for name, sources in registers.items()
        }

    return replace(
        state,
        registers=whole("registers", state.registers),
        replaced=whole("replaced", state.replaced),
        floors={name: each for name, each in state.floors.items() if ("floors", name, "") not in lost},
    )
