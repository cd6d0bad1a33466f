"""What publishing would do to a portal, and what a portal can do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.model.release import Publication


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
