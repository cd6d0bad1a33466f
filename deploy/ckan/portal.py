#!/usr/bin/env python3
"""Starts and stops a real CKAN on this machine: `python3 deploy/ckan/portal.py start`."""

import argparse
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from laptop import containers, native
from laptop.failure import PortalError, step
from laptop.folder import Folder, State, alone

_WAYS = ("containers", "native")


def main() -> int:
    """The exit status: 0 done, 1 failed, 3 the portal asked about does not run."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that a start cleans up behind itself
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    os.umask(0o077)
    arguments = _parser().parse_args()
    folder = Folder(arguments.folder.resolve())
    try:
        _refuse_foreign(folder.root)
        return _COMMANDS[arguments.command](folder, arguments)
    except PortalError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="portal.py", description=__doc__)
    parser.add_argument("command", choices=_COMMANDS, help="remove stops the portal and deletes all its data")
    parser.add_argument("--folder", type=Path, default=Path(".portal"), help="where it lives (default: .portal)")
    parser.add_argument("--install", type=Path, help="where programs are (default: as last time, else FOLDER/install)")
    parser.add_argument("--way", choices=_WAYS, help="how it runs (default: containers if there is an engine)")
    return parser


def _refuse_foreign(root: Path) -> None:
    if root.exists() and os.geteuid() != root.stat().st_uid:
        raise PortalError("folder", f"{root} belongs to {root.owner()}; be that user, or choose another --folder")


def start(folder: Folder, wishes: argparse.Namespace) -> int:
    """The portal runs, its address is printed, and the pipeline can read how to reach it."""
    folder.make()
    with alone(folder.root):
        state = folder.recall()
        state.install = str((wishes.install or Path(state.install or folder.root / "install")).resolve())
        state.way = state.way or wishes.way or ("containers" if containers.engine_works() else "native")
        if wishes.way not in {None, state.way}:
            raise PortalError("portal", f"this one was made the other way ({state.way}); remove it first")
        (containers if state.way == "containers" else native).bring_up(folder, state)
        folder.write_env(state)
        step(f"For the pipeline: {folder.env}")
        print(state.address)
    return 0


def stop(folder: Folder, _: argparse.Namespace) -> int:
    """Nothing of the portal runs; its data is kept."""
    if not folder.root.exists():
        step("There is no portal")
        return 0
    with alone(folder.root):
        stopped = _take_down(folder, folder.recall())
        folder.env.unlink(missing_ok=True)  # what is stopped is no place to publish to; `start` writes it again
    step("Stopped" if stopped else "It was not running")
    return 0


def status(folder: Folder, _: argparse.Namespace) -> int:
    """What runs has been printed."""
    state = folder.recall()
    if not state.ports:
        step("There is no portal")
        return 3
    usable = (containers if state.way == "containers" else native).describe(folder, state)
    print(f"{'portal':<11} {state.address if usable else 'cannot be used'}")
    return 0 if usable else 3


def remove(folder: Folder, _: argparse.Namespace) -> int:
    """The portal is gone, with its data."""
    if not folder.root.exists():
        return 0
    with alone(folder.root):
        state = folder.recall()
        _take_down(folder, state)
        if state.way == "containers":
            containers.delete(folder, state)
        native.delete(folder, state)
    step("Removed")
    return 0


def _take_down(folder: Folder, state: State) -> bool:
    return containers.take_down(folder, state) if state.way == "containers" else native.take_down(folder)


_COMMANDS = {"start": start, "stop": stop, "status": status, "remove": remove}

if __name__ == "__main__":
    sys.exit(main())
