"""Commands that run to their end, their output kept in a log."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from laptop.failure import PortalError


def run(
    part: str,
    command: Sequence[str],
    *,
    log: Path,
    environment: Mapping[str, str],
    text: str | None = None,
    user: str | None = None,
) -> str:
    """The command succeeded; gives what it printed, while what it complained about is in the log.

    Raises:
        PortalError: it could not be run, or it failed.
    """
    with log.open("ab") as complaints:
        try:
            done = subprocess.run(
                command,
                input=text,
                stdin=subprocess.DEVNULL if text is None else None,
                stdout=subprocess.PIPE,
                stderr=complaints,
                encoding="utf-8",
                cwd="/",
                env=environment,
                user=user,
                group=user,
                extra_groups=None if user is None else [],
                check=False,
            )
        except OSError as error:
            raise PortalError(part, f"{command[0]} cannot be run ({error.strerror})") from None
        if done.returncode != 0:
            complaints.write(done.stdout.encode())  # Maven complains on standard output
    if done.returncode != 0:
        raise PortalError(part, f"{command[0]} failed with status {done.returncode}", log=log)
    return done.stdout
