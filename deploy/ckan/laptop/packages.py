"""The Debian packages that the native way stands on: which are missing, and how they get here."""

import ctypes.util
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys

from laptop.command import run
from laptop.database import newest_tools
from laptop.failure import PortalError, step
from laptop.folder import Folder


def missing(*, jars_needed: bool) -> list[str]:
    """The Debian packages that are needed and not here, in the order of the list below."""
    present = {
        "postgresql": newest_tools() is not None,
        "redis-server": shutil.which("redis-server") is not None,
        "default-jre-headless": shutil.which("java") is not None,
        "maven": not jars_needed or shutil.which("mvn") is not None,
        "libmagic1": ctypes.util.find_library("magic") is not None,
        _venv_package(): importlib.util.find_spec("ensurepip") is not None,
    }
    return [package for package, here in present.items() if not here]


def ensure(folder: Folder, *, jars_needed: bool) -> None:
    """Every package that the native way needs is here.

    Raises:
        PortalError: some are missing and may not be installed by this user; it says the line that installs them.
    """
    wanted = missing(jars_needed=jars_needed)
    if not wanted:
        return
    before = _as_root()
    line = f"apt-get install --yes --no-install-recommends {' '.join(wanted)}"
    if shutil.which("apt-get") is None:
        raise PortalError("packages", f"not on this machine (by their Debian names): {', '.join(wanted)}")
    if before is None:
        raise PortalError("packages", f"missing: {', '.join(wanted)}", run=f"sudo {line}")
    step(f"Installing Debian packages: {', '.join(wanted)}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update", line):
        run("packages", [*before, *shlex.split(command)], log=folder.log("packages"), environment=environment)
    still = missing(jars_needed=jars_needed)
    if still:
        raise PortalError("packages", f"installed, yet not found: {', '.join(still)}", log=folder.log("packages"))


def _as_root() -> list[str] | None:
    """What to put before a command so that root runs it; None when this user may not without a password."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "--non-interactive", "true"], capture_output=True, check=False)
    return ["sudo", "--non-interactive"] if asked.returncode == 0 else None


def _venv_package() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
