"""The laptop's own CKAN: where `make portal` writes how to reach it, and how that is read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipeline.errors import SettingsError
from pipeline.model.source import Secret
from pipeline.plain import open_plain
from pipeline.settings.reader import ORGANISATION, TOKEN, Form

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Below the current folder; ignored by git.
SAMPLE_PORTAL = Path(".portal/env")
#: Sample data may go to this machine only, whatever the file says.
LAPTOP = Form(
    r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?/?",
    "the address of a portal on this machine, http://127.0.0.1:PORT",
)
FORMS = {"PIPELINE_CKAN_URL": LAPTOP, "PIPELINE_CKAN_TOKEN": TOKEN, "PIPELINE_CKAN_ORGANISATION": ORGANISATION}
_FIX = "run `make portal` again: it writes the file anew"


class CkanAccess(NamedTuple):
    """How to reach a CKAN; ``organisation`` stands for every publisher's own, unless it is empty."""

    url: str
    token: Secret[str]
    organisation: str


def read_portal_env(path: Path) -> dict[str, str]:
    """Return the three settings in the file at ``path``; nothing when there is no such file.

    It holds a token: one that others can read, or with anything else in it, raises `SettingsError`.
    """
    try:
        with open_plain(path) as file:
            _check_private(path, os.fstat(file.fileno()))
            lines = file.read().decode("utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError):
        raise SettingsError("bad-portal-file", "it cannot be read", where=str(path), fix=_FIX) from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        name, equals, value = line.partition("=")
        if not equals or name not in FORMS or name in found or not FORMS[name].fits(value):
            expected = FORMS[name].words if name in FORMS and name not in found else "one line for each of three names"
            raise SettingsError("bad-portal-file", f"expected {expected}", where=f"{path}, line {number}", fix=_FIX)
        found[name] = value
    if found.keys() != FORMS.keys():
        raise SettingsError("bad-portal-file", f"expected {', '.join(FORMS)}", where=str(path), fix=_FIX)
    return found


def laptop_portal(path: Path = SAMPLE_PORTAL) -> CkanAccess | None:
    """Return how to reach the laptop's own CKAN, None when `make portal` never ran here."""
    found = read_portal_env(path)
    return access(found) if found else None


def access(variables: Mapping[str, str]) -> CkanAccess:
    """Return the three settings of a portal file as one value whose token does not print."""
    url, token, organisation = (variables[name] for name in FORMS)
    return CkanAccess(url.rstrip("/"), Secret(token), organisation)


def _check_private(path: Path, facts: os.stat_result) -> None:
    if facts.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        message = "it holds a token, and other users of this machine can reach it"
        raise SettingsError("bad-portal-file", message, where=str(path), fix=f"chmod 600 '{path}'")
