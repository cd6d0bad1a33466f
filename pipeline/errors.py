"""The whole error tree: one class per kind of failure, one exit status each, one table of codes.

An error says what happened, where, and what to do next.  It never holds a cell: libraries' messages do,
so they are caught and replaced, with ``from None``, by one of these.
"""

from __future__ import annotations

import os
import traceback
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from pipeline.plain import NotPlainError
from pipeline.printable import bounded, printable

if TYPE_CHECKING:
    from collections.abc import Sequence


class ExitStatus(IntEnum):
    """What the process says to the shell; one value per kind of failure."""

    OK = 0
    BUG = 1
    SETTINGS = 2
    INPUT = 3
    PRIVACY = 4
    REVIEW = 5
    PORTAL = 6
    BUSY = 7
    STORAGE = 8
    INTERRUPTED = 130


EXIT_MEANINGS = MappingProxyType(
    {
        ExitStatus.OK: "done; rows may have been quarantined or held for review, and it says so",
        ExitStatus.BUG: "a fault of this program: please report it",
        ExitStatus.SETTINGS: "settings, the key or the command line are wrong; nothing was read",
        ExitStatus.INPUT: "an extract or a reference file cannot be used",
        ExitStatus.PRIVACY: "a privacy gate stopped a release",
        ExitStatus.REVIEW: "a release waits for an approval; the rest was published",
        ExitStatus.PORTAL: "a portal could not be reached, or refused",
        ExitStatus.BUSY: "another run holds the lock",
        ExitStatus.STORAGE: "the disk or the memory is full, or our own files cannot be written or understood",
        ExitStatus.INTERRUPTED: "stopped by a signal; running again finishes the job",
    }
)
#: When several things fail together, the first of these that is among them decides the exit status.
GRAVEST_FIRST = (
    *(ExitStatus.BUG, ExitStatus.PRIVACY, ExitStatus.STORAGE, ExitStatus.SETTINGS, ExitStatus.INPUT),
    *(ExitStatus.PORTAL, ExitStatus.REVIEW, ExitStatus.BUSY, ExitStatus.INTERRUPTED),
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code of an error means, in one sentence, for the documentation.

    ``transient``: the same call may succeed later.  ``whole_portal``: the portal will answer every dataset so.
    """

    sentence: str
    transient: bool = False
    whole_portal: bool = False


class PipelineError(Exception):
    """A failure that is shown without a traceback: code, where, what was expected, what to do next."""

    status: ClassVar[ExitStatus] = ExitStatus.BUG

    def __init__(self, code: str, message: str, *, where: str = "", fix: str = "") -> None:
        """Hold the parts; ``code`` must be in `CODES`, so that no undocumented error can be raised."""
        if code not in CODES:
            message = f"undeclared error code; {message}"
        self.code = code
        self.message = message
        self.where = where
        self.fix = fix
        super().__init__(self.text())

    @property
    def transient(self) -> bool:
        """Whether the same call may succeed later with nothing changed."""
        return self.code in CODES and CODES[self.code].transient

    @property
    def whole_portal(self) -> bool:
        """Whether nothing else can succeed on the portal that gave this error."""
        return self.code in CODES and CODES[self.code].whole_portal

    def text(self) -> str:
        """Return the whole message as it is shown, one part a line."""
        where, message, fix = (bounded(printable(part)) for part in (self.where, self.message, self.fix))
        first = f"{self.code}: {where}: {message}" if where else f"{self.code}: {message}"
        return f"{first}\n  to do: {fix}" if fix else first


class SettingsError(PipelineError):
    """Settings, the key or the command line cannot be used."""

    status = ExitStatus.SETTINGS


class InputError(PipelineError):
    """An extract or a reference file cannot be used."""

    status = ExitStatus.INPUT


class PrivacyError(PipelineError):
    """A privacy gate closed: nothing of this release leaves."""

    status = ExitStatus.PRIVACY


class PortalError(PipelineError):
    """A portal could not be reached, or refused."""

    status = ExitStatus.PORTAL


class BusyError(PipelineError):
    """Another run holds the lock."""

    status = ExitStatus.BUSY


class StorageError(PipelineError):
    """The machine lacks room, or what is ours on its disk cannot be written or understood."""

    status = ExitStatus.STORAGE


class Interrupted(PipelineError):  # noqa: N818 - a signal, not a mistake
    """The run was stopped by a signal."""

    status = ExitStatus.INTERRUPTED


def several(errors: Sequence[PipelineError]) -> PipelineError:
    """Return one error that shows each of ``errors`` once, in their order; the gravest gives it kind and code."""
    if len(errors) == 1:
        return errors[0]
    gravest = min(errors, key=lambda error: (GRAVEST_FIRST.index(error.status), not error.whole_portal))
    combined = type(gravest)(gravest.code, gravest.message, where=gravest.where, fix=gravest.fix)
    combined.args = ("\n".join(dict.fromkeys(map(str, errors))),)
    return combined


def bug(error: BaseException) -> PipelineError:
    """Return where an unknown error came from, without its text, which could hold a cell."""
    if isinstance(error, MemoryError):
        fix = "close other programs, or run on a machine with more, and run again"
        return StorageError("out-of-memory", "there is not enough memory", fix=fix)
    if isinstance(error, NotPlainError):
        what = "a folder, a pipe or a device stands where a file was expected"
        return StorageError("not-a-file", what, where=str(error.filename), fix="move it away and run again")
    if isinstance(error, OSError):  # of the outside world, wherever it comes up
        reason = os.strerror(error.errno) if error.errno else "no reason given"
        fix = "check the paths in the settings and on the command line, who may use them, and that the disk is well"
        return StorageError("system-refused", f"the system refused a file or a folder: {reason}", fix=fix)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    where = " > ".join(places[-6:])
    return PipelineError("bug", f"{type(error).__name__} at {where}", fix="please report this line")


#: Every code an error may carry, with its meaning.  `docs/errors.md` is generated from this table.
CODES = MappingProxyType(
    {
        # settings, key, command line
        "unknown-setting": Meaning("The settings name something that does not exist."),
        "bad-setting": Meaning("A setting has a value that cannot be used."),
        "missing-setting": Meaning("A setting that has no default is absent."),
        "no-settings-file": Meaning("The settings file, or one that it names, is not there or cannot be read."),
        "not-toml": Meaning("The settings file, or one that it names, is not valid TOML."),
        "secret-in-file": Meaning("A secret stands in the settings file instead of a variable."),
        "unknown-variable": Meaning("A variable of the environment is nearly, but not exactly, one of ours."),
        "bad-portal-file": Meaning("The file that `make portal` wrote is not as it was written."),
        "no-home": Meaning("No home folder is known in which the pseudonym key could stand."),
        "key-missing": Meaning("There is no pseudonym key."),
        "key-not-hex": Meaning("The key file does not hold exactly 64 hex digits."),
        "key-weak": Meaning("The pseudonym key has too few different bytes to have come from chance."),
        "key-exposed": Meaning("Other users of the machine can reach the pseudonym key."),
        "key-wrong-owner": Meaning("The key file belongs to another user."),
        "key-not-a-file": Meaning("What stands in the key file's place is no plain file."),
        "key-unreadable": Meaning("The key file cannot be read."),
        "key-unwritable": Meaning("The key file cannot be made."),
        "key-misplaced": Meaning("The key file stands inside a git repository or the public folder."),
        "key-exists": Meaning("A new key was asked for where there is one already."),
        "key-not-sample": Meaning("The sample's key file holds another key."),
        # extracts
        "unknown-column": Meaning("An extract's columns are not exactly the declared ones."),
        "no-header-row": Meaning("The first row of an extract is not its header."),
        "missing-file": Meaning("An extract that was expected is not there."),
        "path-escapes": Meaning("A path or a link leads outside the folder of extracts."),
        "not-a-file": Meaning("A folder, a pipe or a device stands where a file was expected."),
        "unreadable-file": Meaning("The system does not let us read an extract, or its disk fails.", transient=True),
        "changed-while-read": Meaning("An extract was written to while it was being read.", transient=True),
        "empty-file": Meaning("An extract is empty: it has not even a header."),
        "not-text": Meaning("A file that should be text is something else."),
        "wrong-encoding": Meaning("A text file is not in the encoding that is agreed for it."),
        "cut-off": Meaning("A file ends in the middle of a row: it was cut off."),
        "broken-quotes": Meaning("Quotation marks in a CSV file do not pair, so its rows cannot be told apart."),
        "broken-file": Meaning("A file is damaged, or not of its kind."),
        "zip-bomb": Meaning("A workbook is larger, packed or unpacked, than any extract should be."),
        "encrypted-file": Meaning("A workbook is protected by a password."),
        "missing-sheet": Meaning("A workbook has no sheet of the agreed name."),
        "hidden-sheet": Meaning("A workbook has a hidden sheet."),
        "hidden-cells": Meaning("A workbook has hidden rows or columns among its used cells."),
        "pivot-cache": Meaning("A workbook keeps the rows behind a pivot table."),
        "comment": Meaning("A workbook holds comments or notes."),
        "macro": Meaning("A workbook holds macros."),
        "external-link": Meaning("A workbook keeps cells of another workbook that it is linked to."),
        "data-model": Meaning("A workbook holds a data model, which keeps whole tables behind the sheets."),
        "embedded-file": Meaning("A workbook holds another file inside it."),
        "connection": Meaning("A workbook is connected to a source of data, and keeps what it fetched."),
        "custom-xml": Meaning("A workbook holds data of other programs that no sheet shows."),
        "unknown-part": Meaning("A workbook holds a part that no extract needs."),
        "cut-or-continued": Meaning("A file ends where a spreadsheet cuts it, or goes on in another sheet."),
        "no-month": Meaning("An export does not say which month its rows belong to, as its mapping says it does."),
        "line-below-footer": Meaning("A row that a mapping would leave out as a footer is a line like the others."),
        "missing-table": Meaning("A database has no table of the agreed name."),
        "database-busy": Meaning("A database is locked by another program.", transient=True),
        "database-unusable": Meaning("A database cannot be reached, or does not let us read.", transient=True),
        "database-slow": Meaning("A database did not answer in time.", transient=True),
        "database-endless": Meaning("A query of a database gave more rows, or took longer, than any extract does."),
        "service-refused": Meaning("A service does not let us read: its token is wrong, or may not."),
        "service-down": Meaning("A service did not answer, or not in time.", transient=True),
        "service-unstable": Meaning("A month of a service changed whenever it was read.", transient=True),
        "service-bad-answer": Meaning("A service answered otherwise than was agreed."),
        "broken-database": Meaning("A database is damaged, or the file is no database."),
        "protective-marking": Meaning("An extract is marked above OFFICIAL."),
        "too-many-bad": Meaning("So many rows of an extract are bad that the extract itself must be wrong."),
        "incident-numbers-repeat": Meaning("Incident numbers begin again, so that one number names several incidents."),
        "dates-in-doubt": Meaning("Dates of an extract may have been written month first: the file is not used."),
        "no-value-for-money": Meaning(
            "No row gives the reason, which must be there, why value for money was expected."
        ),
        "bad-map-point": Meaning("A map point would lead to somebody, or is no point: the list is refused whole."),
        # schemas
        "schema-refused": Meaning("A schema says something that the checks would not enforce."),
        "columns-differ": Meaning("A table's columns are not those of its schema."),
        "verdict-differs": Meaning("Frictionless judges a row otherwise than the checks do."),
        "referee-failed": Meaning("Frictionless could not judge the rows it was given."),
        # portals
        "portal-unreachable": Meaning("A portal cannot be reached, or is gone.", transient=True, whole_portal=True),
        # one dataset's only: a large upload may be too slow where the next dataset's is not
        "portal-timeout": Meaning("A portal did not answer in time.", transient=True),
        "portal-busy": Meaning("A portal says that it is overloaded or under maintenance.", transient=True),
        "portal-failing": Meaning("A portal failed while it worked on a call.", transient=True),
        "portal-certificate": Meaning("A portal's certificate is not trusted by this machine.", whole_portal=True),
        "portal-redirects": Meaning(
            "A portal's address leads to another address, where the token is not sent.", whole_portal=True
        ),
        "not-a-portal": Meaning(
            "What answers at a portal's address is not a CKAN, or a page stands before it.", whole_portal=True
        ),
        "portal-refused": Meaning("A portal refused what it was given."),
        "upload-too-large": Meaning("A file is larger than a portal accepts."),
        "bad-token": Meaning("A portal does not know the token.", whole_portal=True),
        "no-organisation": Meaning("A portal has no organisation of the name to publish under."),
        "may-not-publish": Meaning("The token's owner may not publish for the organisation."),
        "no-licence": Meaning("A portal's list of licences lacks the licence, or has another one under its name."),
        "dataset-name-taken": Meaning("A dataset of this name belongs to somebody else on the portal."),
        "dataset-deleted": Meaning("Somebody deleted a dataset on the portal."),
        "dataset-hidden": Meaning("Somebody made a dataset private on the portal."),
        "changed-meanwhile": Meaning(
            "Somebody changed a dataset on the portal since it was looked at.", transient=True
        ),
        "readback-differs": Meaning("A portal does not give back what it was given."),
        "release-file-differs": Meaning("A file of a release is not on disk as it was built."),
        "portal-changed": Meaning("Somebody changed the portal after the plan was made.", transient=True),
        "not-as-released": Meaning("A file read back from a portal is not the file that was released."),
        "foreign-files": Meaning("The public folder holds files that this program did not put there."),
        "private-exposed": Meaning("Other users of the machine can reach the private store."),
        "cannot-store": Meaning("A folder that the pipeline writes to cannot be written."),
        "unknown-dataset": Meaning("The command line names a dataset that is not declared."),
        "bad-command": Meaning("The command line cannot be understood."),
        "not-a-terminal": Meaning("Cells are shown on a terminal only."),
        "key-changed": Meaning("The pseudonym key is another one than before."),
        "bad-state": Meaning("The private state cannot be understood."),
        # what was received
        "same-extract-twice": Meaning("Two files of one kind hold the same bytes."),
        "other-months": Meaning("Most rows of a file belong to other months than the file."),
        "nothing-waits": Meaning("A decision was to be made about something that does not wait."),
        "day-ahead": Meaning("The run was to count as a day that has not come yet."),
        "day-went-back": Meaning("The run was to count as a day before that of the last run."),
        "memory-lost": Meaning("Releases of ours are public, and the private memory of their protections is gone."),
        "nothing-received": Meaning("There is no extract, or there is none any more."),
        "sample-and-real": Meaning("Invented and real records would lie together, in a data folder or on a portal."),
        "wrong-force": Meaning("The sample would be published as a real force's."),
        "no-reference": Meaning("A reference file is not there."),
        "bad-reference": Meaning("A reference file cannot be read."),
        "bad-code-list": Meaning("A code list cannot be read, or says two things of one code."),
        "no-such-month": Meaning("A month was asked for that was never built."),
        "file-changed": Meaning("A raw file is not the one that was put into quarantine."),
        # the corridor
        "bad-declaration": Meaning("The declaration of a dataset is wrong, or its schema has other columns."),
        "not-the-schema": Meaning("A table has other columns or types than its schema."),
        "identity-published": Meaning("An identifying cell would have been published with its own row."),
        "files-differ": Meaning("The CSV and the Parquet of a release differ when they are read back."),
        "unjudged-row": Meaning("A row that the schema has not judged would have been published."),
        "accounts-differ": Meaning("Rows read are not the rows published, quarantined and withheld."),
        "bug": Meaning("A fault of this program; the message says where, and holds nothing else."),
        # the run
        "busy": Meaning("Another run holds the lock.", transient=True),
        "interrupted": Meaning("The run was stopped by a signal.", transient=True),
        "not-writable": Meaning("A file or folder of ours cannot be written, or not be looked into."),
        "out-of-memory": Meaning("There is not enough memory.", transient=True),
        "system-refused": Meaning("The system refused a file or a folder, for a reason that the message names."),
        "disk-full": Meaning("The disk is full.", transient=True),
    }
)
