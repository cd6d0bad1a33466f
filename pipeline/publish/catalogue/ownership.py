"""Whose files lie in the public folder: only a folder that this program made, with nobody else's files, is replaced."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from pipeline.errors import StorageError
from pipeline.plain import read_plain
from pipeline.publish.catalogue.pages import DATASET_PAGE, SITE_FILES
from pipeline.publish.catalogue.tree import empty_below, is_plain_file, is_plain_folder, list_below
from pipeline.publish.plan import period_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from pathlib import Path

#: The file by which this program knows a public folder as its own; it lists every file that was written there.
MARKER = ".police-open-data"
#: Files at the top of the public folder that are not ours and stay: READMEs, dot files, what web hosts look for.
KEPT = re.compile(r"(?i:readme(\..*)?)|\.[^/]+|CNAME|robots\.txt|favicon\.ico")
#: What a dataset's folder held beside its months before there was a list.
_BESIDE = re.compile(r"[a-z0-9-]+\.(?:json|csv)|codelists/[a-z0-9-]+\.csv|" + re.escape(DATASET_PAGE))
#: What says of a folder that it is a dataset's.
DATA_PACKAGE = "datapackage.json"
#: Pages of the whole site whose names vary.
_VARYING = re.compile(r"changes/[0-9]{4}\.html|themes/[a-z0-9-]+\.html")
_NAMED = 10


def marker(paths: Iterable[str]) -> bytes:
    """Return the marker's content for a tree of ``paths``."""
    return (json.dumps({"made by": "police-open-data", "files": sorted(paths)}, indent=0) + "\n").encode("ascii")


def refuse_foreign(folder: Path, wanted: Collection[str]) -> None:
    """Raise `StorageError` where the public folder holds what this program did not put there; nothing is deleted.

    ``wanted`` are the paths that are about to be published: what stands under such a name is replaced, in a folder of
    ours.
    """
    if not folder.is_dir():
        return
    found = [
        path
        for path, entry in list_below(folder)
        if KEPT.fullmatch(path) is None or not entry.is_file(follow_symlinks=False)
    ]
    listed = _listed(folder)
    ours = set(wanted) | (listed or set())
    if listed is not None:
        foreign = [path for path in found if path not in ours]
    elif _is_of_before(folder):
        foreign = [path for path in found if path not in wanted and not _was_written(folder, path)]
    else:
        foreign = found
    foreign += [f"{path}/" for path in empty_below(folder) if not any(each.startswith(f"{path}/") for each in ours)]
    if foreign:
        more = f" and {len(foreign) - _NAMED:,} more" if len(foreign) > _NAMED else ""
        raise StorageError(
            "foreign-files",
            f"the public folder holds what this program did not put there: {', '.join(foreign[:_NAMED])}{more}; "
            "nothing was changed",
            where=str(folder),
            fix="move them elsewhere, or give the pipeline a data folder of its own (PIPELINE_DATA); "
            "the public folder is replaced as a whole",
        )


def _listed(folder: Path) -> set[str] | None:
    """Return the files that the marker lists, None where there is no marker that can be read."""
    files = read_json(folder / MARKER).get("files")
    return {file for file in files if isinstance(file, str)} if isinstance(files, list) else None


def _is_of_before(folder: Path) -> bool:
    """Return whether an older version of this program made the folder: it wrote no marker."""
    facts = read_json(folder / "catalogue.jsonld")
    return facts.get("@type") == "dcat:Catalog" and facts.get("@id") == "./"


def _was_written(folder: Path, path: str) -> bool:
    """Return whether an older version may have written a file: at the top its pages, below only beside a package."""
    dataset, slash, name = path.partition("/")
    if path in SITE_FILES or _VARYING.fullmatch(path):
        return True
    if not slash:
        return False
    own = read_json(folder / dataset / DATA_PACKAGE).get("name") == dataset
    return own and (bool(period_of(dataset, name)) or _BESIDE.fullmatch(name) is not None)


def read_json(path: Path) -> dict[str, object]:
    """Return the JSON object in a plain file, an empty one where none can be read."""
    try:
        found = json.loads(read_plain(path)) if is_plain_file(path) else {}
    except (ValueError, RecursionError):
        found = {}
    return found if isinstance(found, dict) else {}


def others_in(folder: Path, named: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the datasets that the folder holds and that are not ``named``, each with the title that it gave."""
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        if place.name in named or not is_plain_folder(place) or not is_plain_file(place / DATASET_PAGE):
            continue
        if is_plain_file(place / DATA_PACKAGE):
            title = read_json(place / DATA_PACKAGE).get("title")
            yield place.name, title if title and isinstance(title, str) else place.name
