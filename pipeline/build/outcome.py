"""What became of one dataset in a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipeline.storage.state import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pipeline.errors import PipelineError
    from pipeline.model.declaration import Dataset
    from pipeline.model.periods import Period
    from pipeline.release.change_log import Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one dataset: its state now, the months that were built and why, those that wait.

    ``lacking`` are months that cannot be built, because the feeds named have no file of them; ``running`` those that
    are not over yet; ``aside`` are the paths whose files a decision has set aside, with its kind; ``before`` is the
    state that the run found.
    """

    dataset: Dataset
    state: State
    built: Mapping[Period, tuple[Why, ...]]
    changed: bool
    lacking: Mapping[Period, Sequence[str]] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    running: tuple[Period, ...] = ()
    aside: Mapping[str, str] = field(default_factory=dict)
    error: PipelineError | None = None
    before: State = field(default_factory=State)

    @property
    def received(self) -> bool:
        """Whether anything ever came for it."""
        return bool(self.state.months or self.state.changes or self.lacking or self.running or self.reviewed)

    @property
    def waiting(self) -> tuple[Period, ...]:
        """The months whose newest release waits for an approval."""
        return tuple(month for month, each in self.state.months.items() if each.waiting)

    @property
    def reviewed(self) -> bool:
        """Whether a person has to look at something: a release that waits, or a file that was set aside."""
        return bool(self.waiting or self.state.waits)
