"""Answers about whom nobody has classified: which payees wait, and the force's list that answers are added to."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipeline.columns.arrays import BLANKS
from pipeline.errors import InputError
from pipeline.extract.paths import safe_path
from pipeline.extract.reference import read_reference
from pipeline.plain import read_plain
from pipeline.storage.atomic import replace_file
from pipeline.storage.lock import locked, locked_for_looking
from pipeline.storage.privacy import check_private
from pipeline.storage.supplier_review import SUPPLIERS, read_review

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from pipeline.settings.settings import Settings
    from pipeline.storage.supplier_review import Kind, Waiting


@dataclass(slots=True)
class TypeList:
    """A list of the force that gives the type of each payee by its reference, and what was added to it."""

    folder: Path
    private: Path
    of: Kind = SUPPLIERS
    _added: bytes = field(default=b"", repr=False)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.of.listed

    @property
    def path(self) -> Path:
        """Where the list stands, or will stand."""
        return self.folder / f"{self.name}.csv"

    def listed(self) -> set[str]:
        """Return the folded references that have a type; a list that is wrong is refused as every run refuses it."""
        elsewhere = [] if self.path.exists() else [path.name for path in self.folder.glob(f"{self.name}.*")]
        unread = next((name for name in sorted(elsewhere) if name.lower().endswith(_TABLES)), "")
        if unread:
            raise InputError(
                "bad-reference",
                "the list is no CSV file of the name that runs read",
                where=f"{self.folder.name}/{unread}",
                fix=f"save it as {self.path.name}, in UTF-8, in the same folder",
            )
        columns = read_reference(self.folder, self.name).table.to_pydict()
        references, types = list(columns.values())[:2]
        return {self.of.folded(reference) for reference, kind in zip(references, types, strict=True) if kind}

    def save(self, answers: Mapping[str, str], *, say: Callable[[str], None]) -> None:
        """Make the list hold ``answers``, a type by reference, behind what stood in it before the first of them.

        What others write in the meantime stays.  A run that is at work is a `BusyError`.
        """
        with locked(self.private, say=say):
            self.listed()  # as it is now: nothing is added to what no run would read
            path = safe_path(self.folder, self.path.name)
            facts = path.stat() if path.exists() else None
            before = read_plain(path) if facts else b""
            before = before[: len(before) - len(self._added)] if before.endswith(self._added) else before
            added = _lines(before, read_reference(self.folder, self.name).table.column_names, answers, self.of)
            if not facts and not answers:
                return
            mode = stat.S_IMODE(facts.st_mode) if facts else _MODE
            replace_file(path, before + added, mode=mode)
            self._added = added
            if facts:
                with suppress(PermissionError, AttributeError):  # Windows has no owners to keep
                    os.chown(path, facts.st_uid, facts.st_gid)
                path.chmod(mode)


#: How the names of lists end that people keep in other forms.
_TABLES = (".csv", ".ods", ".tsv", ".txt", ".xls", ".xlsm", ".xlsx")
#: Those who keep the list may be others than those who run the pipeline.
_MODE = 0o640


class ToClassify(NamedTuple):
    """The payees whom somebody has to classify, the largest amount first; of ``listed`` more, the list has the type."""

    payees: Sequence[Waiting]
    listed: int


def to_classify(settings: Settings, types: TypeList) -> ToClassify:
    """Return whom the last run found that nobody has classified."""
    check_private(types.private, group=settings.group_of_private(), writes=False)
    with locked_for_looking(types.private):
        listed = types.listed()
        found = read_review(types.private, types.of)
    left = _unlisted(found, listed)
    return ToClassify([each for each in left if each.reference], len(found) - len(left))


def still_to_classify(private: Path, reference: Path, of: Kind = SUPPLIERS) -> int:
    """Return how many payees of a kind wait that neither the list of types nor a run has settled since then."""
    try:
        listed = TypeList(reference, private, of).listed()
    except InputError:
        listed = set()  # the dataset that reads the list has said what is wrong
    return len(_unlisted(read_review(private, of), listed))


def _unlisted(found: Sequence[Waiting], listed: Collection[str]) -> list[Waiting]:
    return [each for each in found if each.kind.folded(each.reference) not in listed]


def _lines(before: bytes, columns: Sequence[str], answers: Mapping[str, str], of: Kind) -> bytes:
    """Return what is to be written behind ``before``: the answers that it does not hold yet, in its own form."""
    text = before.decode("utf-8-sig")
    header, *rows = list(csv.reader(io.StringIO(text, newline=""))) or [list(columns)]
    header = [name.strip(BLANKS) for name in header]
    known = {(of.folded(line[columns[0]]), line[columns[1]].strip(BLANKS)) for line in _by_name(header, rows)}
    new = [pair for pair in answers.items() if (of.folded(pair[0]), pair[1]) not in known]
    if text and not new:
        return b""
    found = re.search(r"\r\n|\r|\n", text)
    end = found[0] if found else "\n"
    added = io.StringIO(newline="")
    writer = csv.writer(added, lineterminator=end)
    if not text:
        writer.writerow(header)
    elif not text.endswith(("\n", "\r")):
        added.write(end)
    cells = [dict(zip(columns, pair, strict=False)) for pair in new]
    writer.writerows([line.get(name, "") for name in header] for line in cells)
    return added.getvalue().encode()


def _by_name(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[dict[str, str]]:
    return (dict(zip(header, row, strict=True)) for row in rows if row)
