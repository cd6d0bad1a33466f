"""What stands beside the sample for its owner only: the planted identities, and which files were made."""

from __future__ import annotations

import hashlib
import json
from types import MappingProxyType
from typing import TYPE_CHECKING

from pipeline.plain import open_plain, read_plain
from pipeline.sample.columns import csv_text
from pipeline.sample.kinds import Planted
from pipeline.storage.atomic import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: The day on which the sample is published, unless another is given.
AS_OF = "2024-04-10"
PLANTED_FILE = "private/sample/planted.csv"
MANIFEST_FILE = "private/sample/manifest.json"


def write_planted(data: Path, planted: Sequence[Planted]) -> None:
    """Write the planted identities below ``data`` as CSV: feed, column, kind, value."""
    _write_private(data / PLANTED_FILE, csv_text((Planted._fields, *planted)))


def write_manifest(data: Path, paths: Sequence[str], kept: Mapping[str, str] = MappingProxyType({})) -> None:
    """Write what the sample's files are: their paths below ``data``, their sha256, and the as-of day.

    ``kept`` are those that somebody edited since they were made, with the sha256 of what was made.
    """
    digests = dict(kept)
    for path in paths:
        with open_plain(data / path) as file:
            digests[path] = hashlib.file_digest(file, "sha256").hexdigest()
    text = json.dumps({"as_of": AS_OF, "files": digests}, indent=2, sort_keys=True)
    _write_private(data / MANIFEST_FILE, f"{text}\n")


def manifest_files(data: Path) -> dict[str, str]:
    """Return the sha256 of the files that were made, by path below ``data``; nothing where no sample was made."""
    try:
        return dict(json.loads(read_plain(data / MANIFEST_FILE))["files"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)  # others may have been let in
    replace_file(path, text.encode())
