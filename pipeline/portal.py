"""The nouns of publishing, frozen, no input or output: what a portal is given, what a plan is, what a portal can do."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pipeline.model import Month


# --- release -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """One file of a release as it stands in the private store."""

    name: str
    format: str
    path: Path
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """One month of one dataset, complete on disk: the only thing that can be planned.

    ``files`` are the CSV and the Parquet of the same rows; ``quality`` holds figures the public may see.
    """

    dataset: str
    month: Month
    rows: int
    files: tuple[ReleasedFile, ...]
    released_on: dt.date
    input_gone: bool = False
    quality: Mapping[str, int] = field(default_factory=dict)


class Held(NamedTuple):
    """A month that is not (or not newly) published, and why, in words the public may read."""

    month: Month
    reason: str


class PublishedColumn(NamedTuple):
    """A published column as its schema describes it, for pages and dictionaries."""

    name: str
    title: str
    type: str
    description: str
    codelist: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """Everything a portal is given for one dataset: facts, releases, and the small files beside them.

    ``extras`` are generated files by name (``datapackage.json``, ``schema.json``, ``change-log.csv``,
    ``codelists/<name>.csv``) as bytes.  ``sample`` marks invented data.  Contacts are role mailboxes.
    ``missing`` are the months of the series that nobody can download; ``held`` those that wait, published or not.
    ``granularity`` is the smallest area that a row gives, or "".
    """

    name: str
    title: str
    description: str
    publisher: str
    organisation: str
    force_name: str
    theme: str
    tags: tuple[str, ...]
    frequency: str
    licence_id: str
    licence_ckan: str
    licence_title: str
    licence_url: str
    attribution: str
    contact_name: str
    contact_email: str
    foi_email: str
    spatial_name: str
    spatial_uri: str
    granularity: str
    statements: tuple[str, ...]
    version: str
    key_series: str
    sample: bool
    as_of: dt.date
    last_published: dt.date | None
    next_due: dt.date | None
    columns: tuple[PublishedColumn, ...]
    releases: tuple[Release, ...]
    missing: tuple[Month, ...]
    held: tuple[Held, ...]
    withheld: tuple[tuple[str, str], ...]
    changes: tuple[ChangeNote, ...]
    extras: Mapping[str, bytes]


class ChangeNote(NamedTuple):
    """One line of the public change log: what kind of change a release made to a month, and why."""

    released_on: str
    month: Month
    change: str
    reason: str
    rows_added: str
    rows_removed: str


# --- plan --------------------------------------------------------------------------------------------


class Action(StrEnum):
    """What publishing would do to one file."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    REMOVE = "REMOVE"
    SAME = "SAME"


class Beside(Enum):
    """How a portal holds what stands beside the releases: data package, schema, code lists, change log."""

    FILES = "files"
    FIELDS = "fields"


class Change(NamedTuple):
    """One file of one dataset on one portal: what would happen to it, and why."""

    action: Action
    dataset: str
    file: str
    reason: str
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class HeldDataset:
    """What a portal holds of one dataset: sha256 by file name, a digest of its metadata, a guard.

    ``metadata`` equals the planner's digest when nothing but files could differ; ``guard`` is what the
    portal compares to refuse a write after somebody else changed the dataset ("" where it has none).
    """

    files: Mapping[str, str]
    metadata: str
    guard: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing to one portal would do, file by file; the only thing that can reach a portal."""

    portal: str
    changes: tuple[Change, ...]
    guards: Mapping[str, str]

    @property
    def writes(self) -> bool:
        """Whether carrying it out would write anything."""
        return any(change.action is not Action.SAME for change in self.changes)


class Portal(Protocol):
    """A place that releases are published to: the static catalogue, or a CKAN."""

    name: str
    beside: Beside
    #: Whether datasets are published each by itself, so that one cannot stop the others.
    one_by_one: bool

    def look(self, publications: Sequence[Publication]) -> Mapping[str, HeldDataset]:
        """Return what the portal holds of each dataset of ``publications``; an absent one is not in it."""

    def apply(self, plan: Plan, publications: Sequence[Publication]) -> None:
        """Make the portal hold exactly what ``plan`` says, whole or not at all per dataset; read it back."""
